// Supposing: what the forecast would be, had some inputs of the last day been otherwise.

import { ask, Problem, request } from "./api.js";
import { choice, element } from "./dom.js";
import { emptyState } from "./panel.js";
import { formatDay, formatNumber, signed, words } from "./words.js";

const METRICS = ["rhr", "hrv"];

const optionsRequest = (userId, metric) =>
  request("GET", "/api/predictions/{userId}/what-if", { params: { userId }, query: { metric } });
const supposeRequest = (userId, metric, changes) =>
  request("POST", "/api/predictions/what-if", { body: { userId, metric, changes } });

export const whatIfRequests = person => METRICS.map(metric => [metric, optionsRequest(person.userId, metric)]);

export async function showWhatIf(panel, person, signal) {
  const shown = element("div", {});
  const show = async metric => {
    try {
      const answer = await ask(optionsRequest(person.userId, metric), signal);
      panel.cite(answer, `${answer.modelId} ${answer.modelVersion}`);
      shown.replaceChildren(...describe(person.userId, answer, signal));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error;
      shown.replaceChildren(emptyState("Too early to say", error.message));
    }
  };
  await show(METRICS[0]);
  return [
    element(
      "div",
      { class: "tools" },
      choice(
        "Measure supposed",
        METRICS.map(metric => [metric, words(metric)]),
        METRICS[0],
        show,
      ),
    ),
    shown,
  ];
}

function describe(userId, { metric, options }, signal) {
  const open = options.filter(({ available }) => available);
  const closed = options.filter(({ available }) => !available);
  return [
    open.length
      ? supposing(userId, metric, open, signal)
      : element("p", {}, `Nothing may be supposed of ${words(metric)} yet, each for its reason:`),
    closed.length
      ? element(
          "ul",
          { class: "notes" },
          closed.map(({ description, explanation }) => element("li", {}, `${description}: ${explanation}.`)),
        )
      : null,
  ].filter(Boolean);
}

function supposing(userId, metric, options, signal) {
  const said = element("p", { class: "readout", role: "status" });
  const fields = options.map(({ name, lowest, highest, usual }) =>
    element("input", { type: "number", name, min: lowest, max: highest, step: "any", value: usual ?? "" }),
  );
  async function suppose(event) {
    event.preventDefault();
    const changes = Object.fromEntries(
      fields.filter(field => field.value !== "").map(field => [field.name, +field.value]),
    );
    if (!Object.keys(changes).length) return void (said.textContent = "Give at least one input a value.");
    try {
      said.textContent = read(await ask(supposeRequest(userId, metric, changes), signal));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = `Not supposed: ${error.message}`;
    }
  }
  return element(
    "form",
    { class: "supposing", onsubmit: suppose },
    options.map(({ description, unit, usual }, at) =>
      element(
        "label",
        {},
        element("span", {}, `${description}, ${usual === null ? "" : `usually ${formatNumber(usual)} `}${unit}`),
        fields[at],
      ),
    ),
    element("button", {}, "Suppose"),
    said,
  );
}

const read = ({ value, change, unit, predictionRange, targetDate, explanation }) =>
  `${formatDay(targetDate)}: ${formatNumber(value, 1)} ${unit} (80%: ${formatNumber(predictionRange.lower, 1)} to ` +
  `${formatNumber(predictionRange.upper, 1)}), ${signed(change, 1)} ${unit} against usual. ${explanation}`;
