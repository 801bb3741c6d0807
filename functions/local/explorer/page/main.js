// Starts the page: who is looked at, in which theme, and which panels show what.

import { ask, Problem, request } from "./api.js";
import { byId, element } from "./dom.js";
import { countDays, loadPerson } from "./person.js";
import { emptyState, errorState, Panel } from "./panel.js";
import { daysRequests, showDays } from "./days.js";
import { featuresRequests, showFeatures } from "./catalogue.js";
import { insightsRequests, showInsights } from "./insights.js";
import { mapRequests, showMap } from "./map.js";
import { showTomorrow, tomorrowRequests } from "./tomorrow.js";
import { formatDate, formatMoment, formatNumber, words } from "./words.js";

/** @type {[string, Function, Function][]} */
const PANELS = [
  ["days", showDays, daysRequests],
  ["tomorrow", showTomorrow, tomorrowRequests],
  ["map", showMap, mapRequests],
  ["insights", showInsights, insightsRequests],
  ["features", showFeatures, featuresRequests],
];
const OTHER = "";
/** @type {{ userId: string, timezone: string | null, story: string | null }[]} */
let people = [];
const select = /** @type {HTMLSelectElement} */ (byId("person"));
const typed = byId("typed");
const typedId = /** @type {HTMLInputElement} */ (byId("person-id"));
let leaving = new AbortController();

async function start() {
  setUpTheme();
  setUpPicker();
  markSection();
  await listPeople();
  const asked = new URLSearchParams(location.search).get("person");
  show(asked || (people[0] && people[0].userId) || "");
}

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

/** Where the list cannot be had, ids are typed. */
async function listPeople() {
  try {
    ({ people } = await ask(request("GET", "/explorer/people")));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
  select.replaceChildren(
    ...people.map(({ userId }) => element("option", { value: userId }, userId)),
    element("option", { value: OTHER }, "Another id …"),
  );
  select.hidden = people.length === 0;
}

function setUpPicker() {
  select.addEventListener("change", () => {
    typed.hidden = select.value !== OTHER;
    if (select.value === OTHER) typedId.focus();
    else show(select.value);
  });
  byId("picker").addEventListener("submit", event => {
    event.preventDefault();
    if (typedId.value.trim()) show(typedId.value.trim());
  });
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

async function retry(userId) {
  if (!people.length) await listPeople();
  show(userId);
}

function show(userId) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const listed = people.find(person => person.userId === userId);
  select.value = listed ? userId : OTHER;
  typed.hidden = Boolean(listed);
  typedId.value = userId;
  document.title = userId ? `${userId} · Insight explorer` : "Insight explorer";
  history.replaceState(
    null,
    "",
    userId ? `?person=${encodeURIComponent(userId)}${location.hash}` : location.pathname,
  );
  byId("about").replaceChildren(
    element("h1", {}, userId || "Nobody yet"),
    element("p", { class: "story" }, describe(listed)),
  );
  document.body.classList.toggle("failed", !userId);
  if (!userId) return showNobody();
  const loaded = loadPerson(userId, listed && listed.timezone, signal);
  loaded.then(
    person => showFacts(listed, person),
    error => showFailure(userId, error),
  );
  for (const [id, build, requests] of PANELS) {
    const context = { userId, today: new Date().toISOString().slice(0, 10) };
    const panel = new Panel(id);
    const work = async () => build(panel, Object.assign(context, await loaded), signal);
    panel.run(
      work,
      () => requests(context),
      () => retry(userId),
    );
  }
}

/** Nothing can be shown of this person: said once, in place of every panel. */
function showFailure(userId, error) {
  if (error.name === "AbortError") return;
  document.body.classList.add("failed");
  byId("about").append(errorState(error, () => retry(userId)));
}

const describe = listed => (listed && listed.story ? `Synthetic: ${listed.story}.` : "");

function showNobody() {
  byId("about").append(
    emptyState(
      "Nobody to look at",
      "Nobody is in the database, or it cannot be read. Load people with `nutri demo` or `nutri import`, or give an id.",
    ),
  );
}

function showFacts(listed, person) {
  if (person.failure) return;
  const quality = person.year.dataQuality;
  const devices = [...new Set(Object.values(quality.sources).flat())].filter(Boolean);
  const dropped = Object.entries(quality.dropped);
  const total = dropped.reduce((sum, [, count]) => sum + count, 0);
  const facts = [
    ["As of", formatDate(person.today)],
    ["Time zone", quality.timezoneKnown ? person.year.timezone : "not known, days are UTC"],
    ["Days with data", `${formatNumber(countDays(person))} of ${formatNumber(person.days.length)}`],
    ["Complete food logs", formatNumber(person.days.filter(day => day.food_log_complete === 1).length)],
    ["Devices", devices.map(words).join(", ") || "none"],
    [
      "Rows left out",
      total
        ? `${formatNumber(total)}: ${dropped.map(([why, count]) => `${words(why).toLowerCase()} ${count}`).join(", ")}`
        : "none",
    ],
  ];
  byId("about").replaceChildren(
    element("h1", {}, person.userId),
    element("p", { class: "story" }, describe(listed)),
    element(
      "dl",
      { class: "facts" },
      facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
    person.year.stale ? staleNote(person) : "",
  );
}

const staleNote = ({ userId, year }) =>
  element(
    "p",
    { class: "stale", role: "status" },
    `PostgreSQL is away. What is shown was computed before, these days at ${formatMoment(year.computedAt)}. `,
    element("button", { type: "button", onclick: () => retry(userId) }, "Try again"),
  );

start();
