// What all panels have in common: loading, empty and error states, provenance, copying.

import { keepToken, Problem } from "./api.js";
import { announce, byId, element } from "./dom.js";
import { formatMoment, words } from "./words.js";
import { copyButtons } from "./snippets.js";

const EXPLAINED = {
  disabled_by_user: [
    "Switched off",
    "This person chose not to get this. The service computes nothing and says so; change it in “UserMLProfile”.",
  ],
  insufficient_data: [
    "Too early to say",
    "There are too few days yet. Nothing is guessed until there are enough.",
  ],
  database_unavailable: [
    "PostgreSQL is away",
    "The database cannot be reached. The service answers from its cache where it can, and there is nothing cached for this.",
  ],
  not_found: ["No such person", "There is nobody with this id, or this token may not see them."],
  unauthenticated: [
    "A token is needed",
    "This service runs with a secret. Paste a token signed with it (HS256, scope “service” to see everyone).",
  ],
  deleted_by_user: [
    "Deleted",
    "All that was computed of this person was deleted at their wish. Nothing is computed until they resume.",
  ],
  rate_limited: ["Too many requests", "This caller has asked more often than a minute allows."],
  unreachable: ["No answer", "The emulator does not answer. Is `make dev` still running?"],
};

// trying again changes nothing
const LASTING = ["disabled_by_user", "deleted_by_user", "insufficient_data"];

export class Panel {
  constructor(id) {
    this.id = id;
    this.root = byId(id);
    this.title = byId(`${id}-title`).textContent;
    this.body = this.part("body");
    this.foot = this.part("foot");
    this.copies = this.part("copies");
  }

  wait() {
    this.root.setAttribute("aria-busy", "true");
    this.foot.textContent = "";
    this.body.replaceChildren(skeleton());
  }

  /** Shows the loading state, then what `work` builds, or why it could not. `requests`: what to copy. */
  async run(work, requests, retry) {
    this.wait();
    this.copies.replaceChildren(...copyButtons(this.title, requests));
    try {
      const built = await work();
      await ownTurn();
      this.body.replaceChildren(...[built].flat());
      await drawn();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) console.error(error);
      this.body.replaceChildren(errorState(error, retry));
      announce(`${this.title}: ${error.message}`);
    }
    this.root.removeAttribute("aria-busy");
  }

  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`.${name}`));
  }

  /** Where the numbers are from, under them. */
  cite(answer, ...more) {
    const facts = [`computed ${formatMoment(answer.computedAt)}`];
    if (answer.cached) facts.push("from the cache");
    if (answer.stale) facts.push("stale: PostgreSQL is away");
    if (answer.dataVersion) facts.push(`data ${answer.dataVersion}`);
    this.foot.replaceChildren([...facts, ...more].join(" · "));
    this.foot.classList.toggle("stale", Boolean(answer.stale));
  }
}

/** Charts are drawn in the frame after their width is known. */
const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));

/** What waits, as a key that was pressed, goes first: panels that are ready together are not shown in one go. */
export const ownTurn = () => new Promise(done => setTimeout(done));

const skeleton = () =>
  element(
    "div",
    { class: "skeleton", role: "status" },
    element("p", { class: "soft" }, "Loading …"),
    element("div"),
    element("div"),
    element("div"),
  );

export function emptyState(title, text, ...more) {
  return element("div", { class: "state" }, element("h3", {}, title), element("p", {}, text), more);
}

/** The same in place of all panels, where it stands right under the page's title. */
export function underTitle(state) {
  const title = state.querySelector("h3");
  title.replaceWith(element("h2", {}, title.textContent));
  return state;
}

/** Bars of what there is against what it takes. */
export function neededBars(needed) {
  const rows = needed.map(({ metric, daysHave, daysNeeded }) => [
    element("dt", {}, words(metric)),
    element(
      "dd",
      {},
      element("progress", {
        max: daysNeeded,
        value: Math.min(daysHave, daysNeeded),
        "aria-label": words(metric),
      }),
      element("span", {}, `${daysHave} of ${daysNeeded} days`),
    ),
  ]);
  return element("dl", { class: "needed" }, rows);
}

export function errorState(error, retry) {
  const [title, text] = EXPLAINED[error.code] || ["This did not work", ""];
  const told = text.includes(error.message) ? null : element("p", { class: "told" }, error.message);
  const parts = [element("p", {}, text), told];
  if (error.need !== undefined)
    parts.push(neededBars([{ metric: "days", daysHave: error.have, daysNeeded: error.need }]));
  if (error.code === "unauthenticated") parts.push(tokenForm(retry));
  const codes = [error.status || null, error.code, error.requestId && `request ${error.requestId}`];
  const lasting = LASTING.includes(error.code);
  return element(
    "div",
    { class: `state ${lasting ? "" : "failed"}`, role: lasting ? null : "alert" },
    element("h3", {}, title),
    parts,
    error.retryAfter ? element("p", {}, `It asks to be tried again after ${error.retryAfter} s.`) : null,
    lasting ? null : element("button", { type: "button", onclick: retry }, "Try again"),
    element("p", { class: "code" }, codes.filter(Boolean).join(" · ")),
  );
}

function tokenForm(retry) {
  const field = element("input", { type: "password", "aria-label": "Token", autocomplete: "off" });
  const use = event => {
    event.preventDefault();
    keepToken(field.value);
    retry();
  };
  return element("form", { onsubmit: use }, field, element("button", {}, "Use it"));
}
