// One dot a day: an input against an outcome, as measured.

/* global d3 */

import { axisUnit, drawing, drawValueAxis, unitTicks } from "./drawing.js";
import { formatDay, formatValue, inText, words } from "./words.js";

export const LEFT_PX = 42;
const HEIGHT_PX = 240,
  BOTTOM_PX = 34,
  SIDE_PX = 26;

/** `points` are {day, input, outcome}; `input` and `outcome` say {name, unit}; `when` is the lag in words. */
export function drawDots(points, input, outcome, width, when) {
  const label = `${words(outcome.name)} against ${inText(input.name)}, ${when}: ${points.length} days`;
  const { svg } = drawing(width, HEIGHT_PX, label);
  const x = d3
    .scaleLinear()
    .domain(spread(points.map(point => point.input)))
    .nice(5)
    .range([LEFT_PX + SIDE_PX, width - SIDE_PX]);
  const y = d3
    .scaleLinear()
    .domain(spread(points.map(point => point.outcome)))
    .nice(5)
    .range([HEIGHT_PX - BOTTOM_PX - 6, 18]);
  drawValueAxis(svg, { y, left: LEFT_PX, right: width, count: 4, unit: outcome.unit });
  const [ticks, format] = unitTicks(x, Math.min(6, width / 60), input.unit);
  const whole = points.every(point => Number.isInteger(point.input));
  svg
    .append("g")
    .attr("class", "dates")
    .selectAll("text")
    .data(ticks.filter(tick => !whole || Number.isInteger(tick)))
    .enter()
    .append("text")
    .attr("x", x)
    .attr("y", HEIGHT_PX - BOTTOM_PX + 12)
    .attr("text-anchor", "middle")
    .text(format);
  svg
    .append("text")
    .attr("class", "unit")
    .attr("x", width)
    .attr("y", HEIGHT_PX - 4)
    .attr("text-anchor", "end")
    .text(`${words(input.name)} (${axisUnit(x, input.unit)}) →`);
  svg
    .append("text")
    .attr("class", "unit")
    .attr("x", 0)
    .attr("y", 9)
    .text(`↑ ${words(outcome.name)} (${axisUnit(y, outcome.unit)})`);
  const shift = jitter(points, x);
  svg
    .append("g")
    .selectAll("circle")
    .data(points)
    .enter()
    .append("circle")
    .attr("class", "pair")
    .attr("cx", (point, at) => x(point.input) + shift(at))
    .attr("cy", point => y(point.outcome))
    .attr("r", 3.2)
    .append("title")
    .text(
      point =>
        `${formatDay(point.day)}: ${formatValue(point.input, input.unit)}, then ${formatValue(point.outcome, outcome.unit)}`,
    );
  return svg.node();
}

function spread(values) {
  const [low, high] = d3.extent(values);
  return low === high ? [low - 1, high + 1] : [low, high];
}

/** Values that repeat lie side by side: spread by their place in the list, the same every time. */
function jitter(points, x) {
  const distinct = [...new Set(points.map(point => point.input))].sort((a, b) => a - b);
  if (distinct.length > 12) return () => 0;
  const gap = d3.min(d3.pairs(distinct), ([a, b]) => x(b) - x(a)) || 40;
  const reach = Math.min(gap * 0.6, 36);
  return at => (((at * 0.618034) % 1) - 0.5) * reach;
}
