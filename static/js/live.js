/* A thread while both are there. The line says that something changed, never what: the page then asks its own
   address and puts the parts that changed in place. Without this script, or without a line, it is reloaded. */
(() => {
  "use strict";
  const place = document.querySelector("[data-live]");
  if (!place || !window.EventSource) return;
  const TYPING_EVERY = 3000, TYPING_LASTS = 6000;
  const typing = place.querySelector("[data-live-typing]");
  const there = place.querySelector("[data-live-there]");
  let asking = false, again = false, hush = 0;

  // What was opened counts as read: only while somebody looks.
  async function ask() {
    if (document.hidden) { again = true; return; }
    if (asking) { again = true; return; }
    asking = true; again = false;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { "X-Requested-With": "live" } });
      if (!answer.ok || answer.redirected) { lines.close(); return; }
      put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (gone) {
      again = true;
    } finally {
      asking = false;
    }
  }

  function put(fresh) {
    for (const part of document.querySelectorAll("[data-live-part]")) {
      const other = fresh.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
      if (!other || other.innerHTML === part.innerHTML) continue;
      // Added at the end where that is all that happened: what is read aloud, or selected, stays as it is.
      const old = [...part.children], now = [...other.children];
      const grown = old.length && now.length > old.length && old.every((one, at) => one.isEqualNode(now[at]));
      if (grown) part.append(...now.slice(old.length));
      else part.replaceChildren(...other.childNodes);
    }
    for (const field of document.querySelectorAll("input[data-live-value]")) {
      const other = fresh.querySelector(`input[data-live-value="${field.dataset.liveValue}"]`);
      if (other) field.value = other.value;
    }
    if (typing) typing.hidden = true;
  }

  const lines = new EventSource(place.dataset.live, { withCredentials: true });
  lines.addEventListener("change", ask);
  lines.addEventListener("typing", () => {
    if (!typing) return;
    typing.hidden = false;
    clearTimeout(hush);
    hush = setTimeout(() => { typing.hidden = true; }, TYPING_LASTS);
  });
  lines.addEventListener("there", event => { if (there) there.hidden = event.data !== "1"; });
  lines.addEventListener("error", () => { if (there) there.hidden = true; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && again) ask(); });

  let said = 0;
  const words = place.querySelector("textarea");
  const token = place.querySelector("[name=csrfmiddlewaretoken]");
  words?.addEventListener("input", () => {
    if (Date.now() - said < TYPING_EVERY || !token) return;
    said = Date.now();
    fetch(place.dataset.liveTypes, { method: "POST", headers: { "X-CSRFToken": token.value } }).catch(() => {});
  });
})();
