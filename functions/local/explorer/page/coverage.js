// How often past intervals held, in words and figures.

/* global d3 */

import { element } from "./dom.js";
import { wilson } from "./statistics.js";
import { formatNumber } from "./words.js";

const FEW_NIGHTS = 10;

/** `scored` as the service judges the nights, or null where none can be judged, for `reason`. */
export function describeCoverage(scored, forecast, reason) {
  const title = element("h3", {}, "Did the intervals hold?");
  if (!scored)
    return [
      title,
      element("p", {}, reason || "No past night has both a forecast and a measurement."),
    ];
  const inside = Math.round(scored.coverage * scored.nights);
  const [low, high] = wilson(inside, scored.nights);
  const rows = element(
    "tr",
    {},
    element("th", { scope: "row" }, "80%"),
    element("td", {}, `${inside} of ${scored.nights}`),
    element("td", { class: "number" }, `${Math.round(scored.coverage * 100)}%`),
    element("td", {}, gauge(0.8, scored.coverage, low, high)),
    element("td", { class: "number soft" }, `${Math.round(low * 100)}–${Math.round(high * 100)}%`),
  );
  const better = 1 - scored.meanAbsoluteError / scored.baselineError;
  return [
    title,
    element(
      "table",
      { class: "coverage" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ["Interval", "Nights inside", "Held", "0 to 100%", "Likely"].map(text =>
            element("th", { scope: "col" }, text),
          ),
        ),
      ),
      element("tbody", {}, rows),
    ),
    element(
      "ul",
      { class: "legend" },
      key("tick", "held"),
      key("dashed", "as it should be"),
      key("range", "likely, by so few nights"),
    ),
    scored.nights < FEW_NIGHTS
      ? element("p", { class: "soft" }, `${nightsAre(scored.nights)} too few to judge by.`)
      : element(
          "p",
          { class: "soft" },
          `Missed by ${formatNumber(scored.meanAbsoluteError, 2)} ${forecast.unit} on average, its simple rule by ${formatNumber(scored.baselineError, 2)}: `,
          `${compared(better)} over these ${scored.nights} nights. `,
          "Each was forecast with that day closed; “likely” is Wilson's 95% interval, as if nights were independent. ",
          `In the back-test over many people ${Math.round(forecast.confidence * 100)}% of such forecasts came within ${forecast.unit === "bpm" ? "3 bpm" : "15%"}.`,
        ),
    element(
      "p",
      { class: "soft" },
      "These nights are not out of sample for somebody whose data the model was trained on, as an imported person's may have been.",
    ),
  ];
}

const nightsAre = nights => (nights === 1 ? "One night is" : `${nights} nights are`);

function compared(better) {
  const percent = Math.round(Math.abs(better) * 100);
  return percent === 0 ? "equally good" : `${percent}% ${better > 0 ? "better" : "worse"}`;
}

const key = (kind, text) => element("li", {}, element("span", { class: `key ${kind}` }), text);

/** A share with its interval against the level it should meet. */
function gauge(level, share, low, high) {
  const svg = d3
    .create("svg")
    .attr("viewBox", "0 0 100 14")
    .attr("class", "gauge")
    .attr("aria-hidden", "true")
    .attr("preserveAspectRatio", "none");
  const line = (name, from, to, top, bottom) =>
    svg
      .append("line")
      .attr("class", name)
      .attr("x1", from * 100)
      .attr("x2", to * 100)
      .attr("y1", top)
      .attr("y2", bottom);
  line("track", 0, 1, 7, 7);
  line("range", low, high, 7, 7);
  line("level", level, level, 1, 13);
  line("share", share, share, 3, 11);
  return svg.node();
}
