/* What a machine can see of a page without axe: one object of lists, each empty when all is well. */
(() => {
  const shown = (e) => e.getClientRects().length > 0 && e.checkVisibility({ visibilityProperty: true });
  const name = (e) =>
    `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ""}.${e.getAttribute("class") || ""} «${(e.textContent || e.name || "").trim().replace(/\s+/g, " ").slice(0, 40)}»`;
  const forEarsOnly = (e) => e.closest(".visually-hidden, .skip-link");

  // What sticks out of the window, apart from what scrolls within its own frame.
  const scrolls = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(p).overflowX)) return true;
    return false;
  };
  const overflow = () => {
    const edge = document.documentElement.clientWidth;
    const found = [...document.querySelectorAll("body *")]
      .filter((e) => shown(e) && !forEarsOnly(e) && !e.closest("thead") && e.getBoundingClientRect().width)
      .filter((e) => e.getBoundingClientRect().right > edge + 1 || e.getBoundingClientRect().left < -1)
      .filter((e) => !scrolls(e))
      .map(name);
    if (document.documentElement.scrollWidth > edge + 1) found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${edge}`);
    return found;
  };
  // Words cut off by the box they stand in.
  const cut = () =>
    [...document.querySelectorAll("body *")]
      .filter((e) => shown(e) && !forEarsOnly(e) && !e.matches("input, textarea, select, svg, svg *, option"))
      .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
      .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX) || ["hidden", "clip"].includes(getComputedStyle(e).overflowY))
      .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
      .map(name);

  // WCAG 2.5.8: 24 px, but for links within a sentence; a label counts with its box.
  const small = () =>
    [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
      .filter((e) => e.type !== "hidden" && shown(e) && !forEarsOnly(e))
      .filter((e) => !(e.tagName === "A" && e.closest("p, li li, dd, .notice-body, .row-title, caption, td, th, .mail-text, .related-widget-wrapper, .help, .paginator, .messagelist, .datetimeshortcuts") && !e.matches(".btn, .act")))
      .filter((e) => {
        const box = e.getBoundingClientRect();
        return box.height < 23.5 || box.width < 23.5;
      })
      .map((e) => `${name(e)} ${Math.round(e.getBoundingClientRect().width)}x${Math.round(e.getBoundingClientRect().height)}`);

  // Every stop of the keyboard shows its ring and is not hidden under anything.
  const focus = () => {
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
      .filter((e) => e.type !== "hidden" && !e.disabled && shown(e) && !e.closest("[inert]") && e.tabIndex >= 0)
      .filter((e) => !(e.type === "radio" && !e.checked && document.querySelector(`input[type=radio][name="${CSS.escape(e.name)}"]:checked`)));
    const wrong = [];
    for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) wrong.push(`${name(e)}: tabindex ${e.tabIndex}`);
    for (const e of stops) {
      e.focus();
      if (document.activeElement !== e) {
        wrong.push(`${name(e)}: takes no focus`);
        continue;
      }
      const label = e.closest("label, .form-check");
      const rings = [e, label].filter(Boolean).map((x) => getComputedStyle(x));
      if (!rings.some((s) => parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== "none")) wrong.push(`${name(e)}: no ring`);
      const box = e.getClientRects()[0];
      const above = Math.max(box.top, 0), below = Math.min(box.bottom, innerHeight);
      const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
      const x = left + Math.min((right - left) / 2, 40), y = (above + below) / 2;
      const top = document.elementFromPoint(x, y);
      if (!top || !(top === e || e.contains(top) || top.contains(e) || (label && label.contains(top)))) wrong.push(`${name(e)}: hidden under ${top ? name(top) : "the edge"}`);
    }
    if (document.activeElement) document.activeElement.blur();
    window.scrollTo(0, 0);
    return wrong;
  };

  // The frame of the page: one h1, a language, a title, landmarks, anchors that lead somewhere, names once.
  const frame = () => {
    const wrong = [];
    if ([...document.querySelectorAll("h1")].filter(shown).length !== 1) wrong.push("not one h1");
    if (document.documentElement.lang !== "fr") wrong.push(`language ${document.documentElement.lang}`);
    if (!document.title.trim()) wrong.push("no title");
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) wrong.push(`id twice: ${id}`);
    for (const a of document.querySelectorAll("a[href^='#']")) {
      const to = decodeURIComponent(a.getAttribute("href").slice(1));
      if (to && !document.getElementById(to)) wrong.push(`leads nowhere: #${to}`);
    }
    for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls", "form"])
      for (const e of document.querySelectorAll(`[${attribute}]`))
        for (const id of e.getAttribute(attribute).split(/\s+/)) if (id && !document.getElementById(id)) wrong.push(`${attribute}="${id}" names nothing`);
    for (const e of document.querySelectorAll("label, legend")) if ((e.textContent.match(/facultati/g) || []).length > 1) wrong.push(`says twice that it may stay empty: ${name(e)}`);
    for (const e of document.querySelectorAll("[style], [onclick], [onchange], [onsubmit]")) if (!e.closest("svg, .calendarbox, .clockbox, .add-row")) wrong.push(`inline: ${name(e)}`);
    return wrong;
  };

  // French signs stand behind a no-break blank; « and » too. Straight apostrophes have no place.
  const typography = () => {
    const wrong = [];
    // The back office speaks with Django's own words, but for what is ours.
    if (document.body.hasAttribute("data-admin-utc-offset")) return wrong;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walker.nextNode(); n; n = walker.nextNode()) {
      if (n.parentElement.closest("script, style, code, pre, kbd, textarea, .said, blockquote, .reference, [data-verbatim]")) continue;
      const found = n.textContent.match(/[\p{L}\d»)] [?!;:»](?=\s|$)|« |[\p{L}]'[\p{L}]|\.\.\./u);
      if (found) wrong.push(`«${found[0]}» in: ${n.textContent.trim().replace(/[ \t\n]+/g, " ").slice(0, 80)}`);
    }
    return wrong;
  };

  // Under forced colours only edges and words are left: what is pressed or filled in must have an edge.
  const forced = () =>
    [...document.querySelectorAll("button, .btn, input:not([type=hidden]), select, textarea")]
      .filter((e) => shown(e) && !e.matches("[type=checkbox], [type=radio], [type=file], [type=range], .act, [type=image]"))
      .filter((e) => {
        const s = getComputedStyle(e);
        return !["Top", "Bottom"].some((side) => parseFloat(s[`border${side}Width`]) > 0 && s[`border${side}Style`] !== "none" && s[`border${side}Color`] !== s.backgroundColor);
      })
      .map((e) => `${name(e)}: no edge under forced colours`);

  const moving = () =>
    [...document.querySelectorAll("body *")]
      .filter((e) => {
        const s = getComputedStyle(e);
        const longest = (list) => Math.max(...list.split(",").map((t) => parseFloat(t) * (t.trim().endsWith("ms") ? 0.001 : 1)));
        return longest(s.transitionDuration) > 0.011 || (s.animationName !== "none" && longest(s.animationDuration) > 0.011);
      })
      .map((e) => `${name(e)}: moves though motion is not wanted`);

  // On paper: the words on white, without what only a screen can do.
  const paper = () => {
    const wrong = [];
    const h1 = document.querySelector("h1");
    if (!h1 || !shown(h1)) wrong.push("no title on paper");
    for (const e of document.querySelectorAll("nav, .skip-link")) if (shown(e) && e.closest("header")) wrong.push(`${name(e)}: printed`);
    const light = (colour) => {
      const [r, g, b, a] = (colour.match(/[\d.]+/g) || []).map(Number);
      return a === 0 || (r + g + b) / 3 > 200;
    };
    if (!light(getComputedStyle(document.body).backgroundColor)) wrong.push("dark paper");
    const ink = (getComputedStyle(document.querySelector("main") || document.body).color.match(/[\d.]+/g) || []).map(Number);
    if ((ink[0] + ink[1] + ink[2]) / 3 > 110) wrong.push(`pale ink ${ink}`);
    return wrong;
  };

  window.looks = { overflow, cut, small, focus, frame, typography, forced, moving, paper };
})();
