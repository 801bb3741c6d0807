// Starts the page: who is looked at, in which theme, and which panels show what.

import { byId, element } from "./dom.js";
import { countDays, loadPerson } from "./person.js";
import { emptyState, errorState, ownTurn, Panel, underTitle } from "./panel.js";
import { daysRequests, showDays } from "./days.js";
import { featuresRequests, showFeatures } from "./catalogue.js";
import { insightsRequests, showInsights } from "./insights.js";
import { journalRequests, showJournal } from "./journal.js";
import { mapRequests, showMap } from "./map.js";
import { findPeople, setUpPicker } from "./picker.js";
import { showTomorrow, tomorrowRequests } from "./tomorrow.js";
import { showTrials, trialsRequests } from "./trials.js";
import { showWhatIf, whatIfRequests } from "./what-if.js";
import { formatDate, formatMoment, formatNumber, words } from "./words.js";

/** @type {[string, Function, Function][]} */
const PANELS = [
  ["days", showDays, daysRequests],
  ["tomorrow", showTomorrow, tomorrowRequests],
  ["map", showMap, mapRequests],
  ["insights", showInsights, insightsRequests],
  ["what-if", showWhatIf, whatIfRequests],
  ["trials", showTrials, trialsRequests],
  ["journal", showJournal, journalRequests],
  ["features", showFeatures, featuresRequests],
];
const FACTS = ["As of", "Time zone", "Days with data", "Complete food logs", "Devices", "Rows left out"];
let leaving = new AbortController();
let shown = "";

async function start() {
  setUpTheme();
  setUpPicker(userId => {
    if (userId !== askedFor()) history.pushState(null, "", `?person=${encodeURIComponent(userId)}`);
    show(userId);
  });
  markSection();
  // panels are fragments of one page: only another person is another page
  window.addEventListener("popstate", () => askedFor() !== shown && show(askedFor()));
  if (askedFor()) return show(askedFor());
  const { people } = await findPeople("");
  const [first] = people;
  if (first) history.replaceState(null, "", `?person=${encodeURIComponent(first.userId)}${location.hash}`);
  show(first ? first.userId : "");
}

const askedFor = () => new URLSearchParams(location.search).get("person") || "";

function setUpTheme() {
  const button = byId("theme"),
    root = document.documentElement;
  const order = ["", "light", "dark"],
    names = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  const say = () => (button.textContent = names[root.dataset.theme || ""]);
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(root.dataset.theme || "") + 1) % order.length];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    try {
      if (next) localStorage.setItem(CHOSEN_THEME, next);
      else localStorage.removeItem(CHOSEN_THEME);
    } catch {
      // then it holds for this visit
    }
    say();
  });
  say();
}

/** The link of the panel that is being looked at stands out. */
function markSection() {
  const linkTo = id => document.querySelector(`.sections a[href="#${id}"]`);
  const watch = new IntersectionObserver(
    entries => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) linkTo(target.id)?.setAttribute("aria-current", "true");
        else linkTo(target.id)?.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-35% 0px -60% 0px" },
  );
  for (const [id] of PANELS) watch.observe(byId(id));
}

async function show(userId) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  shown = userId;
  /** @type {HTMLInputElement} */ (byId("person")).value = userId;
  document.title = userId ? `${userId} · Insight explorer` : "Insight explorer";
  document.body.classList.toggle("failed", !userId);
  if (!userId) return showNobody();
  introduce(userId, null, FACTS.map(name => [name, "…"]));
  for (const [id] of PANELS) new Panel(id).wait();
  const { people } = await findPeople(userId, signal).catch(() => ({ people: [] }));
  if (signal.aborted) return;
  const listed = people.find(person => person.userId === userId) || recall(userId);
  if (listed) sessionStorage.setItem(`person:${userId}`, JSON.stringify(listed));
  introduce(userId, listed, FACTS.map(name => [name, "…"]));
  const loaded = loadPerson(userId, listed && listed.timezone, signal);
  loaded.then(
    person => showFacts(listed, person),
    error => showFailure(userId, error),
  );
  for (const [id, build, requests] of PANELS) {
    const context = { userId, today: new Date().toISOString().slice(0, 10) };
    const panel = new Panel(id);
    const work = async () => {
      Object.assign(context, await loaded);
      await ownTurn();
      return build(panel, context, signal);
    };
    panel.run(
      work,
      () => requests(context),
      () => show(userId),
    );
  }
}

/** As listed before, while the list cannot be had. */
const recall = userId => JSON.parse(sessionStorage.getItem(`person:${userId}`) || "null");

function introduce(userId, listed, facts, ...more) {
  const entries = facts.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  byId("about").replaceChildren(
    element("h1", {}, userId),
    element("p", { class: "story" }, describe(listed)),
    element("dl", { class: "facts" }, entries),
    ...more,
  );
}

/** Nothing can be shown of this person: said once, in place of every panel. */
function showFailure(userId, error) {
  if (error.name === "AbortError") return;
  document.body.classList.add("failed");
  byId("about").querySelector(".facts")?.remove();
  byId("about").append(underTitle(errorState(error, () => show(userId))));
}

const describe = listed => (listed && listed.story ? `Synthetic: ${listed.story}.` : "");

function showNobody() {
  byId("about").replaceChildren(
    element("h1", {}, "Nobody yet"),
    underTitle(
      emptyState(
        "Nobody to look at",
        "Nobody is in the database, or it cannot be read. Load people with `nutri demo` or `nutri import`, or give an id.",
      ),
    ),
  );
}

function showFacts(listed, person) {
  if (person.failure) return;
  const quality = person.year.dataQuality;
  const devices = [...new Set(Object.values(quality.sources).flat())].filter(Boolean);
  const dropped = Object.entries(quality.dropped);
  const total = dropped.reduce((sum, [, count]) => sum + count, 0);
  const said = [
    formatDate(person.today),
    quality.timezoneKnown ? person.year.timezone : "not known, days are UTC",
    `${formatNumber(countDays(person))} of ${formatNumber(person.days.length)}`,
    formatNumber(person.days.filter(day => day.food_log_complete === 1).length),
    devices.map(words).join(", ") || "none",
    total
      ? `${formatNumber(total)}: ${dropped.map(([why, count]) => `${words(why).toLowerCase()} ${count}`).join(", ")}`
      : "none",
  ];
  const facts = FACTS.map((name, at) => [name, said[at]]);
  introduce(person.userId, listed, facts, person.year.stale ? staleNote(person) : "");
}

const staleNote = ({ userId, year }) =>
  element(
    "p",
    { class: "stale", role: "status" },
    `PostgreSQL is away. What is shown was computed before, these days at ${formatMoment(year.computedAt)}. `,
    element("button", { type: "button", onclick: () => show(userId) }, "Try again"),
  );

start();
