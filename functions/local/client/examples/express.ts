/** How a backend offers the service to its own signed-in users: routes, one error handler. For Express 4 and 5. */

import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from "express";
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
  const address = { baseUrl: NUTRI_URL, timeout: 10_000 };
  return createNutriClient(JWT_SECRET ? { ...address, token: tokensFrom({ secret: JWT_SECRET }) } : address);
}

/** `userOf` is the backend's own session: nobody chooses whose data to see by a parameter. */
export function createApp(
  nutri: NutriClient,
  userOf: (request: Request) => string,
  framework: typeof express = express,
): Express {
  const app = framework();
  app.use(framework.json());

  app.get(
    "/me/insights",
    route(async (request, response) => {
      const feed = await nutri.insights.feed(userOf(request), { limit: 5, signal: goneWith(response) });
      const shown = feed.insights.map(({ id, title, description, recommendation }) => ({
        id,
        title,
        description,
        recommendation,
      }));
      response.json(shown);
    }),
  );

  app.put(
    "/me/insights/:insightId/feedback",
    route(async (request, response) => {
      const { helpful } = request.body as { helpful: boolean };
      const insightId = String(request.params["insightId"]);
      const kept = await nutri.insights.feedback(userOf(request), insightId, { helpful }, { signal: goneWith(response) });
      response.json(kept);
    }),
  );

  app.get(
    "/me/forecast",
    route(async (request, response) => {
      // computed, and stored under one id: asking twice changes nothing
      const forecast = await nutri.predictions.rhr({ userId: userOf(request) }, { idempotent: true });
      response.json({ night: forecast.targetDate, bpm: forecast.value, range: forecast.predictionRange });
    }),
  );

  app.use(answerProblem);
  return app;
}

/** Express 4 does not look at what a handler's promise becomes: a rejection would end the process. */
function route(handle: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => {
    handle(request, response).catch(next);
  };
}

/** The person has closed the page before they were answered: the call is given up too. */
function goneWith(response: Response): AbortSignal {
  const leaving = new AbortController();
  // a request's own "close" comes as soon as its body has been read
  response.on("close", () => {
    if (!response.writableFinished) leaving.abort();
  });
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
