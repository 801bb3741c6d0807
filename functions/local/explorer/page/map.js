// The correlation map: every habit against every measure, and beside it all that is known of the cell in focus.

import { ask, request } from "./api.js";
import { choice, element } from "./dom.js";
import { emptyState, neededBars } from "./panel.js";
import { describePair, effectText, meanings } from "./pair.js";
import { Scatter } from "./scatter.js";
import { coefficient, inText, lagWords, REFUSALS, shortName, TIERS, words } from "./words.js";

const ROWS_AT_FIRST = 20;

export const mapRequest = userId =>
  request("GET", "/api/correlations/{userId}", { params: { userId }, query: { include: "tested" } });
export const mapRequests = person => [["correlations", mapRequest(person.userId)]];

export async function showMap(panel, person, signal) {
  const answer = await ask(mapRequest(person.userId), signal);
  panel.cite(
    answer,
    `engine ${answer.engineVersion}`,
    `as of ${answer.date}, last ${answer.lookbackDays} days`,
  );
  if (!answer.pairs || answer.status === "insufficient_data")
    return emptyState(
      "Too early to say",
      "Too few days with both an input and an outcome. What it takes to see a moderate effect:",
      neededBars(answer.needed),
    );
  return new CorrelationMap(person, answer, signal).root;
}

class CorrelationMap {
  constructor(person, answer, signal) {
    this.answer = answer;
    this.lookback = answer.lookbackDays;
    this.catalogue = person.catalogue;
    this.findings = new Map(answer.findings.map(finding => [key(finding), finding]));
    this.cells = new Map(answer.pairs.map(pair => [key(pair), pair]));
    this.metrics = [...new Set(answer.pairs.map(({ metric }) => metric))];
    this.inputs = [...new Set(answer.pairs.map(({ feature }) => feature))];
    this.strongest = [...this.inputs].sort((a, b) => this.weight(b) - this.weight(a));
    this.detail = element("div", { class: "detail" });
    this.scatter = new Scatter(person, signal);
    this.table = element("div", { class: "map-scroll" });
    const few = Math.min(ROWS_AT_FIRST, this.inputs.length);
    this.root = element(
      "div",
      { class: "map" },
      element(
        "p",
        { class: "summary" },
        element("strong", {}, summary(answer)),
        " ",
        `${answer.tested} pairs were tested and ${answer.refused} refused; at most ${Math.round(answer.falseDiscoveryRate * 100)}% of what is published is expected to be false.`,
      ),
      this.told(answer.findings),
      element(
        "div",
        { class: "tools" },
        choice(
          "Habits shown",
          [
            [few, `Strongest ${few}`],
            [this.inputs.length, `All ${this.inputs.length}`],
          ],
          few,
          count => this.show(count),
        ),
      ),
      element(
        "div",
        { class: "map-sides" },
        element("div", {}, this.table, legend()),
        element("div", { class: "map-side" }, this.detail, meanings(), this.scatter.root),
      ),
    );
    this.show(few);
    const first =
      answer.findings[0] ||
      answer.pairs
        .filter(pair => pair.adjusted !== null)
        .sort((a, b) => Math.abs(b.adjusted) - Math.abs(a.adjusted))[0] ||
      answer.pairs[0];
    this.choose(this.cells.get(key(first)));
  }

  /** Every finding in words, first of all; each leads to its cell. */
  told(findings) {
    if (!findings.length) return null;
    return element(
      "ul",
      { class: "told-list" },
      findings.map(finding =>
        element(
          "li",
          {},
          element("span", { class: `badge ${finding.tier}` }, TIERS[finding.tier]),
          element(
            "button",
            { type: "button", class: "quiet", onclick: () => this.choose(this.cells.get(key(finding))) },
            `${words(finding.feature)} → ${inText(finding.metric)}`,
          ),
          element("span", {}, effectText(finding)),
        ),
      ),
    );
  }

  /** What held up first, then whatever is largest. */
  weight(feature) {
    return Math.max(
      ...this.metrics.map(metric => {
        const cell = this.cells.get(`${feature} ${metric}`);
        return cell ? (cell.tier ? 1 : 0) + Math.abs(cell.adjusted ?? 0) : 0;
      }),
    );
  }

  show(count) {
    const rows = this.strongest.slice(0, count);
    const shown = count < this.inputs.length ? rows : this.inputs;
    const head = element(
      "tr",
      {},
      element("td", {}),
      this.metrics.map(metric =>
        element("th", { scope: "col", title: words(metric) }, element("span", {}, shortName(metric))),
      ),
    );
    const body = shown.map((feature, row) =>
      element(
        "tr",
        {},
        element("th", { scope: "row", title: feature }, words(feature)),
        this.metrics.map((metric, column) => element("td", {}, this.cell(feature, metric, row, column))),
      ),
    );
    const table = element(
      "table",
      { class: "cells", "aria-label": "Habits against measures; arrow keys move between cells" },
      element("thead", {}, head),
      element("tbody", {}, body),
    );
    table.addEventListener("keydown", event => moveFocus(event, table));
    this.table.replaceChildren(table);
    const stop = table.querySelector("[data-row='0'][data-column='0']") || table.querySelector("button");
    if (stop) stop.tabIndex = 0;
    if (this.chosen) this.mark();
  }

  cell(feature, metric, row, column) {
    const pair = this.cells.get(`${feature} ${metric}`);
    if (!pair) return null;
    const walk = () => {
      this.root.classList.add("walked");
      this.peek(pair);
    };
    return element(
      "button",
      {
        type: "button",
        class: `cell ${kind(pair)}`,
        tabindex: -1,
        "data-row": row,
        "data-column": column,
        "data-pair": key(pair),
        "aria-label": label(pair),
        style: pair.adjusted === null ? null : `--size: ${Math.min(1, Math.abs(pair.adjusted) / 0.6)}`,
        onclick: () => this.choose(pair),
        onfocus: walk,
        onmouseenter: walk,
        onmouseleave: () => this.peek(this.chosen),
        onblur: () => this.peek(this.chosen),
      },
      pair.tier ? figure(pair.adjusted) : null,
    );
  }

  peek(pair) {
    this.detail.replaceChildren(
      ...describePair(pair, this.findings.get(key(pair)), this.catalogue, this.lookback),
    );
  }

  choose(pair) {
    if (pair === this.chosen) return;
    this.chosen = pair;
    this.peek(pair);
    this.mark();
    this.scatter.show(pair);
  }

  mark() {
    for (const cell of this.table.querySelectorAll("button"))
      cell.toggleAttribute("aria-current", cell.dataset.pair === key(this.chosen));
  }
}

const key = ({ feature, metric }) => `${feature} ${metric}`;

// coefficients from which a colour is deeper: fewer steps than an eye can tell apart, each with legible figures
const MEDIUM = 0.25,
  LARGE = 0.4;

function kind(pair) {
  if (pair.refusal) return "refused";
  if (!pair.tier) return "weak";
  const size = Math.abs(pair.adjusted);
  const depth = size >= LARGE ? "large" : size >= MEDIUM ? "medium" : "small";
  return `${pair.tier === "published" ? `published ${depth}` : "early"} ${pair.adjusted < 0 ? "less" : "more"}`;
}

/** Its sign stays where there is no room for digits. */
function figure(adjusted) {
  const text = coefficient(adjusted);
  return [text[0], element("span", { class: "digits" }, text.slice(1))];
}

function label(pair) {
  const what = `${words(pair.feature)}, ${words(pair.metric)} ${lagWords(pair.lagDays)}`;
  if (pair.refusal) return `${what}: refused. ${REFUSALS[pair.refusal] || pair.refusal}`;
  return `${what}: ${pair.tier ? TIERS[pair.tier] : "nothing reliable"}, ${coefficient(pair.adjusted)} over ${pair.n} days`;
}

function summary({ status, findings }) {
  if (status !== "ok") return "Nothing reliable yet, which is a good answer too.";
  const count = wanted => findings.filter(({ tier }) => tier === wanted).length;
  const published = count("published"),
    supported = count("supported");
  const early = findings.length - published - supported;
  const parts = [
    published && `${published} held up`,
    supported && `${supported} backed by studies`,
    early && `${early} early ${early === 1 ? "signal" : "signals"}`,
  ].filter(Boolean);
  return `${parts.join(", ")}.`;
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Arrow keys walk from cell to cell, over holes; the table is one stop of the tab key. */
function moveFocus(event, table) {
  const step = ARROWS[event.key];
  if (!step || !event.target.dataset.pair) return;
  event.preventDefault();
  let row = +event.target.dataset.row,
    column = +event.target.dataset.column;
  for (;;) {
    row += step[0];
    column += step[1];
    const inside = table.querySelector(`tbody tr:nth-child(${row + 1}) td:nth-of-type(${column + 1})`);
    if (!inside) return;
    const next = inside.querySelector("button");
    if (!next) continue;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    return next.focus();
  }
}

function legend() {
  const key = (name, text) =>
    element("li", {}, element("span", { class: `cell sample ${name}`, style: "--size: .7" }), text);
  const scale = (way, sign, text) =>
    element(
      "li",
      {},
      element(
        "span",
        { class: "scale" },
        ["small", "medium", "large"].map(depth =>
          element("span", { class: `cell sample published ${depth} ${way}` }, sign),
        ),
      ),
      text,
    );
  return element(
    "ul",
    { class: "legend" },
    scale("more", "+", `held up, more with more (from ${MEDIUM}, ${LARGE}: deeper)`),
    scale("less", "−", "held up, less with more"),
    key("early more", "backed by studies, or an early signal"),
    key("weak", "tested, nothing reliable; the dot is its size"),
    key("refused", "refused"),
    key("blank", "not asked"),
  );
}
