/** What the compiler must refuse, and what it must know. Only compiled, never run. */

import { createNutriClient, NutriProblem, type Answer, type FeatureName, type Metric, type Tier, type Unit } from "nutri-ml-client";

const nutri = createNutriClient({ baseUrl: "http://127.0.0.1:8000" });
const path = { userId: "a" };

export async function refused(): Promise<void> {
  // @ts-expect-error no such path
  await nutri.GET("/api/insight/{userId}", { params: { path } });
  // @ts-expect-error the path has no such method
  await nutri.GET("/api/predictions/rhr", { body: { userId: "a" } });
  // @ts-expect-error a path parameter is missing
  await nutri.GET("/api/features/{userId}/{date}", { params: { path } });
  // @ts-expect-error parameters are required
  await nutri.GET("/api/insights/{userId}");
  // @ts-expect-error no such unit system
  await nutri.GET("/api/insights/{userId}", { params: { path, query: { units: "nautical" } } });
  // @ts-expect-error the body is required
  await nutri.POST("/api/predictions/rhr");
  // @ts-expect-error a misspelt field
  await nutri.POST("/api/predictions/rhr", { body: { userId: "a", targetdate: "2026-01-01" } });
  // @ts-expect-error one address or several
  createNutriClient({});
  // @ts-expect-error a function's URL is missing
  createNutriClient({ functionUrls: { features: "http://localhost" } });
}

export async function undefinedIsAbsent(limit: number | undefined, signal: AbortSignal | undefined): Promise<void> {
  await nutri.insights.feed("a", { limit, signal, timeout: undefined, units: undefined });
  await nutri.features.day("a", "2026-01-01");
  // @ts-expect-error the body is required
  await nutri.predictions.rhr();
  // @ts-expect-error no such option
  await nutri.insights.feed("a", { limits: 5 });
}

export async function known(): Promise<number> {
  const answer = await nutri.GET("/api/correlations/{userId}", {
    params: { path, query: { include: "tested" } },
  });
  const same: Answer<"/api/correlations/{userId}", "GET"> = answer;
  const text: string = await nutri.GET("/metrics");
  const stale: boolean = answer.stale;
  const tier: "published" | "supported" | "early_signal" | "exploratory" | undefined = same.findings[0]?.tier;
  return text.length + (stale ? 1 : 0) + (tier?.length ?? 0);
}

export function told(error: unknown): string {
  if (error instanceof NutriProblem && error.code === "insufficient_data")
    return `${error.have} of ${error.need}`;
  return "";
}

/** Names are literal: what is misspelt does not compile, and what is right is known. */
export async function names(): Promise<void> {
  const feature: FeatureName = "calories_daily";
  const [metric, unit, tier]: [Metric, Unit, Tier] = ["rhr", "bpm", "published"];
  // @ts-expect-error no such feature
  const missing: FeatureName = "calories_dayly";
  // @ts-expect-error no such measure
  const unmeasured: Metric = "hart_rate";
  const { features } = await nutri.features.day("a", "2026-01-01");
  const known: number | null | undefined = features.nutrition?.calories_daily;
  // @ts-expect-error another group's feature
  features.timing?.calories_daily;
  // @ts-expect-error no such forecast
  await nutri.predictions.predictTarget("nautical", { userId: "a" });
  await nutri.predictions.predictTarget("sleep_duration", { userId: "a" });
  await nutri.correlations.lags("a", metric, { feature });
  await nutri.correlations.metric("a", "RESTING_HEART_RATE");
  const forecast = await nutri.predictions.rhr({ userId: "a" });
  const edges: [number, Unit] = [forecast.intervals["80"].lower, forecast.unit];
  void [missing, unmeasured, known, unit, tier, edges];
}

/** Either an answer or why there is none: the compiler knows which. */
export async function either(): Promise<number[]> {
  const { results } = await nutri.predictions.batch({ items: [{ userId: "a", metric: "rhr" }] });
  // @ts-expect-error it may have been refused
  results[0]?.prediction.value;
  return results.map(one => (one.refusal === null ? one.prediction.value : one.refusal.code.length));
}
