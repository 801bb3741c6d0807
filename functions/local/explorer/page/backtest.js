// Past nights' forecasts, each as the service would have given it the evening before, against what happened.

import { ask, request } from "./api.js";
import { addDays } from "./words.js";

export const nightRequest = (userId, date) =>
  request("GET", "/api/predictions/{userId}/{date}", { params: { userId, date } });

export const backTestRequest = (userId, metric, today, nights) =>
  request("GET", "/api/predictions/{userId}/back-test", {
    params: { userId },
    query: { metric, from: addDays(today, 1 - nights), to: today },
  });

/** `score` as the service judged it, and the nights oldest first, without those before anything was known. */
export async function loadBackTest(person, metric, count, signal) {
  const answer = await ask(backTestRequest(person.userId, metric, person.today, count), signal);
  const first = person.days.length ? person.days[0].date : "";
  return { ...answer, nights: answer.nights.filter(({ targetDate }) => targetDate > first) };
}

export function holds({ lower, upper }, value) {
  return lower <= value && value <= upper;
}
