/* Small comforts. Every page works the same without this file. */
(() => {
  "use strict";

  // A second click on «Envoyer» while the first is on its way is not a second sending.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit], button:not([type])").forEach((button) => button.setAttribute("aria-busy", "true"));
    // What answers with a file leaves the page where it is.
    if ("download" in form.dataset) setTimeout(() => release(form), 3000);
  });
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  // Coming back with the browser's arrow finds a form that can be sent again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // Files chosen are named and weighed before they are sent.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    let list = input.parentElement.querySelector(".file-list");
    if (!list) {
      list = document.createElement("ul");
      list.className = "file-list";
      list.setAttribute("aria-live", "polite");
      input.after(list);
    }
    const size = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 });
    list.replaceChildren(
      ...Array.from(input.files, (file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} (${size.format(file.size / 1e6)}\u00a0Mo)`;
        return item;
      }),
    );
  });

  // «Tout sélectionner» of a list.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.selectAll;
    if (!name) return;
    document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  });

  // The documents that back a reason: once one is chosen, only its own rule is shown.
  document.querySelectorAll("[data-rules-of]").forEach((rules) => {
    const select = document.getElementById(rules.dataset.rulesOf);
    if (!select) return;
    const details = rules.querySelector("details");
    const show = () => {
      rules.toggleAttribute("data-chosen", select.value !== "");
      if (select.value !== "") details.open = true;
      rules.querySelectorAll("[data-rule]").forEach((rule) => {
        rule.hidden = select.value !== "" && rule.dataset.rule !== select.value;
      });
    };
    rules.setAttribute("aria-live", "polite");
    select.addEventListener("change", show);
    if (select.value !== "") show();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
})();
