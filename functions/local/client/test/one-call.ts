/** One call and its answer, on whatever runtime this is. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNutriClient, tokensFrom } from "nutri-ml-client";

const server = createServer((request, response) => {
  const told = { count: String(request.headers["x-nutri-token"]).split(".").length };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const nutri = createNutriClient({ baseUrl, token: tokensFrom({ secret: "x".repeat(32) }) });
const { data, status } = await nutri.features.catalog().withResponse();
assert.deepEqual([data.count, status], [3, 200]);
console.log(process.versions["bun"] ? "Bun" : process.versions["deno"] ? "Deno" : "Node.js", "calls");
process.exit(0);
