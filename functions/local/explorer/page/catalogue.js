// Every feature with its definition, and this person's last four weeks of it.

/* global d3 */

import { element } from "./dom.js";
import { emptyState, ownTurn } from "./panel.js";
import { catalogRequest, valuesOf } from "./person.js";
import { formatValue, words } from "./words.js";

const SPARK_DAYS = 28,
  SPARK_PX = [96, 22],
  LINES_AT_ONCE = 40;

export const featuresRequests = () => [["catalog", catalogRequest()]];

export async function showFeatures(panel, person) {
  const features = [...person.catalogue.values()];
  const closed = person.days.filter(day => !day.partial).slice(-SPARK_DAYS);
  panel.foot.textContent = `${features.length} features · values of the last closed day${closed.length ? `, ${closed[closed.length - 1].date}` : ""}`;
  const rows = [];
  for (const feature of features) {
    if (rows.length % LINES_AT_ONCE === 0) await ownTurn();
    rows.push({ feature, root: line(feature, closed) });
  }
  const body = element(
    "tbody",
    {},
    rows.map(({ root }) => root),
  );
  const none = emptyState("No such feature", "No name or definition holds these words.");
  const count = element("p", { class: "soft", role: "status" });
  const search = element("input", {
    type: "search",
    placeholder: "Search name or definition",
    "aria-label": "Search features",
    oninput: filter,
  });
  const categories = [...new Set(features.map(({ category }) => category))];
  const category = element(
    "select",
    { "aria-label": "Category", onchange: filter },
    element("option", { value: "" }, "All categories"),
    categories.map(name => element("option", { value: name }, words(name))),
  );
  function filter() {
    const sought = search.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const { feature, root } of rows) {
      const text = `${feature.name} ${words(feature.name)} ${feature.definition}`.toLowerCase();
      root.hidden = !(
        (!category.value || feature.category === category.value) &&
        sought.every(word => text.includes(word))
      );
      shown += root.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length}`;
    none.hidden = shown > 0;
  }
  filter();
  return [
    element("div", { class: "tools" }, search, category, count),
    element(
      "div",
      { class: "catalogue", tabindex: 0, role: "region", "aria-label": "Features, scrollable" },
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ["Feature", "Definition", "Window", "Value", "Four weeks"].map(text =>
              element("th", { scope: "col" }, text),
            ),
          ),
        ),
        body,
      ),
      none,
    ),
  ];
}

function line(feature, closed) {
  const values = valuesOf(closed, feature.name);
  const last = values[values.length - 1] ?? null;
  const window = feature.windowDays === 1 ? "the day" : `${feature.windowDays} days`;
  const needs = feature.minimumDays > 1 ? `, at least ${feature.minimumDays}` : "";
  return element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      element("code", {}, feature.name),
      element("span", { class: "soft" }, feature.unit),
    ),
    element(
      "td",
      {},
      feature.definition,
      feature.derivedFrom.length
        ? element("span", { class: "soft from" }, `from ${feature.derivedFrom.join(", ")}`)
        : null,
    ),
    element("td", { class: "soft" }, window + needs),
    element("td", { class: `number ${last === null ? "soft" : ""}` }, formatValue(last, feature.unit)),
    element("td", { class: "spark" }, sparkline(values)),
  );
}

function sparkline(values) {
  const known = values.filter(value => value !== null);
  if (known.length < 2) return null;
  const [width, height] = SPARK_PX;
  const x = d3
    .scaleLinear()
    .domain([0, SPARK_DAYS - 1])
    .range([2, width - 2]);
  const y = d3
    .scaleLinear()
    .domain(d3.extent(known))
    .range([height - 3, 3]);
  const line = d3
    .line()
    .defined(value => value !== null)
    .x((_, at) => x(at + SPARK_DAYS - values.length))
    .y(value => (known[0] === d3.max(known) && d3.min(known) === d3.max(known) ? height / 2 : y(value)));
  const svg = d3.create("svg").attr("width", width).attr("height", height).attr("aria-hidden", "true");
  svg.append("path").attr("class", "line").attr("d", line(values));
  return svg.node();
}
