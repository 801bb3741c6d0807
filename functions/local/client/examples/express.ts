/** How a backend offers the service to its own signed-in users: routes, one error handler, nothing more. */

import express, { type ErrorRequestHandler, type Express, type Request } from "express";
import {
  createNutriClient,
  type NutriClient,
  NutriProblem,
  NutriUnreachable,
  tokensFrom,
} from "nutri-ml-client";

/** One client for the whole process: it keeps no state between calls. */
export function connect(environment: NodeJS.ProcessEnv): NutriClient {
  const { NUTRI_URL = "http://127.0.0.1:8000", JWT_SECRET } = environment;
  const address = { baseUrl: NUTRI_URL, timeoutMs: 10_000 };
  return createNutriClient(JWT_SECRET ? { ...address, token: tokensFrom({ secret: JWT_SECRET }) } : address);
}

/** `userOf` is the backend's own session: nobody chooses whose data to see by a parameter. */
export function createApp(nutri: NutriClient, userOf: (request: Request) => string): Express {
  const app = express();
  app.use(express.json());

  app.get("/me/insights", async (request, response) => {
    const userId = userOf(request);
    const feed = await nutri.GET("/api/insights/{userId}", {
      params: { path: { userId }, query: { limit: 5 } },
      signal: goneWith(request),
    });
    response.json(
      feed.insights.map(({ id, title, description, recommendation }) => ({
        id,
        title,
        description,
        recommendation,
      })),
    );
  });

  app.put("/me/insights/:insightId/feedback", async (request, response) => {
    const { helpful } = request.body as { helpful: boolean };
    const path = { userId: userOf(request), insightId: request.params.insightId };
    response.json(
      await nutri.PUT("/api/insights/{userId}/{insightId}/feedback", { params: { path }, body: { helpful } }),
    );
  });

  app.get("/me/forecast", async (request, response) => {
    const forecast = await nutri.POST("/api/predictions/rhr", {
      body: { userId: userOf(request) },
      idempotent: true, // computed, and stored under one id: asking twice changes nothing
    });
    response.json({ night: forecast.targetDate, bpm: forecast.value, range: forecast.predictionRange });
  });

  app.use(answerProblem);
  return app;
}

/** The person has closed the page: the call is given up too. */
function goneWith(request: Request): AbortSignal {
  const leaving = new AbortController();
  request.on("close", () => leaving.abort());
  return leaving.signal;
}

const answerProblem: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof NutriUnreachable)
    return void response.status(503).json({ message: "Insights are away for a moment." });
  if (!(error instanceof NutriProblem)) return next(error);
  switch (error.code) {
    case "insufficient_data":
      return void response.json({ message: "Not enough days yet.", have: error.have, need: error.need });
    case "disabled_by_user":
      return void response.status(403).json({ message: "You have switched this off." });
    default:
      return void response
        .status(error.status === 429 || error.status === 503 ? 503 : 502)
        .json({ requestId: error.requestId });
  }
};
