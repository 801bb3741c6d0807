// Making elements. Text is always text: nothing here parses HTML.

/** `element("p", {class: "x", onclick: f, hidden: true}, "text", child, null, [more])` */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(
    ...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false),
  );
  return made;
}

/** An element that the page itself has. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element ${id}.`);
  return found;
}

/** For screen readers only: what just changed. */
export function announce(text) {
  byId("said").textContent = text;
}

/** Calls `draw(width)` now and whenever the element's width changes. Ends with the element. */
export function onWidth(target, draw) {
  let known = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && width !== known) draw((known = width));
  });
  observer.observe(target);
}

/** A group of buttons of which one is pressed. */
export function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, text]) =>
    element(
      "button",
      { type: "button", "aria-pressed": String(value === chosen), onclick: () => pick(value) },
      text,
    ),
  );
  function pick(value) {
    options.forEach(([other], index) => buttons[index].setAttribute("aria-pressed", String(other === value)));
    choose(value);
  }
  return element("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}
