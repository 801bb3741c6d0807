/** Calls every operation of the contract on the running product, once, with what the types allow. */

import { createNutriClient, NutriProblem, type NutriClient } from "nutri-ml-client";

const USER = "demo-anna";

type Step = readonly [operation: string, call: (nutri: NutriClient, known: Known) => Promise<unknown>];

interface Known {
  today: string;
  insightId: string;
}

const path = { userId: USER };

const STEPS: readonly Step[] = [
  ["GET /", nutri => nutri.GET("/")],
  ["GET /health", nutri => nutri.GET("/health")],
  ["GET /ready", nutri => nutri.GET("/ready")],
  ["GET /metrics", nutri => nutri.GET("/metrics")],
  ["GET /api/features/catalog", nutri => nutri.GET("/api/features/catalog")],
  ["POST /api/features/engineer", nutri => nutri.POST("/api/features/engineer", { body: { userId: USER } })],
  [
    "GET /api/features/{userId}",
    (nutri, { today }) =>
      nutri.GET("/api/features/{userId}", {
        params: { path, query: { from: today, categories: ["health", "nutrition"] } },
      }),
  ],
  [
    "GET /api/features/{userId}/{date}",
    (nutri, { today }) =>
      nutri.GET("/api/features/{userId}/{date}", {
        params: { path: { ...path, date: today }, query: { categories: ["health"] } },
      }),
  ],
  ["GET /api/correlations/{userId}", nutri => nutri.GET("/api/correlations/{userId}", { params: { path } })],
  [
    "GET /api/correlations/{userId}/{metricType}",
    nutri =>
      nutri.GET("/api/correlations/{userId}/{metricType}", {
        params: { path: { ...path, metricType: "rhr" } },
      }),
  ],
  [
    "GET /api/correlations/{userId}/{metricType}/lags",
    nutri =>
      nutri.GET("/api/correlations/{userId}/{metricType}/lags", {
        params: { path: { ...path, metricType: "rhr" }, query: { feature: "alcohol_drinks_daily" } },
      }),
  ],
  ["POST /api/predictions/rhr", nutri => nutri.POST("/api/predictions/rhr", { body: { userId: USER } })],
  ["POST /api/predictions/hrv", nutri => nutri.POST("/api/predictions/hrv", { body: { userId: USER } })],
  [
    "GET /api/predictions/{userId}/{date}",
    (nutri, { today }) =>
      nutri.GET("/api/predictions/{userId}/{date}", { params: { path: { ...path, date: today } } }),
  ],
  [
    "POST /api/predictions/batch",
    nutri =>
      nutri.POST("/api/predictions/batch", {
        body: {
          items: [
            { userId: USER, metric: "rhr" },
            { userId: "demo-bruno", metric: "hrv" },
          ],
        },
      }),
  ],
  [
    "POST /api/predictions/what-if",
    nutri =>
      nutri.POST("/api/predictions/what-if", {
        body: { userId: USER, metric: "rhr", changes: { steps: 15_000 } },
      }),
  ],
  ["GET /api/predictions/models", nutri => nutri.GET("/api/predictions/models")],
  [
    "GET /api/predictions/models/{modelId}/performance",
    nutri =>
      nutri.GET("/api/predictions/models/{modelId}/performance", {
        params: { path: { modelId: "rhr_lstm" } },
      }),
  ],
  [
    "GET /api/insights/{userId}",
    nutri =>
      nutri.GET("/api/insights/{userId}", { params: { path, query: { limit: 3, units: "imperial" } } }),
  ],
  [
    "POST /api/insights/{userId}/generate",
    nutri => nutri.POST("/api/insights/{userId}/generate", { params: { path } }),
  ],
  [
    "GET /api/insights/{userId}/{insightId}/evidence",
    (nutri, { insightId }) =>
      nutri.GET("/api/insights/{userId}/{insightId}/evidence", { params: { path: { ...path, insightId } } }),
  ],
  [
    "PUT /api/insights/{userId}/{insightId}/feedback",
    (nutri, { insightId }) =>
      nutri.PUT("/api/insights/{userId}/{insightId}/feedback", {
        params: { path: { ...path, insightId } },
        body: { viewed: true },
      }),
  ],
  ["POST /api/insights/batch", nutri => nutri.insights.feeds({ userIds: [USER, "nobody"] }, { limit: 1 })],
  ["POST /api/insights/nights", nutri => nutri.insights.nightsOf({ userIds: [USER] })],
  ["GET /api/insights/nights", nutri => nutri.insights.nights({ limit: 10 })],
  [
    "GET /api/insights/{userId}/{insightId}",
    (nutri, { insightId }) => nutri.insights.insight(USER, insightId),
  ],
  ["GET /api/insights/summary", nutri => nutri.GET("/api/insights/summary")],
  [
    "POST /api/insights/{userId}/experiments",
    nutri =>
      nutri.POST("/api/insights/{userId}/experiments", {
        params: { path: { userId: "demo-bruno" } },
        body: { feature: "alcohol_drinks_daily", metric: "rhr" },
      }),
  ],
  [
    "GET /api/insights/{userId}/experiments",
    nutri => nutri.GET("/api/insights/{userId}/experiments", { params: { path } }),
  ],
  ["GET /api/users/{userId}/timezones", nutri => nutri.users.timezones(USER)],
  [
    "PUT /api/users/{userId}/timezones",
    nutri =>
      nutri.users.setTimezones("demo-kofi", {
        timezones: [{ since: "2020-01-01T00:00:00Z", timezone: "Africa/Accra" }],
      }),
  ],
  [
    "GET /api/users/{userId}/days/context",
    (nutri, { today }) => nutri.users.journal(USER, { from: today, to: today }),
  ],
  [
    "PUT /api/users/{userId}/days/{date}/context",
    (nutri, { today }) => nutri.users.setContext("demo-kofi", today, { entries: { stress: 3 } }),
  ],
  [
    "GET /api/users/{userId}/days/{date}/context",
    (nutri, { today }) => nutri.users.context("demo-kofi", today),
  ],
  [
    "DELETE /api/users/{userId}/days/{date}/context",
    (nutri, { today }) => nutri.users.clearContext("demo-kofi", today),
  ],
  [
    "POST /api/predictions/targets/{metric}",
    nutri => nutri.predictions.predictTarget("sleep_duration", { userId: USER }),
  ],
  [
    "GET /api/predictions/{userId}/what-if",
    nutri => nutri.predictions.whatIfOptions(USER, { metric: "rhr" }),
  ],
  [
    "GET /api/predictions/{userId}/back-test",
    nutri => nutri.predictions.backTestRange(USER, { metric: "rhr" }),
  ],
  ["GET /api/users/{userId}/export", nutri => nutri.GET("/api/users/{userId}/export", { params: { path } })],
  [
    "DELETE /api/users/{userId}/data",
    nutri => nutri.DELETE("/api/users/{userId}/data", { params: { path: { userId: "demo-kofi" } } }),
  ],
  [
    "POST /api/users/{userId}/resume",
    nutri => nutri.POST("/api/users/{userId}/resume", { params: { path: { userId: "demo-kofi" } } }),
  ],
];

const [baseUrl = ""] = process.argv.slice(2);
const nutri = createNutriClient({ baseUrl });
const day = await nutri.POST("/api/features/engineer", { body: { userId: USER } });
const today = "date" in day ? day.date : day.to;
const feed = await nutri.GET("/api/insights/{userId}", { params: { path } });
const known = { today, insightId: feed.insights[0]?.id ?? "" };
for (const [operation, call] of STEPS) {
  try {
    const answer = await call(nutri, known);
    console.log(JSON.stringify({ operation, ok: true, answer: typeof answer }));
  } catch (error) {
    if (!(error instanceof NutriProblem)) throw error;
    console.log(JSON.stringify({ operation, ok: false, code: error.code, detail: error.message }));
  }
}
