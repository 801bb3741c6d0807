import createFetch from "openapi-fetch";
import {
  type Answer,
  FUNCTION_OF,
  type FunctionName,
  type Input,
  type Method,
  type PathOf,
} from "./operations.js";
import { NutriProblem } from "./problem.js";
import type { paths } from "./schema.js";
import { retryAfterSeconds, send } from "./sending.js";
import type { TokenSource } from "./token.js";

interface Options {
  /** Who calls: a token, or what gives one for each call (see `tokensFrom`). Absent: the service must be open. */
  token?: string | TokenSource;
  /** Signs each attempt, e.g. with SigV4 for URLs with `AuthType: AWS_IAM`. Must not touch `X-Nutri-Token`. */
  sign?: (request: Request) => Request | Promise<Request>;
  /** For each attempt; 30 s if not given. */
  timeoutMs?: number;
  /** How often an idempotent call is repeated after 429 or 503; twice if not given. */
  retries?: number;
  fetch?: typeof fetch;
}

/** One address for everything (the emulator, a gateway), or each function's own URL in the cloud. */
export type ClientOptions = Options &
  (
    | { baseUrl: string; functionUrls?: never }
    | { functionUrls: Readonly<Record<FunctionName, string>>; baseUrl?: never }
  );

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  retries?: number;
  /** GET, PUT and DELETE are; say so of a POST that may be repeated without harm. */
  idempotent?: boolean;
  /** For paths every function answers (`/health`), where each has its own URL. */
  function?: FunctionName;
}

type Arguments<P extends keyof paths, M extends Method> =
  object extends Input<P, M> ? [options?: Input<P, M> & CallOptions] : [options: Input<P, M> & CallOptions];

type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...given: Arguments<P, M>
) => Promise<Answer<P, M>>;

/** Each call gives the answer's body, or throws NutriProblem, NutriUnreachable or the abort's reason. */
export interface NutriClient {
  GET: Call<"GET">;
  POST: Call<"POST">;
  PUT: Call<"PUT">;
  DELETE: Call<"DELETE">;
}

interface AnyInput extends CallOptions {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> };
  body?: unknown;
}

type AnyRequest = (
  method: string,
  path: string,
  init: object,
) => Promise<{ data?: string; error?: unknown; response: Response }>;

export function createNutriClient(options: ClientOptions): NutriClient {
  // openapi-fetch knows the contract by path; here any path comes by, and `NutriClient` says what is right
  const request = createFetch<object>({}).request as unknown as AnyRequest;

  async function call(method: Method, path: string, given: AnyInput = {}): Promise<unknown> {
    const { params, body, signal, timeoutMs, retries, idempotent = method !== "POST" } = given;
    const headers = await tokenHeader(options.token, userOf(params?.path, body));
    signal?.throwIfAborted();
    const { data, error, response } = await request(method.toLowerCase(), path, {
      baseUrl: addressOf(options, path, given.function),
      headers,
      params,
      body,
      parseAs: "text",
      fetch: (prepared: Request) =>
        send(prepared, {
          timeoutMs: timeoutMs ?? options.timeoutMs ?? 30_000,
          retries: retries ?? options.retries ?? 2,
          idempotent,
          signal,
          sign: options.sign,
          fetch: options.fetch ?? fetch,
        }),
    });
    if (!response.ok) throw new NutriProblem(response.status, problemOf(error), retryAfterSeconds(response));
    return data !== undefined && isJson(response) ? JSON.parse(data) : data;
  }

  const methods = (["GET", "POST", "PUT", "DELETE"] as const).map(
    method => [method, (path: string, given?: AnyInput) => call(method, path, given)] as const,
  );
  return Object.fromEntries(methods) as unknown as NutriClient;
}

async function tokenHeader(
  token: Options["token"],
  userId: string | undefined,
): Promise<Record<string, string>> {
  const value = typeof token === "function" ? await token({ userId }) : token;
  return value === undefined ? {} : { "x-nutri-token": value };
}

function userOf(path: Record<string, string> | undefined, body: unknown): string | undefined {
  const named = path?.["userId"] ?? (body as { userId?: unknown } | undefined)?.userId;
  return typeof named === "string" ? named : undefined;
}

function addressOf(options: ClientOptions, path: string, wanted: FunctionName | undefined): string {
  if (options.baseUrl !== undefined) return options.baseUrl;
  const found = wanted ?? Object.entries(FUNCTION_OF).find(([prefix]) => path.startsWith(prefix))?.[1];
  if (found === undefined) throw new TypeError(`every function answers ${path}: say which with \`function\``);
  return options.functionUrls[found];
}

function problemOf(error: unknown): object {
  if (typeof error === "object" && error !== null) return error;
  try {
    const read: unknown = JSON.parse(String(error));
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {};
  }
}

const isJson = (response: Response): boolean => /\bjson\b/.test(response.headers.get("content-type") ?? "");
