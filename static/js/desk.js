/* Keys for long lists. They work only while the focus is inside the list, and every page works without them. */
(() => {
  "use strict";

  const list = document.querySelector("[data-desk-list]");
  if (!list) return;
  const rows = Array.from(list.querySelectorAll("[data-desk-row]"));
  document.querySelectorAll("[data-desk-keys], [data-desk-all]").forEach((element) => (element.hidden = false));

  const line = (element) => element.closest("li, tr");
  const here = () => rows.findIndex((row) => line(row).contains(document.activeElement));

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const at = here();
    if (event.key === "j" || event.key === "k") {
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))];
      if (next) next.focus();
    } else if (event.key === "x" && at >= 0) {
      const box = line(rows[at]).querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
    } else {
      return;
    }
    event.preventDefault();
  });
})();
