// All that is known of one pair, in words: size, days, interval, doubts, or why it was refused.

import { element } from "./dom.js";
import { adjustedTerms, fisher } from "./statistics.js";
import {
  CAVEATS,
  coefficient,
  formatClock,
  formatNumber,
  formatValue,
  inText,
  lagWords,
  probability,
  REFUSALS,
  TIERS,
  words,
} from "./words.js";

export function describePair(pair, finding, catalogue, lookbackDays) {
  const title = element("h3", {}, `${words(pair.feature)} → ${inText(pair.metric)}`);
  const when = element(
    "p",
    { class: "soft" },
    `${lagWords(pair.lagDays).replace(/^t/, "T")} · `,
    element("code", {}, pair.feature),
    " · ",
    element("code", {}, pair.metric),
  );
  if (pair.refusal)
    return [
      title,
      when,
      element("p", {}, badge("refused", "Refused"), " ", REFUSALS[pair.refusal] || pair.refusal),
      element("dl", { class: "figures" }, row("Days in common", formatNumber(pair.n))),
    ];
  const interval = fisher(pair.adjusted, pair.effectiveN, adjustedTerms(lookbackDays));
  const parts = [
    title,
    when,
    element(
      "p",
      {},
      badge(pair.tier || "weak", TIERS[pair.tier] || "Nothing reliable"),
      " ",
      finding ? effectText(finding) : "No effect that would hold up is seen, which is not proof of none.",
    ),
  ];
  parts.push(
    element(
      "dl",
      { class: "figures" },
      row(
        "Coefficient",
        `${coefficient(pair.adjusted)}${interval ? ` (about ${coefficient(interval[0])} to ${coefficient(interval[1])})` : ""}`,
      ),
      row(
        "Days",
        `${formatNumber(pair.n)}, worth ${formatNumber(pair.effectiveN, 0)}`,
      ),
      row(
        "p, q",
        `${probability(pair.pValue)}, ${probability(pair.qValue)}`,
      ),
      row(
        "As measured",
        `Pearson ${coefficient(pair.pearson)}, Spearman ${coefficient(pair.spearman)}`,
      ),
      finding ? row("First, second half", finding.halves.map(coefficient).join(", ")) : null,
      finding && finding.thirds
        ? row(
            "Lowest, highest third",
            `${formatNumber(finding.thirds.lowMedian)}, ${formatNumber(finding.thirds.highMedian)} ${finding.effect.unit}`,
          )
        : null,
      finding && finding.threshold
        ? row(finding.threshold.begins ? "Shows beyond" : "Nothing more beyond", placeText(finding.threshold, finding.effect.stepUnit))
        : null,
      finding && finding.lasting ? row("Nights", nightsText(finding.lasting)) : null,
      pair.granger && pair.granger.p !== null
        ? row(
            "Granger",
            `p ${probability(pair.granger.p)}, order ${pair.granger.order}`,
          )
        : null,
    ),
  );
  const doubts = finding
    ? finding.caveats.map(caveat => element("li", {}, CAVEATS[caveat] || words(caveat)))
    : [];
  if (finding && finding.similar.length)
    doubts.push(element("li", {}, `Nearly the same input as ${finding.similar.map(words).join(", ")}.`));
  if (doubts.length) parts.push(element("ul", { class: "notes" }, doubts));
  const feature = catalogue.get(pair.feature);
  if (feature) parts.push(element("p", { class: "soft" }, feature.definition));
  return parts;
}

const placeText = ({ value, lower, upper }, unit) =>
  `${formatValue(value, unit)} (${formatValue(lower, unit)} to ${formatValue(upper, unit)})`;

const nightsText = ({ nights, halfGoneBy }) =>
  `${nights}${halfGoneBy ? `; by the ${ORDINALS[halfGoneBy]} at most half is left` : ""}`;

const ORDINALS = ["", "first", "second", "third", "fourth"];

const badge = (kind, text) => element("span", { class: `badge ${kind}` }, text);

const row = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));

const MEANINGS = [
  [
    "Coefficient",
    "Spearman's, after weekday, drift, both sides' own pasts and confounders are taken out. The interval is Fisher's 90%, on effective days less the terms adjusted for.",
  ],
  ["Days", "Days that resemble their neighbours say less than as many independent ones."],
  ["p, q", "p is this pair's alone; q is over everything tested, and over every look at this history."],
  ["As measured", "Before anything is taken out."],
  ["Lowest, highest third", "Median outcome on days of the lowest and of the highest third of the input."],
  [
    "Shows beyond",
    "The input's value at which the outcome begins to change, told only where a straight line does not fit. The interval is 90%.",
  ],
  ["Nights", "Nights after the day that differ, each beside the days in between."],
  ["Granger", "Whether the input's past improves a forecast of the outcome from its own. It decides nothing."],
];

/** What the rows say, once for all pairs. */
export const meanings = () =>
  element(
    "details",
    { class: "why" },
    element("summary", {}, "What these figures mean"),
    element(
      "dl",
      { class: "figures" },
      MEANINGS.map(([name, meaning]) => row(name, meaning)),
    ),
  );

export function effectText({ effect, lagDays, metric }) {
  const way = effect.change < 0 ? "lower" : "higher";
  const [near, far] = [effect.lower, effect.upper].map(Math.abs).sort((a, b) => a - b);
  const step =
    effect.stepUnit === "0/1"
      ? "A day with it"
      : effect.stepUnit === "local hour"
        ? `${formatClock(effect.step).replace(/^0?(\d+):00$/, "$1 h")} later`
        : `${formatNumber(effect.step)} ${effect.step === 1 ? effect.stepUnit.replace(/s$/, "") : effect.stepUnit} more`;
  const crosses = effect.lower * effect.upper < 0;
  const range = crosses
    ? `${formatNumber(effect.lower)} to ${formatNumber(effect.upper)}`
    : `${formatNumber(near)} to ${formatNumber(far)}`;
  return `${step} goes with ${inText(metric)} ${formatNumber(Math.abs(effect.change))} ${effect.unit === "score" ? "points" : effect.unit} ${way} ${lagWords(lagDays)} (90%: ${range}).`;
}
