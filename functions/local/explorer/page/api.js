// The public API, and nothing else. A request is kept as data, so that it can be shown as code too.

const TOKEN = "nutri-explorer-token";

/** What the service refused, or that it could not be reached (`code` "unreachable"). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || "The service gave no reason.");
    this.status = status;
    this.code = body.code || `http_${status}`;
    this.requestId = body.requestId;
    this.have = body.have;
    this.need = body.need;
    this.retryAfter = body.retryAfter;
  }
}

/**
 * `path` is as in the OpenAPI document: "/api/correlations/{userId}".
 * @param {string} method
 * @param {string} path
 * @param {{ params?: object, query?: object, body?: object }} [given]
 */
export const request = (method, path, { params = {}, query = {}, body } = {}) => ({
  method,
  path,
  params,
  query,
  body,
});

export function target({ path, params, query }) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name]));
  const asked = new URLSearchParams(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ).toString();
  return asked ? `${filled}?${asked}` : filled;
}

export function readToken() {
  return sessionStorage.getItem(TOKEN) || "";
}

export function keepToken(token) {
  sessionStorage.setItem(TOKEN, token.trim());
}

// as many as the service computes at once for one person: more would wait there, and be refused in the end
const AT_ONCE = 2;
let asked = 0;
/** @type {(() => void)[]} */
const waiting = [];

/** The answer's body, in its turn. Raises Problem; raises AbortError where `signal` ended it. */
export async function ask(wanted, signal) {
  if (asked >= AT_ONCE) await new Promise(go => waiting.push(() => go(null)));
  else asked++;
  try {
    return await send(wanted, signal);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else asked--;
  }
}

async function send(wanted, signal) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (wanted.body !== undefined) headers["content-type"] = "application/json";
  if (readToken()) headers["x-nutri-token"] = readToken();
  const body = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
  let answer;
  try {
    answer = await fetch(target(wanted), { method: wanted.method, headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { code: "unreachable", detail: "The emulator does not answer on this address." });
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  throw new Problem(answer.status, { ...said, retryAfter: answer.headers.get("retry-after") });
}
