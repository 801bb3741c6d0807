// The forecast as a fan, the nights behind it, and how often its intervals held.

/* global d3 */

import { ask } from "./api.js";
import { backTestRequest, holds, loadBackTest, nightRequest } from "./backtest.js";
import { describeCoverage } from "./coverage.js";
import { choice, element, onWidth } from "./dom.js";
import { positionAt } from "./drawing.js";
import { drawFan, fanLegend } from "./fan.js";
import { emptyState, neededBars } from "./panel.js";
import { addDays, formatDay, formatNumber, ruleWords, signed, words } from "./words.js";

const NIGHTS = [30, 60, 90];

export const tomorrowRequests = person => [
  ["tomorrow", nightRequest(person.userId, addDays(person.today, 1))],
  ["backTest", backTestRequest(person.userId, "rhr", person.today, NIGHTS[0])],
];

export async function showTomorrow(panel, person, signal) {
  const answer = await ask(nightRequest(person.userId, addDays(person.today, 1)), signal);
  const [first] = answer.predictions;
  if (first)
    panel.cite(
      { ...first, stale: answer.stale || first.stale },
      ...answer.predictions.map(one => `${one.modelId} ${one.modelVersion}`),
    );
  if (!first && !answer.unavailable.length)
    return emptyState("No forecast", "There is nothing to forecast from.");
  return new Outlook(person, answer, signal).root;
}

class Outlook {
  width = 0;
  count = NIGHTS[0];
  /** @type {any} */
  tested = null;
  failure = "";
  /** @type {any[]} */
  nights = [];
  /** @type {any} */
  drawn = null;

  constructor(person, answer, signal) {
    this.person = person;
    this.answer = answer;
    this.signal = signal;
    this.metric = answer.predictions[0] ? answer.predictions[0].metric : answer.unavailable[0].metric;
    const metrics = [...answer.predictions, ...answer.unavailable];
    this.head = element("div", { class: "outlook-head" });
    this.chart = element("div", { class: "chart" });
    this.read = element("p", { class: "readout", "aria-live": "off" });
    this.slider = element("input", {
      type: "range",
      class: "cursor",
      min: 0,
      "aria-label": "Night",
      oninput: () => this.move(+this.slider.value),
    });
    this.progress = element("p", { class: "progress", role: "status" });
    this.score = element("div", { class: "score" });
    this.drivers = element("div", { class: "drivers" });
    this.shown = element("div", {});
    this.root = element(
      "div",
      { class: "outlook" },
      element(
        "div",
        { class: "tools" },
        choice(
          "Measure",
          metrics.map(({ metric, method }) => [metric, words(method ? `${metric}_${method}` : metric)]),
          this.metric,
          metric => this.choose({ metric }),
        ),
        choice(
          "Nights looked back",
          NIGHTS.map(nights => [nights, `${nights} nights`]),
          NIGHTS[0],
          count => this.choose({ count }),
        ),
      ),
      this.shown,
    );
    this.choose({});
    if (answer.predictions.length) onWidth(this.chart, width => ((this.width = width), this.draw()));
  }

  of = metric => this.answer.predictions.find(one => one.metric === metric);
  refusal = metric => this.answer.unavailable.find(one => one.metric === metric);

  choose(changes) {
    Object.assign(this, changes);
    const forecast = this.of(this.metric);
    if (!forecast) return this.shown.replaceChildren(refused(this.refusal(this.metric)));
    this.shown.replaceChildren(
      this.head,
      this.chart,
      this.slider,
      this.read,
      this.progress,
      fanLegend(),
      element("div", { class: "halves" }, this.score, this.drivers),
    );
    this.head.replaceChildren(...headline(forecast));
    this.drivers.replaceChildren(...contributions(forecast));
    this.look();
  }

  async look() {
    const { metric, count } = this;
    const still = () => this.metric === metric && this.count === count;
    this.tested = null;
    this.failure = "";
    this.progress.hidden = false;
    this.progress.textContent = `Asking what was forecast before each of the past ${count} nights`;
    this.draw();
    try {
      const tested = await loadBackTest(this.person, metric, count, this.signal);
      if (!still()) return;
      this.tested = tested;
      this.progress.hidden = true;
    } catch (error) {
      if (error.name === "AbortError" || !still()) return;
      this.progress.hidden = true;
      this.failure = error.message;
    }
    this.draw();
  }

  draw() {
    const forecast = this.of(this.metric);
    if (!forecast || !this.width) return;
    this.nights = this.tested
      ? this.tested.nights.map(night => ({ night: night.targetDate, forecast: night.value === null ? null : night, ...night }))
      : [];
    this.nights.push({ night: addDays(this.person.today, 1), forecast, actual: null, ahead: true });
    const drawn = drawFan(this.nights, forecast, this.width);
    this.drawn = drawn;
    this.chart.replaceChildren(drawn.svg.node());
    drawn.svg.on("pointermove", event =>
      this.move(positionAt(drawn.x, this.nights.length, d3.pointer(event)[0])),
    );
    this.slider.max = this.nights.length - 1;
    this.slider.style.width = `${drawn.right}px`;
    this.move(Math.min(this.at ?? Infinity, this.nights.length - 1));
    const waiting = this.progress.hidden ? this.failure : "Waiting for the nights.";
    this.score.replaceChildren(...describeCoverage(this.tested && this.tested.score, forecast, waiting));
  }

  move(at) {
    const chosen = this.nights[at];
    if (!chosen) return;
    this.at = at === this.nights.length - 1 ? undefined : at;
    this.slider.value = at;
    const { x, right, rule } = this.drawn;
    const centre = chosen.ahead ? right - 8 : x(at) + x.bandwidth() / 2;
    rule.attr("x1", centre).attr("x2", centre);
    this.read.textContent = readNight(chosen, this.of(this.metric).unit);
    this.slider.setAttribute("aria-valuetext", this.read.textContent);
  }
}

function refused({ metric, code, detail, have, need }) {
  const titles = { insufficient_data: "Too early to say" };
  return emptyState(
    titles[code] || "No forecast",
    detail,
    need ? neededBars([{ metric, daysHave: have, daysNeeded: need }]) : null,
    element("p", { class: "code" }, code),
  );
}

function headline(forecast) {
  const range = forecast.predictionRange;
  const reasons = forecast.provisionalReasons.map(reason => element("li", {}, `Provisional: ${reason}.`));
  return [
    element(
      "p",
      { class: "figure" },
      element("strong", {}, formatNumber(forecast.value, 1)),
      ` ${forecast.unit} `,
      element("span", {}, `in the night to ${formatDay(forecast.targetDate)}`),
    ),
    element(
      "p",
      {},
      `8 in 10 such forecasts land between ${formatNumber(range.lower, 0)} and ${formatNumber(range.upper, 0)} ${forecast.unit}. `,
      `The best simple rule (${ruleWords(forecast.baseline.rule)}) says ${formatNumber(forecast.baseline.value, 1)}.`,
    ),
    reasons.length ? element("ul", { class: "notes" }, reasons) : null,
  ].filter(Boolean);
}

function readNight({ night, forecast, actual, ahead }, unit) {
  if (!forecast)
    return `${formatDay(night)}: no forecast${actual === null ? "" : `, measured ${formatNumber(actual, 1)} ${unit}`}`;
  const { lower, upper } = forecast.predictionRange;
  const said = `forecast ${formatNumber(forecast.value, 1)} ${unit} (80%: ${formatNumber(lower, 1)} to ${formatNumber(upper, 1)})`;
  if (ahead) return `Tomorrow, ${formatDay(night)}: ${said}`;
  if (actual === null) return `${formatDay(night)}: ${said}; nothing was measured`;
  const issued = forecast.issued ? `; told then: ${formatNumber(forecast.issued.value, 1)}` : "";
  const where = holds(forecast.predictionRange, actual) ? "inside" : "outside";
  return `${formatDay(night)}: ${said}, measured ${formatNumber(actual, 1)}, ${where} the interval${issued}`;
}

function contributions(forecast) {
  const title = element("h3", {}, "What drives it");
  const list = forecast.contributions;
  if (!list.length)
    return [
      title,
      element(
        "p",
        { class: "soft" },
        forecast.answeredBy === "rule"
          ? "It follows the level of the nights before; no learned model moves it."
          : "Too few days for the model. The simple rule answers, drawn towards what most people have.",
      ),
    ];
  const widest = Math.max(...list.map(({ change }) => Math.abs(change)), 1e-9);
  const rows = list.map(({ group, change }) =>
    element(
      "li",
      {},
      element("span", { class: "name" }, words(group)),
      element(
        "span",
        { class: "balance", "aria-hidden": "true" },
        element("span", {
          class: change < 0 ? "less" : "more",
          style: `--share: ${Math.abs(change) / widest}`,
        }),
      ),
      element("span", { class: "number" }, `${signed(change, 2)} ${forecast.unit}`),
    ),
  );
  return [
    title,
    element("ul", { class: "contributions" }, rows),
    element(
      "p",
      { class: "soft" },
      "How the forecast would change if nothing were known of the group. Not a cause.",
    ),
  ];
}
