// The forecast as a fan, the nights behind it, and how often its intervals held.

/* global d3 */

import { ask } from "./api.js";
import { holds, LEVELS, loadNights, nightRequest, nightsBack, OUTCOME, pairNights, score } from "./backtest.js";
import { choice, element, onWidth } from "./dom.js";
import { drawDates, drawing, drawValueAxis, positionAt, shadeUnknown } from "./drawing.js";
import { emptyState, neededBars } from "./panel.js";
import { addDays, formatDay, formatNumber, signed, words } from "./words.js";

const NIGHTS = [30, 60, 90];
const FEW_NIGHTS = 10;
const HEIGHT_PX = 310, LEFT_PX = 40, TOP_PX = 22, BOTTOM_PX = 28;

export const tomorrowRequests = person => [["tomorrow", nightRequest(person.userId, addDays(person.today, 1))]];

export async function showTomorrow(panel, person, signal) {
  const answer = await ask(nightRequest(person.userId, addDays(person.today, 1)), signal);
  const [first] = answer.predictions;
  if (first) panel.cite({ ...first, stale: answer.stale || first.stale }, ...answer.predictions.map(one => `${one.modelId} ${one.modelVersion}`));
  if (!first && !answer.unavailable.length) return emptyState("No forecast", "There is nothing to forecast from.");
  return new Outlook(person, answer, signal).root;
}

class Outlook {
  constructor(person, answer, signal) {
    Object.assign(this, { person, answer, signal, wanted: [], forecasts: new Map(), asked: 0, failure: null });
    this.metric = answer.predictions[0] ? answer.predictions[0].metric : answer.unavailable[0].metric;
    const metrics = ["rhr", "hrv"].filter(metric => this.of(metric) || this.refusal(metric));
    this.head = element("div", { class: "outlook-head" });
    this.chart = element("div", { class: "chart" });
    this.read = element("p", { class: "readout", "aria-live": "off" });
    this.slider = element("input", { type: "range", class: "cursor", min: 0, "aria-label": "Night", oninput: () => this.move(+this.slider.value) });
    this.progress = element("p", { class: "progress", role: "status" });
    this.score = element("div", { class: "score" });
    this.drivers = element("div", { class: "drivers" });
    this.shown = element("div", {});
    this.root = element("div", { class: "outlook" },
      element("div", { class: "tools" },
        choice("Measure", metrics.map(metric => [metric, words(metric)]), this.metric, metric => this.choose({ metric })),
        choice("Nights looked back", NIGHTS.map(nights => [nights, `${nights} nights`]), NIGHTS[0], count => this.look(count))),
      this.shown);
    this.choose({});
    if (answer.predictions.length) {
      onWidth(this.chart, width => ((this.width = width), this.draw()));
      this.look(NIGHTS[0]);
    }
  }

  of = metric => this.answer.predictions.find(one => one.metric === metric);
  refusal = metric => this.answer.unavailable.find(one => one.metric === metric);

  choose(changes) {
    Object.assign(this, changes);
    const forecast = this.of(this.metric);
    if (!forecast) return this.shown.replaceChildren(refused(this.refusal(this.metric)));
    this.shown.replaceChildren(
      this.head, this.chart, this.slider, this.read, this.progress, legend(),
      element("div", { class: "halves" }, this.score, this.drivers));
    this.head.replaceChildren(...headline(forecast));
    this.drivers.replaceChildren(...contributions(forecast));
    this.draw();
  }

  async look(count) {
    this.wanted = nightsBack(this.person, count);
    this.asked = 0;
    this.failure = null;
    // nights already asked for come from the service's cache
    const turn = (this.turn = (this.turn || 0) + 1);
    const tell = (forecasts, asked) => {
      if (turn !== this.turn) return;
      this.forecasts = forecasts;
      this.asked = asked;
      if (!this.planned) this.planned = requestAnimationFrame(() => ((this.planned = 0), this.draw()));
    };
    try {
      await loadNights(this.person.userId, this.wanted, this.signal, tell);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failure = error;
    }
    this.draw();
  }

  draw() {
    const forecast = this.of(this.metric);
    if (!forecast || !this.width) return;
    const name = OUTCOME[this.metric];
    const actuals = new Map(this.person.days.map(day => [day.date, day[name] ?? null]));
    this.nights = pairNights(this.forecasts, this.metric, actuals);
    this.nights.push({ night: addDays(this.person.today, 1), forecast, actual: null, ahead: true });
    const drawn = drawFan(this.nights, forecast, this.width);
    Object.assign(this, { x: drawn.x, right: drawn.right, rule: drawn.rule });
    this.chart.replaceChildren(drawn.svg.node());
    drawn.svg.on("pointermove", () => this.move(positionAt(this.x, this.nights.length, d3.mouse(drawn.svg.node())[0])));
    this.slider.max = this.nights.length - 1;
    this.move(Math.min(this.at ?? Infinity, this.nights.length - 1));
    this.tellProgress();
    this.score.replaceChildren(...coverage(score(this.nights), forecast, this.asked < this.wanted.length));
  }

  tellProgress() {
    const done = this.asked >= this.wanted.length;
    this.progress.hidden = done && !this.failure;
    this.progress.textContent = this.failure
      ? `The back-test stopped after ${this.asked} nights: ${this.failure.message}`
      : `Asking what was forecast before each past night: ${this.asked} of ${this.wanted.length}`;
  }

  move(at) {
    const chosen = this.nights[at];
    if (!chosen) return;
    this.at = at === this.nights.length - 1 ? undefined : at;
    this.slider.value = at;
    const centre = chosen.ahead ? this.right - 8 : this.x(at) + this.x.bandwidth() / 2;
    this.rule.attr("x1", centre).attr("x2", centre);
    this.read.textContent = readNight(chosen, this.of(this.metric).unit);
    this.slider.setAttribute("aria-valuetext", this.read.textContent);
  }
}

function refused({ metric, code, detail, have, need }) {
  const titles = { hrv_method_unsupported: "Another HRV method", insufficient_data: "Too early to say" };
  return emptyState(titles[code] || "No forecast", detail,
    need ? neededBars([{ metric, daysHave: have, daysNeeded: need }]) : null, element("p", { class: "code" }, code));
}

function headline(forecast) {
  const range = forecast.predictionRange;
  const reasons = forecast.provisionalReasons.map(reason => element("li", {}, `Provisional: ${reason}.`));
  return [
    element("p", { class: "figure" },
      element("strong", {}, formatNumber(forecast.value, 1)), ` ${forecast.unit} `,
      element("span", {}, `in the night to ${formatDay(forecast.targetDate)}`)),
    element("p", {}, `8 in 10 such forecasts land between ${formatNumber(range.lower, 0)} and ${formatNumber(range.upper, 0)} ${forecast.unit}. `,
      `The best simple rule (${forecast.baseline.rule.replace("_", " ")}) says ${formatNumber(forecast.baseline.value, 1)}.`),
    reasons.length ? element("ul", { class: "notes" }, reasons) : null,
  ].filter(Boolean);
}

function legend() {
  const key = (kind, text) => element("li", {}, element("span", { class: `key ${kind}` }), text);
  return element("ul", { class: "legend" },
    LEVELS.map(level => key(`swatch-${level}`, `${level}% interval`)),
    key("inside", "measured, inside 80%"), key("edge", "between 80 and 95%"), key("missed", "outside 95%"), key("hatched", "not measured"));
}

function readNight({ night, forecast, actual, ahead }, unit) {
  if (!forecast) return `${formatDay(night)}: no forecast${actual === null ? "" : `, measured ${formatNumber(actual, 1)} ${unit}`}`;
  const { lower, upper } = forecast.intervals["80"];
  const said = `forecast ${formatNumber(forecast.value, 1)} ${unit} (80%: ${formatNumber(lower, 1)} to ${formatNumber(upper, 1)})`;
  if (ahead) return `Tomorrow, ${formatDay(night)}: ${said}`;
  if (actual === null) return `${formatDay(night)}: ${said}; nothing was measured`;
  const level = LEVELS.find(one => holds(forecast, one, actual));
  return `${formatDay(night)}: ${said}, measured ${formatNumber(actual, 1)}, ${level ? `inside the ${level}% interval` : "outside all intervals"}`;
}

function drawFan(nights, forecast, width) {
  const known = nights.filter(night => !night.ahead);
  const roomy = width >= 500;
  const right = width - (roomy ? 88 : 0), fanPx = roomy ? 110 : 56;
  const x = d3.scaleBand().domain(d3.range(nights.length)).range([LEFT_PX, right - fanPx]).paddingInner(0.25);
  const values = nights.flatMap(({ forecast, actual }) =>
    [actual, forecast && forecast.intervals["95"].lower, forecast && forecast.intervals["95"].upper]).filter(value => value !== null);
  const y = d3.scaleLinear().domain(d3.extent(values)).nice(5).range([HEIGHT_PX - BOTTOM_PX, TOP_PX]);
  const label = `${words(forecast.metric)}: ${known.length} past nights with their forecasts, and tomorrow's`;
  const { svg, hatch } = drawing(width, HEIGHT_PX, label);
  shadeUnknown(svg, { hatch, values: nights.map(({ actual, ahead }) => (ahead ? 0 : actual)), x, top: TOP_PX, height: HEIGHT_PX - BOTTOM_PX - TOP_PX });
  drawValueAxis(svg, { y, left: LEFT_PX, right, count: 5, unit: forecast.unit });
  svg.append("text").attr("class", "unit").attr("x", LEFT_PX - 6).attr("y", 9).attr("text-anchor", "end").text(forecast.unit);
  drawBands(svg, nights, x, y);
  drawActuals(svg, known, x, y);
  drawAhead(svg, nights, { x, y, right, roomy });
  drawDates(svg, { x, days: known.map(({ night }) => night), y: HEIGHT_PX - 8, width: right - fanPx });
  svg.append("g").attr("class", "dates").append("text").attr("x", right).attr("y", HEIGHT_PX - 8).attr("text-anchor", "end").text("tomorrow");
  const rule = svg.append("line").attr("class", "rule").attr("y1", TOP_PX).attr("y2", HEIGHT_PX - BOTTOM_PX);
  return { svg, x, right, rule };
}

function drawBands(svg, nights, x, y) {
  for (const level of [...LEVELS].reverse())
    svg.append("g").attr("class", `band band-${level}`).selectAll("rect")
      .data(nights.map((night, at) => ({ ...night, at })).filter(({ forecast, ahead }) => forecast && !ahead)).enter().append("rect")
      .attr("x", ({ at }) => x(at)).attr("width", x.bandwidth()).attr("rx", Math.min(2, x.bandwidth() / 4))
      .attr("y", ({ forecast }) => y(forecast.intervals[level].upper))
      .attr("height", ({ forecast }) => y(forecast.intervals[level].lower) - y(forecast.intervals[level].upper));
}

const SHAPES = { inside: d3.symbolCircle, edge: d3.symbolCircle, miss: d3.symbolDiamond };

function drawActuals(svg, known, x, y) {
  const kind = ({ forecast, actual }) =>
    !forecast || holds(forecast, "80", actual) ? "inside" : holds(forecast, "95", actual) ? "edge" : "miss";
  svg.append("g").selectAll("path").data(known.map((night, at) => ({ ...night, at })).filter(({ actual }) => actual !== null)).enter().append("path")
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
    fan.append("path").attr("class", `band-${level}`)
      .attr("d", `M${start},${origin}L${open},${y(upper)}H${right}V${y(lower)}H${open}Z`);
  }
  fan.append("line").attr("class", "median").attr("x1", start).attr("y1", origin).attr("x2", open).attr("y2", y(forecast.value));
  fan.append("line").attr("class", "median").attr("x1", open).attr("y1", y(forecast.value)).attr("x2", right).attr("y2", y(forecast.value));
  if (!roomy) return;
  const labels = LEVELS.flatMap(level => [[level, forecast.intervals[level].upper, -1], [level, forecast.intervals[level].lower, 1]]);
  const told = svg.append("g").attr("class", "told");
  told.append("text").attr("class", "strong").attr("x", right + 8).attr("y", y(forecast.value)).attr("dy", ".32em").text(formatNumber(forecast.value, 1));
  for (const [level, value] of labels.filter(([, value]) => Math.abs(y(value) - y(forecast.value)) > 11))
    told.append("text").attr("x", right + 8).attr("y", y(value)).attr("dy", ".32em").text(`${formatNumber(value, 1)}  ${level}%`);
}

function coverage(scored, forecast, loading) {
  const title = element("h3", {}, "Did the intervals hold?");
  if (!scored) return [title, element("p", {}, loading ? "Waiting for the first nights." : "No past night has both a forecast and a measurement.")];
  const rows = scored.levels.map(({ level, inside, share, interval: [low, high] }) => element("tr", {},
    element("th", { scope: "row" }, `${level}%`),
    element("td", {}, `${inside} of ${scored.nights}`),
    element("td", { class: "number" }, `${Math.round(share * 100)}%`),
    element("td", {}, gauge(level / 100, share, low, high)),
    element("td", { class: "number soft" }, `${Math.round(low * 100)}–${Math.round(high * 100)}%`)));
  const better = 1 - scored.missed / scored.ruleMissed;
  return [
    title,
    element("table", { class: "coverage" },
      element("thead", {}, element("tr", {}, ["Interval", "Nights inside", "Held", "", "Likely"].map(text => element("th", { scope: "col" }, text)))),
      element("tbody", {}, rows)),
    scored.nights < FEW_NIGHTS ? element("p", { class: "soft" }, `${scored.nights} nights are too few to judge by.`) : element("p", { class: "soft" },
      `Missed by ${formatNumber(scored.missed, 2)} ${forecast.unit} on average, its simple rule by ${formatNumber(scored.ruleMissed, 2)}: `,
      `${Math.abs(better * 100).toFixed(0)}% ${better >= 0 ? "better" : "worse"} over these ${scored.nights} nights. `,
      "Each was forecast with that day closed; “likely” is Wilson's 95% interval, as if nights were independent. ",
      `In the back-test over many people ${Math.round(forecast.confidence * 100)}% of such forecasts came within ${forecast.unit === "bpm" ? "3 bpm" : "15%"}.`),
  ];
}

/** A share with its interval against the level it should meet. */
function gauge(level, share, low, high) {
  const svg = d3.create("svg").attr("viewBox", "0 0 100 14").attr("class", "gauge").attr("aria-hidden", "true").attr("preserveAspectRatio", "none");
  svg.append("line").attr("class", "track").attr("x1", 0).attr("x2", 100).attr("y1", 7).attr("y2", 7);
  svg.append("line").attr("class", "range").attr("x1", low * 100).attr("x2", high * 100).attr("y1", 7).attr("y2", 7);
  svg.append("line").attr("class", "level").attr("x1", level * 100).attr("x2", level * 100).attr("y1", 1).attr("y2", 13);
  svg.append("line").attr("class", "share").attr("x1", share * 100).attr("x2", share * 100).attr("y1", 3).attr("y2", 11);
  return svg.node();
}

function contributions(forecast) {
  const title = element("h3", {}, "What drives it");
  const list = forecast.contributions;
  if (!list.length) return [title, element("p", { class: "soft" }, "Too few days for the model: the simple rule answers, and nothing else enters.")];
  const widest = Math.max(...list.map(({ change }) => Math.abs(change)), 1e-9);
  const rows = list.map(({ group, change }) => element("li", {},
    element("span", { class: "name" }, words(group)),
    element("span", { class: "balance", "aria-hidden": "true" },
      element("span", { class: change < 0 ? "less" : "more", style: `--share: ${Math.abs(change) / widest}` })),
    element("span", { class: "number" }, `${signed(change, 2)} ${forecast.unit}`)));
  return [title, element("ul", { class: "contributions" }, rows),
    element("p", { class: "soft" }, "How the forecast would change if nothing were known of the group. Not a cause.")];
}
