// One person's days, loaded once for all panels.

import { ask, Problem, request } from "./api.js";
import { addDays } from "./words.js";

const RANGE_DAYS_MAX = 366;

export const catalogRequest = () => request("GET", "/api/features/catalog");
/** The longest range up to `today`: a day that is not over, and the 365 closed ones that correlations look at. */
export const yearRequest = (userId, today) =>
  request("GET", "/api/features/{userId}", {
    params: { userId },
    query: { from: addDays(today, 1 - RANGE_DAYS_MAX) },
  });

/**
 * `today`, the catalogue by name, and each day's features in one flat record. While the database is away `days`
 * is empty and `failure` says why: what needs no days may still be answered from the cache. `timezone` is null
 * where the person has none, undefined where that is not known.
 */
export async function loadPerson(userId, timezone, signal) {
  // where the zone is not known it may be a day later there
  const latest = timezone === undefined ? addDays(todayIn("UTC"), 1) : todayIn(timezone);
  const catalog = await ask(catalogRequest(), signal);
  const catalogue = new Map(catalog.features.map(feature => [feature.name, feature]));
  try {
    const year = await ask(yearRequest(userId, latest), signal);
    const days = year.days.map(({ date, partial, features }) => ({ date, partial, ...flatten(features) }));
    return { userId, today: year.to, year, days: fromFirstKnown(days, catalogue), catalogue };
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 503) throw error;
    return { userId, today: todayIn(timezone), days: [], catalogue, failure: error };
  }
}

function todayIn(timezone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: timezone || "UTC" }).format(new Date());
}

const flatten = features => Object.assign({}, ...Object.values(features));

/** Whether anything was recorded on a day. Features of the calendar are always known. */
function hasData(catalogue) {
  const measured = [...catalogue.values()].filter(one => one.windowDays === 1 && one.category !== "temporal");
  return day => measured.some(({ name }) => day[name] !== null);
}

/** Without the days before anything was recorded: those are not gaps. */
function fromFirstKnown(days, catalogue) {
  const first = days.findIndex(hasData(catalogue));
  return first < 0 ? [] : days.slice(first);
}

export const countDays = ({ days, catalogue }) => days.filter(hasData(catalogue)).length;

export const valuesOf = (days, name) => days.map(day => day[name] ?? null);

/** Food of an incomplete log is shown, and never counted. Alcohol is a zero on complete days only. */
export function needsCompleteLog({ name, category, windowDays }) {
  return (
    windowDays === 1 &&
    ["nutrition", "timing", "micronutrients"].includes(category) &&
    !["alcohol_drinks_daily", "food_log_complete"].includes(name)
  );
}

export const isCounted = (day, feature) =>
  !day.partial && (!needsCompleteLog(feature) || day.food_log_complete === 1);
