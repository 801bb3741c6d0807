// Past nights with the intervals that were forecast for each, and a fan that opens to tomorrow's.

/* global d3 */

import { holds } from "./backtest.js";
import { element } from "./dom.js";
import { dayScale, drawDates, drawing, drawValueAxis, shadeUnknown } from "./drawing.js";
import { formatNumber, words } from "./words.js";

const LEVELS = ["50", "80", "95"];
const HEIGHT_PX = 310,
  LEFT_PX = 40,
  TOP_PX = 22,
  BOTTOM_PX = 28;

/** `nights` end with the one ahead. Gives the drawing, its scale of positions, its right edge and its cursor. */
export function drawFan(nights, forecast, width) {
  const known = nights.filter(night => !night.ahead);
  const roomy = width >= 500;
  const labelsPx = roomy ? 88 : 0,
    fanPx = roomy ? 110 : 56;
  const x = dayScale(nights.length, LEFT_PX, width - labelsPx - fanPx, 0.25);
  const right = x.range()[1] + fanPx;
  const values = nights
    .flatMap(({ forecast, actual }) => [
      actual,
      ...(forecast ? Object.values(widest(forecast)) : []),
    ])
    .filter(value => value !== null);
  const y = d3
    .scaleLinear()
    .domain(d3.extent(values))
    .nice(5)
    .range([HEIGHT_PX - BOTTOM_PX, TOP_PX]);
  const label = `${words(forecast.metric)}: ${known.length} past nights with their forecasts, and tomorrow's`;
  const { svg, hatch } = drawing(right + labelsPx, HEIGHT_PX, label);
  shadeUnknown(svg, {
    hatch,
    values: nights.map(({ actual, ahead }) => (ahead ? 0 : actual)),
    x,
    top: TOP_PX,
    height: HEIGHT_PX - BOTTOM_PX - TOP_PX,
  });
  drawValueAxis(svg, { y, left: LEFT_PX, right, count: 5, unit: forecast.unit });
  svg
    .append("text")
    .attr("class", "unit")
    .attr("x", LEFT_PX - 6)
    .attr("y", 9)
    .attr("text-anchor", "end")
    .text(forecast.unit);
  drawBands(svg, nights, x, y);
  drawActuals(svg, known, x, y);
  drawAhead(svg, nights, { x, y, right, roomy });
  drawDates(svg, { x, days: known.map(({ night }) => night), y: HEIGHT_PX - 8, width: right - fanPx });
  svg
    .append("g")
    .attr("class", "dates")
    .append("text")
    .attr("x", right)
    .attr("y", HEIGHT_PX - 8)
    .attr("text-anchor", "end")
    .text("tomorrow");
  const rule = svg
    .append("line")
    .attr("class", "rule")
    .attr("y1", TOP_PX)
    .attr("y2", HEIGHT_PX - BOTTOM_PX);
  return { svg, x, right, rule };
}

/** Tomorrow's is told at three levels, a past night's at 80%. */
const widest = ({ intervals, predictionRange }) => (intervals ? intervals["95"] : predictionRange);

function drawBands(svg, nights, x, y) {
  svg
    .append("g")
    .attr("class", "band band-80")
    .selectAll("rect")
    .data(nights.map((night, at) => ({ ...night, at })).filter(({ forecast, ahead }) => forecast && !ahead))
    .enter()
    .append("rect")
    .attr("x", ({ at }) => x(at))
    .attr("width", x.bandwidth())
    .attr("rx", Math.min(2, x.bandwidth() / 4))
    .attr("y", ({ forecast }) => y(forecast.predictionRange.upper))
    .attr("height", ({ forecast }) => y(forecast.predictionRange.lower) - y(forecast.predictionRange.upper));
}

const SHAPES = { inside: d3.symbolCircle, miss: d3.symbolDiamond };

function drawActuals(svg, known, x, y) {
  const kind = ({ forecast, actual }) =>
    !forecast || holds(forecast.predictionRange, actual) ? "inside" : "miss";
  svg
    .append("g")
    .selectAll("path")
    .data(known.map((night, at) => ({ ...night, at })).filter(({ actual }) => actual !== null))
    .enter()
    .append("path")
    .attr("class", night => `actual ${kind(night)}`)
    .attr("d", night => d3.symbol(SHAPES[kind(night)], kind(night) === "miss" ? 60 : 34)())
    .attr("transform", ({ at, actual }) => `translate(${x(at) + x.bandwidth() / 2},${y(actual)})`);
}

/** From the last night measured, a fan that opens to tomorrow's intervals. */
function drawAhead(svg, nights, { x, y, right, roomy }) {
  const last = nights.length - 1;
  const { forecast } = nights[last];
  const from = d3.max(nights.map(({ actual }, at) => (actual === null ? -1 : at)));
  const start = from < 0 ? x(Math.max(0, last - 2)) : x(from) + x.bandwidth() / 2;
  const origin = from < 0 ? y(forecast.value) : y(nights[from].actual);
  const open = right - (roomy ? 34 : 18);
  const fan = svg.append("g").attr("class", "fan");
  for (const level of [...LEVELS].reverse()) {
    const { lower, upper } = forecast.intervals[level];
    fan
      .append("path")
      .attr("class", `band-${level}`)
      .attr("d", `M${start},${origin}L${open},${y(upper)}H${right}V${y(lower)}H${open}Z`);
  }
  fan
    .append("line")
    .attr("class", "median")
    .attr("x1", start)
    .attr("y1", origin)
    .attr("x2", open)
    .attr("y2", y(forecast.value));
  fan
    .append("line")
    .attr("class", "median")
    .attr("x1", open)
    .attr("y1", y(forecast.value))
    .attr("x2", right)
    .attr("y2", y(forecast.value));
  if (!roomy) return;
  const labels = LEVELS.flatMap(level => [
    [level, forecast.intervals[level].upper, -1],
    [level, forecast.intervals[level].lower, 1],
  ]);
  const told = svg.append("g").attr("class", "told");
  told
    .append("text")
    .attr("class", "strong")
    .attr("x", right + 8)
    .attr("y", y(forecast.value))
    .attr("dy", ".32em")
    .text(formatNumber(forecast.value, 1));
  for (const [level, value] of labels.filter(([, value]) => Math.abs(y(value) - y(forecast.value)) > 11))
    told
      .append("text")
      .attr("x", right + 8)
      .attr("y", y(value))
      .attr("dy", ".32em")
      .text(`${formatNumber(value, 1)}  ${level}%`);
}

export function fanLegend() {
  const key = (kind, text) => element("li", {}, element("span", { class: `key ${kind}` }), text);
  return element(
    "ul",
    { class: "legend" },
    LEVELS.map(level => key(`swatch-${level}`, `${level}% interval`)),
    key("inside", "measured, inside the 80% of that night"),
    key("missed", "outside"),
    key("hatched", "not measured"),
  );
}
