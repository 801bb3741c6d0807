// Past nights' forecasts, each as the service would have given it the evening before, against what happened.

import { ask, Problem, request } from "./api.js";
import { mean, wilson } from "./statistics.js";
import { addDays } from "./words.js";

const AT_ONCE = 3;
export const LEVELS = ["50", "80", "95"];

export const nightRequest = (userId, date) =>
  request("GET", "/api/predictions/{userId}/{date}", { params: { userId, date } });

/** The last `count` nights, newest first, without those before anything was known. */
export function nightsBack({ today, days }, count) {
  const nights = Array.from({ length: count }, (_, back) => addDays(today, -back));
  return days.length ? nights.filter(night => night > days[0].date) : nights;
}

/** Asks for each night's forecasts, as of the evening before; `tell` after each. Of night -> metric -> forecast. */
export async function loadNights(userId, nights, signal, tell) {
  const forecasts = new Map(nights.map(night => [night, {}]));
  const waiting = [...nights];
  let asked = 0,
    refusal = null;
  async function work() {
    while (waiting.length && !refusal) {
      const night = waiting.shift();
      try {
        const answer = await ask(nightRequest(userId, night), signal);
        for (const forecast of answer.predictions) forecasts.get(night)[forecast.metric] = forecast;
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw (refusal = error);
        // this night cannot be forecast: too little was known before it
      }
      tell(forecasts, ++asked);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return forecasts;
}

/** Oldest first: each night's forecast (null if there was none) and what was measured (null if nothing was). */
export function pairNights(forecasts, metric, actuals) {
  return [...forecasts.keys()].sort().map(night => ({
    night,
    forecast: forecasts.get(night)[metric] || null,
    actual: actuals.get(night) ?? null,
  }));
}

/** What the intervals held, and how far off the forecasts and their simple rules were, over nights with both. */
export function score(nights) {
  const judged = nights.filter(({ forecast, actual }) => forecast && actual !== null);
  if (!judged.length) return null;
  const levels = LEVELS.map(level => {
    const inside = judged.filter(({ forecast, actual }) => holds(forecast, level, actual)).length;
    return { level: +level, inside, share: inside / judged.length, interval: wilson(inside, judged.length) };
  });
  return {
    nights: judged.length,
    levels,
    missed: mean(judged.map(({ forecast, actual }) => Math.abs(forecast.value - actual))),
    ruleMissed: mean(judged.map(({ forecast, actual }) => Math.abs(forecast.baseline.value - actual))),
  };
}

export function holds(forecast, level, value) {
  const { lower, upper } = forecast.intervals[level];
  return lower <= value && value <= upper;
}
