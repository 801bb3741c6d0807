/** The examples' routes, in front of the running product: Express 4, Express 5 and Fastify. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express5 from "express";
import { createRequire } from "node:module";
import { connect, createApp } from "../examples/express.js";
import { createServer } from "../examples/fastify.js";

const url = process.env["NUTRI_URL"];
const skip = url === undefined && "NUTRI_URL names no running service";
const nutri = connect(process.env);

for (const [name, express] of [
  ["Express 4", createRequire(import.meta.url)("express4") as typeof express5],
  ["Express 5", express5],
] as const)
  test(`${name} offers insights, feedback and forecasts, and answers refusals`, { skip }, async () => {
    const app = createApp(nutri, request => String(request.headers["x-session-user"]), express);
    const server: Server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = (path: string, user: string, init: RequestInit = {}): Promise<Response> =>
      fetch(address + path, { ...init, headers: { "x-session-user": user, "content-type": "application/json" } });
    try {
      const feed = (await (await ask("/me/insights", "demo-anna")).json()) as { id: string; title: string }[];
      assert.ok(feed.length > 0);
      const kept = await ask(`/me/insights/${feed[0]?.id}/feedback`, "demo-anna", {
        method: "PUT",
        body: '{"helpful": true}',
      });
      assert.equal(((await kept.json()) as { helpful: boolean }).helpful, true);
      const forecast = (await (await ask("/me/forecast", "demo-anna")).json()) as {
        bpm: number;
        range: { lower: number; upper: number };
      };
      assert.ok(forecast.range.lower < forecast.bpm && forecast.bpm < forecast.range.upper);
      assert.equal((await ask("/me/forecast", "demo-lena")).status, 403);
      assert.equal((await ask("/me/forecast", "nobody-at-all")).status, 502);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

test("Fastify does too", { skip }, async () => {
  const server = createServer(nutri, request => String(request.headers["x-session-user"]));
  const ask = (path: string, user: string) => server.inject({ url: path, headers: { "x-session-user": user } });
  try {
    assert.ok(((await ask("/me/insights", "demo-anna")).json() as unknown[]).length > 0);
    assert.equal((await ask("/me/forecast", "demo-lena")).statusCode, 403);
    assert.equal((await ask("/me/forecast", "nobody-at-all")).statusCode, 502);
  } finally {
    await server.close();
  }
});
