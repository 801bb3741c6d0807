/** What the client does when all is not well, against servers that misbehave on purpose. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createNutriClient, mintToken, NutriProblem, NutriUnreachable, tokensFrom } from "nutri-ml-client";

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

async function serving<T>(
  handle: Handler,
  use: (url: string, seen: IncomingMessage[]) => Promise<T>,
): Promise<T> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => handle(request, response, seen.push(request))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answer = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, {
    "content-type": status < 400 ? "application/json" : "application/problem+json",
    ...headers,
  });
  response.end(JSON.stringify(body));
};
const away = (response: ServerResponse, headers = {}): void =>
  answer(
    response,
    503,
    { code: "database_unavailable", detail: "away", requestId: "r", status: 503 },
    headers,
  );
const catalog = { featureVersion: "1", count: 0, features: [] };
const catalogPath = "/api/features/catalog";

test("an idempotent call is repeated after 503 and 429", () =>
  serving(
    (_, response, attempt) =>
      attempt === 1
        ? away(response, { "retry-after": "0" })
        : attempt === 2
          ? answer(response, 429, { Message: "Rate Exceeded." }, { "content-type": "application/json" })
          : answer(response, 200, catalog),
    async (baseUrl, seen) => {
      assert.deepEqual(await createNutriClient({ baseUrl }).GET(catalogPath), catalog);
      assert.equal(seen.length, 3);
    },
  ));

test("Retry-After is waited for, in seconds and as a date", async () => {
  const inTwoSeconds = (): string => new Date(Date.now() + 2000).toUTCString(); // whole seconds: one at least
  for (const wait of [() => "1", inTwoSeconds])
    await serving(
      (_, response, attempt) =>
        attempt === 1 ? away(response, { "retry-after": wait() }) : answer(response, 200, catalog),
      async baseUrl => {
        const began = Date.now();
        await createNutriClient({ baseUrl }).GET(catalogPath);
        assert.ok(Date.now() - began >= 900);
      },
    );
});

test("a wait longer than anybody would is left to the caller", () =>
  serving(
    (_, response) => away(response, { "retry-after": "3600" }),
    async (baseUrl, seen) => {
      await assert.rejects(createNutriClient({ baseUrl }).GET(catalogPath), {
        code: "database_unavailable",
        retryAfterSeconds: 3600,
      });
      assert.equal(seen.length, 1);
    },
  ));

test("it gives up after the retries allowed", () =>
  serving(
    (_, response) => away(response, { "retry-after": "0" }),
    async (baseUrl, seen) => {
      await assert.rejects(createNutriClient({ baseUrl, retries: 1 }).GET(catalogPath), NutriProblem);
      assert.equal(seen.length, 2);
    },
  ));

test("a POST is not repeated unless the caller says it may be", () =>
  serving(
    (_, response) => away(response, { "retry-after": "0" }),
    async (baseUrl, seen) => {
      const nutri = createNutriClient({ baseUrl });
      const body = { userId: "a" };
      await assert.rejects(nutri.POST("/api/predictions/rhr", { body }), NutriProblem);
      assert.equal(seen.length, 1);
      await assert.rejects(nutri.POST("/api/predictions/rhr", { body, idempotent: true }), NutriProblem);
      assert.equal(seen.length, 4);
    },
  ));

test("other refusals are never repeated, and carry what the service says", () =>
  serving(
    (_, response) =>
      answer(response, 422, {
        code: "insufficient_data",
        detail: "too few",
        requestId: "r-9",
        errors: [],
        have: 3,
        need: 30,
        unit: "days",
      }),
    async (baseUrl, seen) => {
      const call = createNutriClient({ baseUrl }).GET("/api/insights/{userId}", {
        params: { path: { userId: "a" } },
      });
      await assert.rejects(call, (error: unknown) => {
        assert.ok(error instanceof NutriProblem);
        const { status, code, message, requestId, have, need, unit } = error;
        assert.deepEqual(
          { status, code, message, requestId, have, need, unit },
          {
            status: 422,
            code: "insufficient_data",
            message: "too few",
            requestId: "r-9",
            have: 3,
            need: 30,
            unit: "days",
          },
        );
        return true;
      });
      assert.equal(seen.length, 1);
    },
  ));

test("the platform's own errors are problems too", () =>
  serving(
    (_, response) =>
      void response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>"),
    baseUrl =>
      assert.rejects(createNutriClient({ baseUrl }).GET(catalogPath), {
        name: "NutriProblem",
        code: "platform_502",
        status: 502,
      }),
  ));

test("a silent server is given up on in time", () =>
  serving(
    () => undefined,
    baseUrl =>
      assert.rejects(createNutriClient({ baseUrl, timeout: 100 }).GET(catalogPath), {
        name: "NutriUnreachable",
        timedOut: true,
      }),
  ));

test("an answer that stops halfway is no answer", () =>
  serving(
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write("{");
      setTimeout(() => response.destroy(), 50);
    },
    baseUrl =>
      assert.rejects(createNutriClient({ baseUrl }).GET(catalogPath), {
        name: "NutriUnreachable",
        timedOut: false,
      }),
  ));

test("a connection that is lost is tried again, and the whole call has one deadline", async () => {
  await serving(
    (request, response, attempt) => (attempt < 3 ? request.socket.destroy() : answer(response, 200, catalog)),
    async (baseUrl, seen) => {
      assert.deepEqual(await createNutriClient({ baseUrl }).features.catalog(), catalog);
      assert.equal(seen.length, 3);
    },
  );
  await serving(
    (_, response) => away(response, { "retry-after": "1" }),
    async (baseUrl, seen) => {
      await assert.rejects(createNutriClient({ baseUrl, retries: 50, timeout: 1500 }).features.catalog(), NutriProblem);
      assert.equal(seen.length, 2);
    },
  );
});

test("502 and 504 are tried again, and what a platform says is kept", () =>
  serving(
    (_, response, attempt) =>
      attempt === 1
        ? answer(response, 504, { message: "Endpoint request timed out" }, { "content-type": "application/json" })
        : answer(response, 403, { Message: "Forbidden: signature expired" }, { "content-type": "application/json" }),
    async (baseUrl, seen) => {
      await assert.rejects(createNutriClient({ baseUrl }).features.catalog(), {
        code: "platform_403",
        message: "Forbidden: signature expired",
      });
      assert.equal(seen.length, 2);
    },
  ));

test("what a signer or a token's source throws is the caller's own error", async () => {
  const failing = (): never => {
    throw new RangeError("no credentials");
  };
  const baseUrl = "http://127.0.0.1:1";
  for (const options of [{ sign: failing }, { token: failing }])
    await assert.rejects(createNutriClient({ baseUrl, ...options }).features.catalog(), {
      name: "RangeError",
      message: "no credentials",
    });
  assert.throws(() => tokensFrom({ secret: undefined }), RangeError);
});

test("nobody listening is said as such", () =>
  assert.rejects(createNutriClient({ baseUrl: "http://127.0.0.1:1" }).GET(catalogPath), NutriUnreachable));

test("an aborted call ends at once, on its way and between attempts", async () => {
  for (const handle of [
    (() => undefined) as Handler,
    ((_, response) => away(response, { "retry-after": "10" })) as Handler,
  ])
    await serving(handle, async baseUrl => {
      const began = Date.now();
      const call = createNutriClient({ baseUrl }).GET(catalogPath, { signal: AbortSignal.timeout(100) });
      await assert.rejects(call, { name: "TimeoutError" });
      assert.ok(Date.now() - began < 5000);
    });
  await assert.rejects(
    createNutriClient({ baseUrl: "http://127.0.0.1:1" }).GET(catalogPath, { signal: AbortSignal.abort() }),
    { name: "AbortError" },
  );
});

test("each function is called at its own URL", () =>
  serving(
    (_, response) => answer(response, 200, catalog),
    async (baseUrl, seen) => {
      const urls = {
        features: `${baseUrl}/f`,
        correlations: `${baseUrl}/c`,
        predictions: `${baseUrl}/p`,
        insights: `${baseUrl}/i`,
      };
      const nutri = createNutriClient({ functionUrls: urls });
      const path = { userId: "a b/c" };
      await nutri.GET(catalogPath);
      await nutri.GET("/api/correlations/{userId}", { params: { path } });
      await nutri.POST("/api/predictions/hrv", { body: { userId: "a" } });
      await nutri.GET("/api/insights/{userId}", {
        params: { path, query: { type: ["ANOMALY", "PREDICTION"], includeDismissed: true } },
      });
      await nutri.GET("/health", { function: "insights" });
      assert.deepEqual(
        seen.map(({ url }) => url),
        [
          "/f/api/features/catalog",
          "/c/api/correlations/a%20b%2Fc",
          "/p/api/predictions/hrv",
          "/i/api/insights/a%20b%2Fc?type=ANOMALY&type=PREDICTION&includeDismissed=true",
          "/i/health",
        ],
      );
      await nutri.GET("/health");
      assert.equal(seen.at(-1)?.url, "/f/health");
    },
  ));

test("each call carries a token for whom it is about, and each attempt is signed anew", () =>
  serving(
    (_, response, attempt) =>
      attempt === 1 ? away(response, { "retry-after": "0" }) : answer(response, 200, catalog),
    async (baseUrl, seen) => {
      let signatures = 0;
      const sign = (request: Request): Request => {
        const signed = new Request(request);
        signed.headers.set("authorization", `AWS4-HMAC-SHA256 ${++signatures}`);
        return signed;
      };
      const nutri = createNutriClient({ baseUrl, sign, token: tokensFrom({ secret: "x".repeat(32) }) });
      await nutri.POST("/api/predictions/rhr", { body: { userId: "anna" }, idempotent: true });
      await nutri.GET("/api/insights/summary");
      assert.deepEqual(
        seen.map(({ headers }) => headers.authorization),
        ["AWS4-HMAC-SHA256 1", "AWS4-HMAC-SHA256 2", "AWS4-HMAC-SHA256 3"],
      );
      const claims = seen.map(
        ({ headers }) =>
          JSON.parse(
            Buffer.from(String(headers["x-nutri-token"]).split(".")[1] ?? "", "base64url").toString(),
          ) as { sub: string; scope?: string },
      );
      assert.deepEqual(
        claims.map(({ sub, scope }) => [sub, scope]),
        [
          ["anna", undefined],
          ["anna", undefined],
          ["backend", "service"],
        ],
      );
    },
  ));

test("a weak secret is refused", () =>
  assert.throws(() => mintToken({ secret: "short", subject: "a" }), RangeError));

test("text stays text", () =>
  serving(
    (_, response) =>
      void response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end("up 1\n"),
    async baseUrl => assert.equal(await createNutriClient({ baseUrl }).GET("/metrics"), "up 1\n"),
  ));
