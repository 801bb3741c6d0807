// Trials on oneself: what is changed on which days, and what came of it.

import { ask, Problem, request } from "./api.js";
import { announce, element } from "./dom.js";
import { emptyState } from "./panel.js";
import { formatDay, inText, words } from "./words.js";

const HABITS = [
  "alcohol_drinks_daily",
  "alcohol",
  "last_meal_time",
  "late_energy_daily",
  "evening_training_minutes",
  "breakfast_skipped",
  "fiber_daily",
  "protein_daily",
  "sugar_daily",
  "steps_daily",
];
const MEASURES = ["rhr", "hrv_rmssd", "sleep_duration"];

const trialsRequest = userId =>
  request("GET", "/api/insights/{userId}/experiments", { params: { userId } });
const beginRequest = (userId, feature, metric) =>
  request("POST", "/api/insights/{userId}/experiments", { params: { userId }, body: { feature, metric } });

export const trialsRequests = person => [["trials", trialsRequest(person.userId)]];

export async function showTrials(panel, person, signal) {
  const list = element("div", { class: "cards" });
  async function load() {
    const { experiments } = await ask(trialsRequest(person.userId), signal);
    panel.foot.textContent = `${experiments.length} so far`;
    list.replaceChildren(
      ...(experiments.length
        ? experiments.map(trial => card(trial, person.today))
        : [emptyState("No trial yet", "Choose a habit and a measure. The days for the change are drawn by lot.")]),
    );
  }
  await load();
  return [list, beginning(person, load, signal)];
}

function beginning(person, reload, signal) {
  const pick = names =>
    element(
      "select",
      {},
      names.map(name => element("option", { value: name }, words(name))),
    );
  const habit = pick(HABITS.filter(name => person.catalogue.has(name))),
    measure = pick(MEASURES);
  const said = element("span", { class: "soft", role: "status" });
  async function begin(event) {
    event.preventDefault();
    try {
      await ask(beginRequest(person.userId, habit.value, measure.value), signal);
      said.textContent = "Begun: it starts tomorrow.";
      announce("The trial is begun");
      await reload();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = `Not begun: ${error.message}`;
    }
  }
  const field = (label, input) => element("label", {}, element("span", {}, label), input);
  return element(
    "form",
    { class: "supposing", onsubmit: begin },
    field("Change", habit),
    field("Watch", measure),
    element("button", {}, "Begin"),
    said,
  );
}

function card({ feature, metric, days, insight, toLog }, today) {
  return element(
    "article",
    { class: "card", "aria-label": insight ? insight.title : words(feature) },
    element("h3", {}, insight ? insight.title : `${words(feature)} and ${inText(metric)}`),
    insight ? element("p", {}, insight.description) : null,
    insight && insight.recommendation ? element("p", { class: "advice" }, insight.recommendation) : null,
    element(
      "ol",
      { class: "trial-days", "aria-label": "Days of the trial" },
      days.map(({ date, change }) =>
        element(
          "li",
          { class: `${change ? "change" : ""} ${date < today ? "past" : ""}` },
          `${formatDay(date)}: ${change ? "change" : "as usual"}`,
        ),
      ),
    ),
    toLog.length ? element("p", { class: "soft" }, `To log: ${toLog.map(inText).join(", ")}.`) : null,
  );
}
