// One habit against one measure, day by day, at a lag that can be moved; under it what each lag shows.

/* global d3 */

import { ask, request } from "./api.js";
import { element, onWidth } from "./dom.js";
import { drawDots, LEFT_PX } from "./dots.js";
import { drawing, drawValueAxis } from "./drawing.js";
import { errorState } from "./panel.js";
import { isCounted } from "./person.js";
import { copyButtons } from "./snippets.js";
import { adjustedTerms, fisher } from "./statistics.js";
import { addDays, coefficient, formatDay, lagWords, probability, REFUSALS } from "./words.js";

const PROFILE_PX = 104;
const LONGEST_LAG_DAYS = 7;

export const lagsRequest = (userId, metric, feature) =>
  request("GET", "/api/correlations/{userId}/{metricType}/lags", {
    params: { userId, metricType: metric },
    query: { feature },
  });

export class Scatter {
  /** @type {any} */
  pair = null;
  width = 0;

  constructor(person, signal) {
    this.person = person;
    this.signal = signal;
    this.title = element("h3", {});
    this.copies = element("div", { class: "copies" });
    this.plot = element("div", { class: "chart" });
    this.profile = element("div", { class: "chart" });
    this.says = element("p", { class: "readout" });
    this.note = element("p", { class: "soft" });
    this.slider = element("input", {
      type: "range",
      max: LONGEST_LAG_DAYS,
      id: "lag",
      oninput: () => this.move(+this.slider.value),
    });
    this.said = element("output", { for: "lag" });
    this.root = element(
      "div",
      { class: "scatter" },
      element("div", { class: "head" }, this.title, this.copies),
      this.plot,
      element("label", { class: "lag" }, element("span", {}, "Lag"), this.slider, this.said),
      this.profile,
      this.says,
      this.note,
    );
    onWidth(this.plot, width => ((this.width = width), this.draw()));
  }

  async show(pair) {
    Object.assign(this, { pair, lag: pair.lagDays, profileOf: null });
    this.title.textContent = "Day by day";
    const { userId } = this.person;
    this.copies.replaceChildren(
      ...copyButtons("these lags", () => [["lags", lagsRequest(userId, pair.metric, pair.feature)]]),
    );
    this.slider.min = pair.lagDays;
    this.slider.value = pair.lagDays;
    this.slider.disabled = Boolean(pair.refusal);
    this.draw();
    if (pair.refusal) return;
    try {
      const answer = await ask(lagsRequest(userId, pair.metric, pair.feature), this.signal);
      if (this.pair !== pair) return;
      this.profileOf = answer;
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError" && this.pair === pair)
        this.profile.replaceChildren(errorState(error, () => this.show(pair)));
    }
  }

  move(lag) {
    this.lag = lag;
    this.draw();
  }

  draw() {
    if (!this.pair || !this.width) return;
    const { pair, lag } = this;
    this.said.textContent = lagWords(lag);
    this.slider.setAttribute("aria-valuetext", lagWords(lag));
    if (pair.refusal) {
      this.plot.replaceChildren(
        element("p", { class: "state" }, `Not drawn. ${REFUSALS[pair.refusal] || pair.refusal}`),
      );
      this.profile.replaceChildren();
      this.says.textContent = this.note.textContent = "";
      return;
    }
    const points = pairDays(this.person, pair, lag);
    const { catalogue } = this.person;
    this.plot.replaceChildren(
      points.length
        ? drawDots(points, catalogue.get(pair.feature), catalogue.get(pair.metric), this.width, lagWords(lag))
        : element("p", { class: "state" }, "No day on which both are known can be read now."),
    );
    if (this.profileOf) this.drawProfile(points.length);
    else this.profile.replaceChildren();
  }

  drawProfile(drawn) {
    const { lags, lookbackDays } = this.profileOf;
    const terms = adjustedTerms(lookbackDays);
    const shown = lags.map(one => ({
      ...one,
      interval: one.adjusted === null ? null : fisher(one.adjusted, one.effectiveN, terms),
    }));
    const { svg } = drawing(this.width, PROFILE_PX, "The coefficient at each lag, with its interval");
    const x = d3
      .scaleBand()
      .domain(shown.map(one => one.lagDays))
      .range([LEFT_PX, this.width])
      .padding(0.35);
    const widest =
      d3.max(shown, one => Math.max(Math.abs(one.adjusted ?? 0), ...(one.interval || [0]).map(Math.abs))) ||
      1;
    const y = d3
      .scaleLinear()
      .domain([-widest, widest])
      .nice(2)
      .range([PROFILE_PX - 34, 18]);
    drawValueAxis(svg, { y, left: LEFT_PX, right: this.width, count: 2, unit: "" });
    svg.append("text").attr("class", "unit").attr("y", 9).text("↑ Coefficient, with its 90% interval");
    svg
      .append("text")
      .attr("class", "unit")
      .attr("x", this.width)
      .attr("y", PROFILE_PX - 3)
      .attr("text-anchor", "end")
      .text("Lag (nights) →");
    svg
      .append("line")
      .attr("class", "zero")
      .attr("x1", LEFT_PX)
      .attr("x2", this.width)
      .attr("y1", y(0))
      .attr("y2", y(0));
    const bars = svg
      .append("g")
      .selectAll("g")
      .data(shown.filter(one => one.adjusted !== null))
      .enter()
      .append("g")
      .attr(
        "class",
        one => `lag-bar ${one.adjusted < 0 ? "less" : "more"} ${one.lagDays === this.lag ? "now" : ""}`,
      );
    bars
      .append("rect")
      .attr("x", one => x(one.lagDays))
      .attr("width", x.bandwidth())
      .attr("y", one => y(Math.max(0, one.adjusted)))
      .attr("height", one => Math.abs(y(one.adjusted) - y(0)));
    bars
      .filter(one => one.interval)
      .append("line")
      .attr("x1", one => x(one.lagDays) + x.bandwidth() / 2)
      .attr("x2", one => x(one.lagDays) + x.bandwidth() / 2)
      .attr("y1", one => y(one.interval[0]))
      .attr("y2", one => y(one.interval[1]));
    svg
      .append("g")
      .attr("class", "dates")
      .selectAll("text")
      .data(shown)
      .enter()
      .append("text")
      .attr("x", one => x(one.lagDays) + x.bandwidth() / 2)
      .attr("y", PROFILE_PX - 17)
      .attr("text-anchor", "middle")
      .text(one => one.lagDays);
    this.profile.replaceChildren(svg.node());
    const now = shown.find(one => one.lagDays === this.lag);
    this.says.textContent = now.refusal
      ? `Lag ${this.lag}: refused. ${REFUSALS[now.refusal] || now.refusal}`
      : `Lag ${this.lag}: ${coefficient(now.adjusted)}${now.interval ? ` (90%: ${coefficient(now.interval[0])} to ${coefficient(now.interval[1])})` : ""}, q ${probability(now.qValue)}, ${now.n} days`;
    const apart = drawn && drawn !== now.n ? ` ${drawn} days are drawn, ${now.n} are counted: ${this.why()}.` : "";
    this.note.textContent = `Dots are values as measured, bars are adjusted. Only the first lag is ever tested to be told: the others are to look at. They run to the last closed day, the map to the last Sunday, so the two may differ a little.${apart}`;
  }

  /** Why the service may count fewer days than are known, or another stretch of them. */
  why() {
    const { lookbackDays, date } = this.profileOf;
    const { sources } = this.person.year.dataQuality;
    const several = Object.values(sources).some(devices => devices.length > 1);
    return several
      ? "days that another device measured are left out"
      : `the service looks at the ${lookbackDays} days to ${formatDay(date)}, and leaves out days of another level or firmware`;
  }
}

/** Days on which both are known and counted, over the last year of closed days. */
function pairDays({ days, catalogue }, { feature, metric }, lag) {
  const input = catalogue.get(feature),
    outcome = catalogue.get(metric);
  if (!input || !outcome) return []; // a habit of the person's own is no feature
  const closed = days.filter(day => !day.partial).slice(-365);
  const byDate = new Map(closed.map(day => [day.date, day]));
  return closed.flatMap(day => {
    const before = byDate.get(addDays(day.date, -lag));
    if (
      !before ||
      before[feature] === null ||
      day[metric] === null ||
      !isCounted(before, input) ||
      !isCounted(day, outcome)
    )
      return [];
    return [{ day: day.date, input: before[feature], outcome: day[metric] }];
  });
}
