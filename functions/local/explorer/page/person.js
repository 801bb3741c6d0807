// One person's days, loaded once for all panels.

import { ask, Problem, request } from "./api.js";
import { addDays } from "./words.js";

const RANGE_DAYS_MAX = 366;

export const catalogRequest = () => request("GET", "/api/features/catalog");
/** Up to the person's own today, which only the service knows for sure: a day short of the longest range. */
export const yearRequest = userId =>
  request("GET", "/api/features/{userId}", {
    params: { userId },
    query: { from: addDays(new Date().toISOString().slice(0, 10), 2 - RANGE_DAYS_MAX) },
  });

/**
 * `today`, the catalogue by name, and each day's features in one flat record. While the database is away `days`
 * is empty and `failure` says why: what needs no days may still be answered from the cache.
 */
export async function loadPerson(userId, timezone, signal) {
  const catalog = await ask(catalogRequest(), signal);
  const catalogue = new Map(catalog.features.map(feature => [feature.name, feature]));
  try {
    const year = await ask(yearRequest(userId), signal);
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
