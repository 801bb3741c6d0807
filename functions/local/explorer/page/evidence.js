// The days behind one insight, as the evidence route gives them.

/* global d3 */

import { ask, request } from "./api.js";
import { element, onWidth } from "./dom.js";
import { drawDots } from "./dots.js";
import { drawDates, drawing, drawValueAxis, shadeUnknown } from "./drawing.js";
import { errorState } from "./panel.js";
import { lagWords, words } from "./words.js";

const SERIES_PX = 74,
  LEFT_PX = 44,
  DATES_PX = 18;

export const evidenceRequest = (userId, insightId) =>
  request("GET", "/api/insights/{userId}/{insightId}/evidence", { params: { userId, insightId } });

export async function showEvidence(target, person, insight, signal) {
  target.replaceChildren(element("p", { class: "soft", role: "status" }, "Loading the days behind it"));
  try {
    const answer = await ask(evidenceRequest(person.userId, insight.id), signal);
    const chart = element("div", { class: "chart" });
    target.replaceChildren(element("p", {}, answer.text), chart);
    if (answer.days.length) onWidth(chart, width => chart.replaceChildren(...drawEvidence(answer, width)));
  } catch (error) {
    if (error.name !== "AbortError")
      target.replaceChildren(errorState(error, () => showEvidence(target, person, insight, signal)));
  }
}

/** An input and an outcome as dots, anything else day by day. */
function drawEvidence({ pairs, series, days, lagDays }, width) {
  if (!pairs.length) return series.map((one, at) => draw(one, days, width, at === series.length - 1));
  const points = pairs.map(pair => ({ day: pair.outcomeDay, input: pair.input, outcome: pair.outcome }));
  return [drawDots(points, series[0], series[1], width, lagWords(lagDays))];
}

function draw({ name, unit, values }, days, width, isLast) {
  const height = SERIES_PX + (isLast ? DATES_PX : 0),
    top = 18,
    bottom = SERIES_PX - 4;
  const known = values.filter(value => value !== null);
  const { svg, hatch } = drawing(
    width,
    height,
    `${words(name)} (${unit}): ${known.length} of ${values.length} days known`,
  );
  const x = d3.scaleBand().domain(d3.range(days.length)).range([LEFT_PX, width]);
  const [low, high] = known.length ? d3.extent(known) : [0, 1];
  const y = d3
    .scaleLinear()
    .domain(low === high ? [low - 1, high + 1] : [low, high])
    .nice(3)
    .range([bottom, top]);
  shadeUnknown(svg, { hatch, values, x, top, height: bottom - top });
  drawValueAxis(svg, { y, left: LEFT_PX, right: width, count: 2, unit });
  svg
    .append("text")
    .attr("class", "unit")
    .attr("x", LEFT_PX)
    .attr("y", 10)
    .text(`${words(name)} (${unit})`);
  const line = d3
    .line()
    .defined(value => value !== null)
    .x((_, at) => x(at) + x.bandwidth() / 2)
    .y(y);
  svg.append("path").attr("class", "line").attr("d", line(values));
  svg
    .append("g")
    .selectAll("circle")
    .data(values.map((value, at) => [value, at]).filter(([value]) => value !== null))
    .enter()
    .append("circle")
    .attr("class", "dot")
    .attr("cx", ([, at]) => x(at) + x.bandwidth() / 2)
    .attr("cy", ([value]) => y(value))
    .attr("r", days.length > 120 ? 1.2 : 2);
  if (isLast) drawDates(svg, { x, days, y: SERIES_PX + 12, width });
  return svg.node();
}
