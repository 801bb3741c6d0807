// What the charts share: an SVG with its hatching, axes, and stretches of unknown days. Colours are the style sheet's.

/* global d3 */

import { formatClock } from "./words.js";

const LONG_MINUTES = 240;
let made = 0;

/** An SVG of this size, and the `fill` of unknown stretches in it. `label` is what a screen reader says of it. */
export function drawing(width, height, label) {
  const hatch = `hatch-${++made}`;
  const svg = d3
    .create("svg")
    .attr("width", width)
    .attr("height", height)
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("role", "img")
    .attr("aria-label", label);
  const pattern = svg
    .append("defs")
    .append("pattern")
    .attr("id", hatch)
    .attr("width", 6)
    .attr("height", 6)
    .attr("patternUnits", "userSpaceOnUse")
    .attr("patternTransform", "rotate(45)");
  pattern.append("line").attr("class", "hatch").attr("y2", 6);
  return { svg, hatch: `url(#${hatch})` };
}

/** Runs of neighbours for which `test` holds, as [first, last] positions. */
export function runs(values, test) {
  const found = [];
  values.forEach((value, at) => {
    if (!test(value)) return;
    const last = found[found.length - 1];
    if (last && last[1] === at - 1) last[1] = at;
    else found.push([at, at]);
  });
  return found;
}

export function shadeUnknown(svg, { hatch, values, x, top, height }) {
  svg
    .append("g")
    .selectAll("rect")
    .data(runs(values, value => value === null))
    .enter()
    .append("rect")
    .attr("class", "unknown")
    .attr("fill", hatch)
    .attr("x", ([first]) => x(first))
    .attr("width", ([first, last]) => x(last) + x.bandwidth() - x(first))
    .attr("y", top)
    .attr("height", height);
}

/** Long durations in hours, times of day as the clock shows them. */
export function unitTicks(scale, count, unit) {
  const [low, high] = scale.domain();
  if (unit === "local hour") return [scale.ticks(count), formatClock];
  if (unit === "min" && high >= LONG_MINUTES)
    return [
      d3.ticks(low / 60, high / 60, count).map(hours => hours * 60),
      value => `${d3.format("~")(value / 60)} h`,
    ];
  return [scale.ticks(count), value => d3.format(Math.abs(value) >= 10000 ? "~s" : "~")(value)];
}

/** The unit that `unitTicks` writes in. */
export const axisUnit = (scale, unit) =>
  unit === "min" && scale.domain()[1] >= LONG_MINUTES ? "h" : unit === "local hour" ? "local time" : unit;

export function drawValueAxis(svg, { y, left, right, count = 3, unit }) {
  const [ticks, format] = unitTicks(y, count, unit);
  const axis = svg.append("g").attr("class", "axis");
  axis
    .selectAll("line")
    .data(ticks)
    .enter()
    .append("line")
    .attr("x1", left)
    .attr("x2", right)
    .attr("y1", y)
    .attr("y2", y);
  axis
    .selectAll("text")
    .data(ticks)
    .enter()
    .append("text")
    .attr("x", left - 6)
    .attr("y", y)
    .attr("dy", ".32em")
    .attr("text-anchor", "end")
    .text(format);
}

const LABEL_PX = 44,
  BAND_PX_MAX = 44;
const MONTH = d3.utcFormat("%b"),
  YEAR = d3.utcFormat("%Y"),
  DAY_MONTH = d3.utcFormat("%-d %b");

/** Dates under a band scale over positions, as many as there is room for. */
export function drawDates(svg, { x, days, y, width }) {
  const room = Math.max(4, Math.floor(width / 78));
  const scale = d3.scaleUtc().domain([new Date(days[0]), new Date(days[days.length - 1])]);
  const position = new Map(days.map((day, at) => [day, at]));
  const ticks = scale
    .ticks(room)
    .map(date => [date, position.get(date.toISOString().slice(0, 10))])
    .filter(([, at]) => at !== undefined)
    .reduce((kept, tick) => {
      const last = kept[kept.length - 1];
      // at the right end a label stands to the left of its day
      const needed = x(tick[1]) > width - 30 ? 1.5 * LABEL_PX : LABEL_PX;
      return !last || x(tick[1]) - x(last[1]) > needed ? [...kept, tick] : kept;
    }, []);
  const monthly = ticks.every(([date]) => date.getUTCDate() === 1);
  svg
    .append("g")
    .attr("class", "dates")
    .selectAll("text")
    .data(ticks)
    .enter()
    .append("text")
    .attr("x", ([, at]) => x(at) + x.bandwidth() / 2)
    .attr("y", y)
    .attr("text-anchor", ([, at]) => (x(at) < 20 ? "start" : x(at) > width - 30 ? "end" : "middle"))
    .text(([date]) => (!monthly ? DAY_MONTH(date) : date.getUTCMonth() ? MONTH(date) : YEAR(date)));
}

/** A band scale over positions of days. A few days stand apart, over the whole width. */
export function dayScale(count, left, right, gap) {
  const apart = Math.max(gap, 1 - (BAND_PX_MAX * count) / (right - left));
  return d3.scaleBand().domain(d3.range(count)).range([left, right]).paddingInner(apart).paddingOuter(apart / 2);
}

/** The position under the pointer on a band scale over positions. */
export const positionAt = (x, count, pixels) =>
  Math.max(0, Math.min(count - 1, Math.floor((pixels - x.range()[0]) / x.step())));
