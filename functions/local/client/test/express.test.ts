/** The example's routes, in front of the running product. */

import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { connect, createApp } from "../examples/express.js";

const url = process.env["NUTRI_URL"];
const skip = url === undefined && "NUTRI_URL names no running service";
const server = createApp(connect(process.env), request => String(request.headers["x-session-user"])).listen(
  0,
  "127.0.0.1",
);
let address = "";

before(async () => {
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const ask = (path: string, user: string, init: RequestInit = {}): Promise<Response> =>
  fetch(address + path, { ...init, headers: { "x-session-user": user, "content-type": "application/json" } });

test("a person's insights, and what they think of one", { skip }, async () => {
  const feed = (await (await ask("/me/insights", "demo-anna")).json()) as { id: string; title: string }[];
  assert.ok(feed.length > 0);
  const answer = await ask(`/me/insights/${feed[0]?.id}/feedback`, "demo-anna", {
    method: "PUT",
    body: '{"helpful": true}',
  });
  assert.equal(((await answer.json()) as { helpful: boolean }).helpful, true);
});

test("a forecast, or the reason why there is none", { skip }, async () => {
  const forecast = (await (await ask("/me/forecast", "demo-anna")).json()) as {
    bpm: number;
    range: { lower: number; upper: number };
  };
  assert.ok(forecast.range.lower < forecast.bpm && forecast.bpm < forecast.range.upper);
  assert.equal((await ask("/me/forecast", "demo-lena")).status, 403);
  assert.equal((await ask("/me/forecast", "nobody-at-all")).status, 502);
});
