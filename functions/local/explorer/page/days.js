// The timeline: one strip a measure over the same days, with one cursor through all of them.

/* global d3 */

import { choice, element, onWidth } from "./dom.js";
import { dayScale, drawDates, drawing, drawValueAxis, positionAt, shadeUnknown } from "./drawing.js";
import { emptyState } from "./panel.js";
import { isCounted, valuesOf, yearRequest } from "./person.js";
import { drawUsual, isKnown, usualOf, usualWords } from "./usual.js";
import { formatDay, formatValue, words } from "./words.js";

const USUAL = [
  "rhr",
  "hrv_rmssd",
  "hrv_sdnn",
  "sleep_duration",
  "alcohol_drinks_daily",
  "alcohol",
  "calories_daily",
  "last_meal_time",
  "training_load_daily",
  "steps_daily",
];
const STRIP_PX = 66,
  LEFT_PX = 44,
  DATES_PX = 20;

export const daysRequests = person => [["days", yearRequest(person.userId, person.today)]];

export function showDays(panel, person) {
  if (person.failure) throw person.failure;
  panel.cite(person.year, `feature version ${person.year.featureVersion}`);
  if (!person.days.length)
    return emptyState("No days yet", "Nothing has been recorded for this person in the last year.");
  const timeline = new Timeline(person);
  return timeline.root;
}

const knows = (days, name) => valuesOf(days, name).some(value => value !== null);

/** Drinks that are none whenever they are known give way to the days that somebody says had any. */
function isTold(days, name) {
  const counted = valuesOf(days, "alcohol_drinks_daily").some(value => value > 0) || !knows(days, "alcohol");
  if (name === "alcohol" && counted) return false;
  if (name === "alcohol_drinks_daily" && !counted) return false;
  return knows(days, name);
}

/** What somebody says they did is an input, whatever else is filed beside it. */
const isOutcome = ({ category, unit }) => category === "health" && unit !== "0/1";

class Timeline {
  width = 0;
  date = "";
  /** @type {any[]} */
  drawn = [];

  constructor(person) {
    this.person = person;
    this.span = Math.min(90, person.days.length);
    this.shown = USUAL.filter(name => isTold(person.days, name));
    this.strips = element("div", { class: "strips" });
    this.slider = element("input", {
      type: "range",
      class: "cursor",
      min: 0,
      "aria-label": "Day",
      oninput: () => this.move(+this.slider.value),
    });
    this.when = element("output", { class: "when" });
    const spans = [30, 90, 366].map(days => [days, days === 366 ? "1 year" : `${days} days`]);
    this.root = element(
      "div",
      { class: "timeline" },
      element(
        "div",
        { class: "tools" },
        choice("Days shown", spans, 90, days => this.choose({ span: Math.min(days, person.days.length) })),
        this.picker(),
      ),
      this.when,
      this.slider,
      this.strips,
      legend(),
    );
    this.strips.addEventListener("pointermove", event => this.point(event));
    onWidth(this.strips, width => this.draw(width));
  }

  choose(changes) {
    Object.assign(this, changes);
    this.draw(this.width);
  }

  picker() {
    const groups = d3.groups(this.person.catalogue.values(), feature => feature.category);
    const options = groups.map(([category, features]) =>
      element(
        "optgroup",
        { label: words(category) },
        features.map(({ name }) => element("option", { value: name }, words(name))),
      ),
    );
    const add = event => {
      const name = event.target.value;
      event.target.value = "";
      if (name && !this.shown.includes(name)) this.choose({ shown: [...this.shown, name] });
    };
    return element(
      "label",
      { class: "add" },
      element("span", { class: "hidden" }, "Add a measure"),
      element("select", { onchange: add }, element("option", { value: "" }, "Add a measure …"), options),
    );
  }

  draw(width) {
    this.width = width;
    this.days = this.person.days.slice(-this.span);
    this.x = dayScale(this.days.length, LEFT_PX, width, this.span > 120 ? 0 : 0.2);
    const [start, end] = this.x.range();
    this.slider.style.width = `${Math.max(0, end - start)}px`;
    this.drawn = this.shown.map((name, at) => this.strip(name, at === this.shown.length - 1));
    this.strips.replaceChildren(...this.drawn.map(({ root }) => root));
    this.slider.max = this.days.length - 1;
    const kept = this.days.findIndex(day => day.date === this.date);
    const open = this.days.findIndex(day => day.partial);
    this.move(kept >= 0 ? kept : open < 0 ? this.days.length - 1 : Math.max(0, open - 1));
  }

  strip(name, isLast) {
    const feature = this.person.catalogue.get(name);
    const values = valuesOf(this.days, name);
    const said = element("output", { class: "said" });
    const remove = () => this.choose({ shown: this.shown.filter(other => other !== name) });
    const usual = usualOf(this.days, name);
    const known = values.filter(value => value !== null).length;
    const label = `${words(name)} over ${values.length} days, ${known} of them known`;
    const { svg, rule } = drawStrip({
      feature,
      values,
      usual,
      days: this.days,
      x: this.x,
      width: this.x.range()[1],
      label,
      isLast,
    });
    const root = element(
      "figure",
      { class: `strip ${isOutcome(feature) ? "outcome" : "input"}` },
      element(
        "figcaption",
        {},
        element("span", { class: "name", title: feature.definition }, words(name)),
        said,
        element(
          "button",
          {
            type: "button",
            class: "remove",
            "aria-label": `Remove ${words(name)}`,
            title: "Remove",
            onclick: remove,
          },
          "×",
        ),
      ),
      svg.node(),
    );
    return { root, rule, said, feature, values, usual };
  }

  point(event) {
    if (event.target.closest("button")) return;
    this.move(positionAt(this.x, this.days.length, event.clientX - this.strips.getBoundingClientRect().left));
  }

  move(at) {
    const day = this.days[at];
    this.date = day.date;
    this.slider.value = at;
    this.when.textContent = formatDay(day.date) + (day.partial ? ", not over yet" : "");
    const told = [];
    for (const { rule, said, feature, values, usual } of this.drawn) {
      rule.attr("x1", this.x(at) + this.x.bandwidth() / 2).attr("x2", this.x(at) + this.x.bandwidth() / 2);
      const counted = values[at] === null || isCounted(day, feature);
      const value = values[at] === null ? (feature.unit === "0/1" ? "unknown" : `unknown (${feature.unit})`) : formatValue(values[at], feature.unit);
      const doubt = counted ? "" : day.partial ? " so far" : ", log incomplete";
      said.textContent = [value + doubt, usualWords(usual[at], day, feature)].filter(Boolean).join("; ");
      said.classList.toggle("none", values[at] === null);
      told.push(`${words(feature.name)} ${said.textContent}`);
    }
    this.slider.setAttribute("aria-valuetext", `${this.when.textContent}: ${told.join(", ")}`);
  }
}

function drawStrip({ feature, values, usual, days, x, width, label, isLast }) {
  const height = STRIP_PX + (isLast ? DATES_PX : 0),
    top = 6,
    bottom = STRIP_PX - 4;
  const { svg, hatch } = drawing(width, height, label);
  const known = values.filter(value => value !== null);
  const y = d3.scaleLinear().range([bottom, top]);
  const asBars =
    feature.windowDays === 1 &&
    !isOutcome(feature) &&
    feature.unit !== "local hour" &&
    d3.min(known) >= 0;
  const reach = asBars ? known : known.concat(usual.flatMap(Object.values).filter(value => value !== null));
  const [low, high] = reach.length ? d3.extent(reach) : [0, 1];
  y.domain(asBars ? [0, high || 1] : low === high ? [low - 1, high + 1] : [low, high]).nice(3);
  shadeUnknown(svg, { hatch, values, x, top, height: bottom - top });
  drawValueAxis(svg, { y, left: LEFT_PX, right: width, count: 2, unit: feature.unit });
  const points = values.map((value, at) => ({ value, at, counted: isCounted(days[at], feature) }));
  if (!asBars && isKnown(usual)) drawUsual(svg, usual, x, y);
  if (asBars) drawBars(svg, points, x, y);
  else drawLine(svg, points, x, y, feature.unit !== "local hour");
  if (isLast) drawDates(svg, { x, days: days.map(day => day.date), y: STRIP_PX + 13, width });
  const rule = svg.append("line").attr("class", "rule").attr("y1", 0).attr("y2", STRIP_PX);
  return { svg, rule };
}

function drawBars(svg, points, x, y) {
  svg
    .append("g")
    .selectAll("rect")
    .data(points.filter(point => point.value !== null))
    .enter()
    .append("rect")
    .attr("class", ({ counted }) => (counted ? "bar" : "bar open"))
    .attr("x", ({ at }) => x(at))
    .attr("width", Math.max(1, x.bandwidth()))
    .attr("y", ({ value }) => y(value) - (value === 0 ? 1 : 0))
    .attr("height", ({ value }) => Math.max(1, y(0) - y(value)));
}

function drawLine(svg, points, x, y, joined) {
  const centre = at => x(at) + x.bandwidth() / 2;
  if (joined) {
    const line = d3
      .line()
      .defined(({ value }) => value !== null)
      .x(({ at }) => centre(at))
      .y(({ value }) => y(value));
    svg.append("path").attr("class", "line").attr("d", line(points));
  }
  svg
    .append("g")
    .selectAll("circle")
    .data(points.filter(point => point.value !== null))
    .enter()
    .append("circle")
    .attr("class", ({ counted }) => (counted ? "dot" : "dot open"))
    .attr("cx", ({ at }) => centre(at))
    .attr("cy", ({ value }) => y(value))
    .attr("r", Math.max(1, Math.min(2.4, x.bandwidth() / 3)));
}

function legend() {
  const key = (kind, text) => element("li", {}, element("span", { class: `key ${kind}` }), text);
  return element(
    "ul",
    { class: "legend" },
    key("outcome", "outcome"),
    key("input", "input"),
    key("usual", "usual: the 28 days before, and one deviation around them"),
    key("open", "day not over, or food log incomplete: not counted"),
    key("hatched", "unknown"),
  );
}
