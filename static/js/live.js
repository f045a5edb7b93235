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

  // Changes only what differs: what is read aloud, selected or focused elsewhere stays as it is.
  function mend(old, now) {
    if (old.isEqualNode(now)) return;
    if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== now.nodeName) {
      old.replaceWith(now.cloneNode(true));
      return;
    }
    for (const name of old.getAttributeNames()) if (!now.hasAttribute(name)) old.removeAttribute(name);
    for (const name of now.getAttributeNames()) {
      if (old.getAttribute(name) !== now.getAttribute(name)) old.setAttribute(name, now.getAttribute(name));
    }
    const before = [...old.childNodes], after = [...now.childNodes];
    after.forEach((child, at) => { if (at < before.length) mend(before[at], child); else old.append(child.cloneNode(true)); });
    before.slice(after.length).forEach(child => child.remove());
  }

  function put(fresh) {
    for (const part of document.querySelectorAll("[data-live-part]")) {
      const other = fresh.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
      if (other) mend(part, other);
    }
    // What the advisor has before them now: their answer is to this.
    const seen = fresh.querySelector("input[name=seen]");
    for (const field of document.querySelectorAll("input[name=seen]")) if (seen) field.value = seen.value;
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
