// Trials on oneself: what is changed on which days, and what came of it.

import { ask, request } from "./api.js";
import { element } from "./dom.js";
import { emptyState } from "./panel.js";
import { formatDay, inText, words } from "./words.js";

const trialsRequest = userId =>
  request("GET", "/api/insights/{userId}/experiments", { params: { userId } });

export const trialsRequests = person => [["trials", trialsRequest(person.userId)]];

export async function showTrials(panel, person, signal) {
  const { experiments } = await ask(trialsRequest(person.userId), signal);
  panel.foot.textContent = `${experiments.length} so far`;
  if (!experiments.length)
    return emptyState(
      "No trial yet",
      "One begins from a habit and a measure, with POST on the same path; the days for the change are drawn by lot.",
    );
  return element(
    "div",
    { class: "cards" },
    experiments.map(trial => card(trial, person.today)),
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
