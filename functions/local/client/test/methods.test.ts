/** Named methods: what they ask for, what they give back. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { createNutriClient } from "nutri-ml-client";

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

const seen: Seen[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", part => (body += part));
  request.on("end", () => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body });
    const paged = url?.includes("/export");
    const cursor = paged && !url?.includes("cursor=") ? "next" : null;
    response.writeHead(200, { "content-type": "application/json", etag: 'W/"1"', "x-request-id": "r-1" });
    response.end(JSON.stringify(paged ? { tables: {}, cursor } : { insights: [], nextCursor: null }));
  });
}).listen(0, "127.0.0.1");
let nutri: ReturnType<typeof createNutriClient>;

before(async () => {
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  nutri = createNutriClient({ baseUrl, headers: { traceparent: "00-1-2-01" } });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

test("path, query, body and headers go where they belong", async () => {
  seen.length = 0;
  await nutri.insights.feed("a b", { limit: 5, since: undefined, headers: { "x-request-id": "mine" } });
  await nutri.insights.feedback("a", "f".repeat(32), { helpful: true });
  await nutri.correlations.lags("a", "rhr", { feature: "steps_daily" });
  await nutri.predictions.batch({ items: [{ userId: "a", metric: "rhr" }] });
  await nutri.insights.generate("a");
  assert.deepEqual(
    seen.map(({ method, url, body }) => [method, url, body]),
    [
      ["GET", "/api/insights/a%20b?limit=5", ""],
      ["PUT", `/api/insights/a/${"f".repeat(32)}/feedback`, '{"helpful":true}'],
      ["GET", "/api/correlations/a/rhr/lags?feature=steps_daily", ""],
      ["POST", "/api/predictions/batch", '{"items":[{"userId":"a","metric":"rhr"}]}'],
      ["POST", "/api/insights/a/generate", ""],
    ],
  );
  assert.equal(seen[0]?.headers["x-request-id"], "mine");
  assert.equal(seen[0]?.headers["traceparent"], "00-1-2-01");
});

test("all of an answer is there on wish", async () => {
  const { data, status, etag, requestId } = await nutri.insights.feed("a").withResponse();
  assert.deepEqual([data.insights, status, etag, requestId], [[], 200, 'W/"1"', "r-1"]);
});

test("pages follow one another to the last", async () => {
  seen.length = 0;
  for await (const page of nutri.users.exportPages("a")) assert.deepEqual(page.tables, {});
  assert.deepEqual(
    seen.map(({ url }) => url),
    ["/api/users/a/export", "/api/users/a/export?cursor=next"],
  );
});
