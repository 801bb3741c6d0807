// Insights as cards: what is told, why, the days behind it, and feedback that is stored.

import { ask, Problem, request } from "./api.js";
import { announce, choice, element } from "./dom.js";
import { emptyState, errorState, neededBars } from "./panel.js";
import { evidenceRequest, showEvidence } from "./evidence.js";
import { copyButtons } from "./snippets.js";
import { formatDate, formatNumber, words } from "./words.js";

const KINDS = {
  CORRELATION: "Correlation",
  PREDICTION: "Forecast",
  ANOMALY: "Unusual",
  RECOMMENDATION: "Worth a try",
  GOAL_PROGRESS: "Goal",
  PATTERN_DETECTED: "Pattern",
};

export const feedRequest = (userId, includeDismissed) =>
  request("GET", "/api/insights/{userId}", {
    params: { userId },
    query: includeDismissed ? { includeDismissed: true } : {},
  });
const feedbackRequest = (userId, insightId, body) =>
  request("PUT", "/api/insights/{userId}/{insightId}/feedback", { params: { userId, insightId }, body });

export const insightsRequests = person => [["insights", feedRequest(person.userId, false)]];

export async function showInsights(panel, person, signal) {
  const list = element("div", { class: "cards" });
  let withDismissed = false;
  async function load() {
    const answer = await ask(feedRequest(person.userId, withDismissed), signal);
    panel.cite(answer, `${answer.insights.length} told`);
    list.replaceChildren(...fill(answer));
  }
  function fill(answer) {
    if (answer.insights.length)
      return answer.insights.map(insight => card(person, insight, answer.new.includes(insight.id), signal));
    const title = answer.status === "insufficient_data" ? "Too early to say" : "Nothing to tell today";
    return [
      emptyState(
        title,
        answer.explanation.replace(/ `needed`.*/, ""),
        answer.needed.length ? neededBars(answer.needed) : null,
      ),
    ];
  }
  const toggle = async value => {
    withDismissed = value;
    await load().catch(
      error => error.name !== "AbortError" && list.replaceChildren(errorState(error, () => toggle(value))),
    );
  };
  await load();
  return [
    element(
      "div",
      { class: "tools" },
      choice(
        "Dismissed insights",
        [
          [false, "To be told"],
          [true, "Dismissed too"],
        ],
        false,
        toggle,
      ),
    ),
    list,
  ];
}

function card(person, insight, isNew, signal) {
  const root = element("article", {
    class: `card ${insight.priority.toLowerCase()}`,
    "aria-labelledby": `title-${insight.id}`,
  });
  root.append(
    element(
      "p",
      { class: "kinds" },
      element("span", { class: "badge kind" }, KINDS[insight.type] || words(insight.type)),
      element("span", { class: "badge priority" }, `${insight.priority.toLowerCase()} priority`),
      isNew ? element("span", { class: "badge new" }, "new today") : null,
    ),
    element("h3", { id: `title-${insight.id}` }, insight.title),
    element("p", {}, insight.description),
    insight.recommendation ? element("p", { class: "advice" }, insight.recommendation) : "",
    why(person, insight, signal),
    feedback(person, insight, state => root.classList.toggle("dismissed", state.dismissed), signal),
  );
  return root;
}

function why(person, insight, signal) {
  const behind = element("div", { class: "behind" });
  const open = event => {
    if (event.target.open && !behind.childElementCount) showEvidence(behind, person, insight, signal);
  };
  const figures = Object.entries(insight.evidence).filter(([, value]) => typeof value === "number");
  return element(
    "details",
    { class: "why", ontoggle: open },
    element("summary", {}, "Why this?"),
    behind,
    element(
      "dl",
      { class: "figures" },
      figures.map(([name, value]) =>
        item(
          words(name),
          [formatNumber(value), unitOf(insight.evidenceUnits[name], name), name === "change" && insight.evidence.way]
            .filter(Boolean)
            .join(" "),
        ),
      ),
      item("Confidence", `${Math.round(insight.confidence * 100)}%`),
      insight.correlation === null ? null : item("Coefficient", formatNumber(insight.correlation, 2)),
      item("Told since", formatDate(insight.since)),
    ),
    element("p", { class: "soft" }, insight.rankReason),
    element(
      "p",
      { class: "copies" },
      copyButtons("evidence and feedback", () => [
        ["evidence", evidenceRequest(person.userId, insight.id)],
        ["feedback", feedbackRequest(person.userId, insight.id, { helpful: true })],
      ]),
    ),
  );
}

const unitOf = (unit, name) =>
  unit === name ? "" : unit === "clock_change" ? "h" : unit.replaceAll("_", " ");
const item = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));

/** Buttons that send what they say, and show what the service keeps. */
function feedback(person, insight, changed, signal) {
  let state = { viewed: insight.viewed, dismissed: insight.dismissed, helpful: insight.helpful };
  const said = element("span", { class: "soft", role: "status" });
  const buttons = {
    helpful: button("Helpful", () => send({ helpful: state.helpful === true ? null : true })),
    unhelpful: button("Not helpful", () => send({ helpful: state.helpful === false ? null : false })),
    viewed: button("Seen", () => send({ viewed: !state.viewed })),
    dismissed: button("Dismiss", () => send({ dismissed: !state.dismissed })),
  };
  function show() {
    buttons.helpful.setAttribute("aria-pressed", String(state.helpful === true));
    buttons.unhelpful.setAttribute("aria-pressed", String(state.helpful === false));
    buttons.viewed.setAttribute("aria-pressed", String(state.viewed));
    buttons.dismissed.setAttribute("aria-pressed", String(state.dismissed));
    buttons.dismissed.textContent = state.dismissed ? "Dismissed" : "Dismiss";
    changed(state);
  }
  async function send(body) {
    said.textContent = "Saving …";
    try {
      state = await ask(feedbackRequest(person.userId, insight.id, body), signal);
      said.textContent = "Saved.";
      announce(`Feedback saved: ${insight.title}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      said.textContent = `Not saved: ${error.message}`;
    }
    show();
  }
  show();
  return element(
    "div",
    { class: "feedback", role: "group", "aria-label": `Feedback on: ${insight.title}` },
    Object.values(buttons),
    said,
  );
}

const button = (text, onclick) => element("button", { type: "button", onclick }, text);
