// Finds a person among all there are: a field with suggestions, which the server searches for.

import { ask, Problem, request } from "./api.js";
import { byId, element } from "./dom.js";
import { formatNumber } from "./words.js";

const WAIT_MS = 150;

export const peopleRequest = sought =>
  request("GET", "/explorer/people", { query: sought ? { q: sought } : {} });

/** People whose id or story holds `sought`, and how many; none, and `failed`, where the list cannot be had. */
export async function findPeople(sought, signal) {
  try {
    return await ask(peopleRequest(sought), signal);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { people: [], matching: 0, failed: true };
  }
}

/** Calls `choose(userId)` with a suggestion that was picked, or with what was typed. */
export function setUpPicker(choose) {
  const field = /** @type {HTMLInputElement} */ (byId("person"));
  const list = byId("people"),
    said = byId("people-said");
  let active = -1,
    waiting = 0,
    asking = new AbortController();

  const options = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[data-user]")]);
  function close() {
    clearTimeout(waiting);
    asking.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  function pick(userId) {
    close();
    if (userId) choose(userId);
  }
  function activate(at) {
    const found = options();
    if (!found.length) return;
    active = (at + found.length) % found.length;
    found.forEach((option, index) => option.setAttribute("aria-selected", String(index === active)));
    found[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", found[active].id);
  }
  async function suggest(sought) {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const { people, matching, failed } = await findPeople(sought, signal);
      if (signal.aborted) return;
      const shown = people.length < matching ? `, ${people.length} shown: type more to narrow it` : "";
      const none = failed ? "The list of people cannot be read" : "Nobody found";
      said.textContent = matching ? `${formatNumber(matching, 0)} found${shown}` : none;
      list.replaceChildren(...(people.length ? people.map(option) : [nobody(said.textContent)]));
      active = -1;
      list.hidden = false;
      field.setAttribute("aria-expanded", "true");
      field.removeAttribute("aria-activedescendant");
      list.title = shown ? said.textContent : "";
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
  const option = ({ userId, story }, at) =>
    element(
      "li",
      {
        role: "option",
        id: `people-${at}`,
        "aria-selected": "false",
        "data-user": userId,
        onpointerdown: event => {
          event.preventDefault();
          pick(userId);
        },
      },
      element("span", {}, userId),
      story ? element("span", { class: "soft" }, story) : null,
    );

  const nobody = text => element("li", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, `${text}.`);

  field.addEventListener("focus", () => {
    field.select();
    suggest("");
  });
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => suggest(field.value.trim()), WAIT_MS);
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", event => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      activate(event.key === "ArrowDown" ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === "Escape") {
      close();
    }
  });
  byId("picker").addEventListener("submit", event => {
    event.preventDefault();
    pick(active >= 0 ? options()[active].dataset.user : field.value.trim());
  });
}
