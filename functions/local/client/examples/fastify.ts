/** The same routes for Fastify: its handlers may be asynchronous, and errors go to one place. */

import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { type NutriClient, NutriProblem, NutriUnreachable } from "nutri-ml-client";

export function createServer(nutri: NutriClient, userOf: (request: FastifyRequest) => string): FastifyInstance {
  const server = fastify();

  server.get("/me/insights", async request => {
    const feed = await nutri.insights.feed(userOf(request), { limit: 5, signal: request.signal });
    return feed.insights.map(({ id, title, description }) => ({ id, title, description }));
  });

  server.get("/me/forecast", async request => {
    const forecast = await nutri.predictions.rhr({ userId: userOf(request) }, { idempotent: true });
    return { night: forecast.targetDate, bpm: forecast.value, range: forecast.predictionRange };
  });

  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof NutriUnreachable) return reply.code(503).send({ message: "Insights are away for a moment." });
    if (!(error instanceof NutriProblem)) throw error;
    if (error.code === "insufficient_data")
      return reply.send({ message: "Not enough days yet.", have: error.have, need: error.need });
    const status = error.code === "disabled_by_user" ? 403 : error.status === 429 || error.status === 503 ? 503 : 502;
    return reply.code(status).send({ requestId: error.requestId });
  });
  return server;
}
