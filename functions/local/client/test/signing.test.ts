/** Requests signed by the two common signers, against a checker that computes the signature itself (AWS SigV4). */

import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import assert from "node:assert/strict";
import { createHash, createHmac, webcrypto } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { AwsClient } from "aws4fetch";
import { createNutriClient, signWith, tokensFrom } from "nutri-ml-client";

// aws4fetch needs it, and Node.js 18 does not have it of itself
if (!("crypto" in globalThis)) Object.assign(globalThis, { crypto: webcrypto });

const SECRET = "secret-key";
const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const told = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
    String(request.headers.authorization),
  );
  if (!told) return false;
  const [, , date, region, service, names, signature] = told as unknown as string[];
  const [path, query = ""] = String(request.url).split("?");
  const hash = String(request.headers["x-amz-content-sha256"] ?? sha256(body));
  const canonical = [
    request.method,
    path,
    query.split("&").sort().join("&"),
    ...String(names).split(";").map(name => `${name}:${String(request.headers[name]).trim()}`),
    "",
    names,
    hash,
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = ["aws4_request"].reduce(hmac, hmac(hmac(hmac(`AWS4${SECRET}`, String(date)), String(region)), String(service)));
  const bodyIsSigned = hash === sha256(body) || hash === "UNSIGNED-PAYLOAD";
  return bodyIsSigned && String(names).split(";").includes("host") && hmac(key, text).toString("hex") === signature;
}

const credentials = { accessKeyId: "AKID", secretAccessKey: SECRET };
const smithy = signWith(new SignatureV4({ credentials, region: "eu-west-1", service: "lambda", sha256: Sha256 }));
const aws = new AwsClient({ ...credentials, region: "eu-west-1", service: "lambda" });

for (const [name, sign] of [
  ["@smithy/signature-v4", smithy],
  ["aws4fetch", (request: Request) => aws.sign(request)],
] as const)
  test(`a request signed by ${name} holds, with its body, query and token`, async () => {
    const held: boolean[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        held.push(isSigned(request, Buffer.concat(parts)) && request.headers["x-nutri-token"] !== undefined);
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const nutri = createNutriClient({ baseUrl, sign, token: tokensFrom({ secret: "x".repeat(32) }) });
    await nutri.insights.feed("anna", { limit: 5, units: "metric" });
    await nutri.predictions.rhr({ userId: "anna" });
    server.closeAllConnections();
    server.close();
    assert.deepEqual(held, [true, true]);
  });
