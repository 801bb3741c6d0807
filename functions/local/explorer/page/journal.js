// What the person said of their days: read, and added to.

import { ask, Problem, request } from "./api.js";
import { announce, element } from "./dom.js";
import { emptyState } from "./panel.js";
import { addDays, formatDay, words } from "./words.js";

const DAYS = 90;

const journalRequest = ({ userId, today }) =>
  request("GET", "/api/users/{userId}/days/context", {
    params: { userId },
    query: { from: addDays(today, 1 - DAYS), to: today },
  });
const sayRequest = (userId, date, entries) =>
  request("PUT", "/api/users/{userId}/days/{date}/context", { params: { userId, date }, body: { entries } });

export const journalRequests = person => [["journal", journalRequest(person)]];

export async function showJournal(panel, person, signal) {
  const list = element("div", {});
  async function load() {
    const { days } = await ask(journalRequest(person), signal);
    panel.foot.textContent = `${days.length} of the last ${DAYS} days have an entry`;
    list.replaceChildren(
      days.length
        ? table(days.reverse())
        : emptyState("Nothing said", `No entry of the last ${DAYS} days. An app writes them, an import does, or the form below.`),
    );
  }
  await load();
  return [list, saying(person, load, signal)];
}

const table = days =>
  element(
    "div",
    { class: "catalogue", tabindex: 0, role: "region", "aria-label": "Journal, scrollable" },
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element("tr", {}, element("th", { scope: "col" }, "Day"), element("th", { scope: "col" }, "Said")),
      ),
      element(
        "tbody",
        {},
        days.map(({ date, entries }) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, formatDay(date)),
            element("td", {}, Object.entries(entries).map(told).join(" · ")),
          ),
        ),
      ),
    ),
  );

const told = ([name, value]) =>
  `${words(name.replace(/^habit:/, ""))}: ${value === true ? "yes" : value === false ? "no" : value}`;

/** "true", "false" and numbers as such; anything else, as an hour, stays text. */
function read(text) {
  if (text === "yes" || text === "no") return text === "yes";
  return text !== "" && Number.isFinite(+text) ? +text : text;
}

function saying(person, reload, signal) {
  const day = element("input", { type: "date", value: person.today, max: person.today, required: true });
  const name = element("input", { type: "text", placeholder: "illness, drinks, habit:reading", required: true });
  const value = element("input", { type: "text", placeholder: "yes, no, 2 or 15:30", required: true });
  const said = element("span", { class: "soft", role: "status" });
  async function save(event) {
    event.preventDefault();
    try {
      const entries = { [name.value.trim()]: read(value.value.trim()) };
      await ask(sayRequest(person.userId, day.value, entries), signal);
      said.textContent = "Saved.";
      announce("Saved in the journal");
      await reload();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = `Not saved: ${error.message}`;
    }
  }
  const field = (label, input) => element("label", {}, element("span", {}, label), input);
  return element(
    "form",
    { class: "supposing", onsubmit: save },
    field("Day", day),
    field("Entry", name),
    field("Answer", value),
    element("button", {}, "Save"),
    said,
  );
}
