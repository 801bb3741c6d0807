import createFetch from "openapi-fetch";
import { answering, type NutriPromise } from "./answer.js";
import { GROUPS, type Groups, type MethodOf } from "./groups.js";
import {
  type Answer,
  type CallOptions,
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
  /** Who calls: a token, or what gives one for each attempt (see `tokensFrom`). Absent: the service must be open. */
  token?: string | TokenSource | undefined;
  /** Signs each attempt, e.g. with SigV4 for URLs with `AuthType: AWS_IAM`. Must not touch `X-Nutri-Token`. */
  sign?: ((request: Request) => Request | Promise<Request>) | undefined;
  /** Milliseconds for a whole call, repeats included; 30,000 if not given. */
  timeout?: number | undefined;
  /** How often an idempotent call is repeated after no answer, 429, 502, 503 or 504; twice if not given. */
  retries?: number | undefined;
  /** Sent with every call, such as `traceparent`. */
  headers?: Readonly<Record<string, string>> | undefined;
  fetch?: typeof fetch | undefined;
}

/** One address for everything (the emulator, a gateway), or each function's own URL in the cloud. */
export type ClientOptions = Options &
  (
    | { baseUrl: string; functionUrls?: undefined }
    | { functionUrls: Readonly<Record<FunctionName, string>>; baseUrl?: undefined }
  );

type Arguments<P extends keyof paths, M extends Method> =
  object extends Input<P, M> ? [options?: Input<P, M> & CallOptions] : [options: Input<P, M> & CallOptions];

type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...given: Arguments<P, M>
) => NutriPromise<Answer<P, M>>;

/**
 * Methods grouped as the API is, and below them the raw calls by path.
 * Each gives the answer's body, or throws NutriProblem, NutriUnreachable or the abort's reason.
 */
export interface NutriClient extends Groups {
  GET: Call<"GET">;
  POST: Call<"POST">;
  PUT: Call<"PUT">;
  DELETE: Call<"DELETE">;
}

interface AnyInput extends CallOptions {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> } | undefined;
  body?: unknown;
}

type AnyRequest = (
  method: string,
  path: string,
  init: object,
) => Promise<{ data?: string; error?: unknown; response: Response }>;

const CALL_OPTIONS = ["signal", "timeout", "retries", "idempotent", "headers", "function"] as const;

export function createNutriClient(options: ClientOptions): NutriClient {
  // openapi-fetch knows the contract by path; here any path comes by, and `NutriClient` says what is right
  const request = createFetch<object>({}).request as unknown as AnyRequest;

  async function call(method: Method, path: string, given: AnyInput = {}): Promise<[unknown, Response]> {
    const { params, body, signal, timeout, retries, idempotent = method !== "POST" } = given;
    signal?.throwIfAborted();
    const userId = userOf(params?.path, body);
    const { data, error, response } = await request(method.toLowerCase(), path, {
      baseUrl: addressOf(options, path, given.function),
      headers: { ...options.headers, ...given.headers },
      params,
      body,
      parseAs: "text",
      fetch: (bare: Request) =>
        send({
          timeout: timeout ?? options.timeout ?? 30_000,
          retries: retries ?? options.retries ?? 2,
          idempotent,
          signal,
          prepare: () => prepare(bare.clone(), options, userId),
          fetch: options.fetch ?? fetch,
        }),
    });
    if (!response.ok) throw new NutriProblem(response.status, problemOf(error), retryAfterSeconds(response));
    return [data !== undefined && isJson(response) ? JSON.parse(data) : data, response];
  }

  const raw = (method: Method) => (path: string, given?: AnyInput) => answering(call(method, path, given));
  const grouped = Object.entries(GROUPS).map(([group, methods]) => {
    const named = Object.entries(methods as Record<string, MethodOf>).flatMap(([name, one]) => {
      const ask = (...given: unknown[]) => answering(call(one.method, one.path, inputOf(one, given)));
      return one.pages
        ? [[name, ask] as const, [`${name}Pages`, (...given: unknown[]) => pagesOf(ask, one, given)] as const]
        : [[name, ask] as const];
    });
    return [group, Object.fromEntries(named)] as const;
  });
  return {
    ...Object.fromEntries(grouped),
    ...Object.fromEntries((["GET", "POST", "PUT", "DELETE"] as const).map(method => [method, raw(method)])),
  } as unknown as NutriClient;
}

/** Positional arguments of a named method: the path's parameters, the body if there is one, the options. */
function inputOf({ parameters, body }: MethodOf, given: readonly unknown[]): AnyInput {
  const path = Object.fromEntries(parameters.map((name, i) => [name, given[i] as string]));
  const after = given.slice(parameters.length);
  const options = ((body ? after[1] : after[0]) ?? {}) as Record<string, unknown>;
  const query = Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && !isCallOption(name)),
  );
  const ours = Object.fromEntries(Object.entries(options).filter(([name]) => isCallOption(name)));
  return { ...ours, params: { path, query }, ...(body && after[0] !== undefined ? { body: after[0] } : {}) };
}

const isCallOption = (name: string): boolean => (CALL_OPTIONS as readonly string[]).includes(name);

async function* pagesOf(
  ask: (...given: unknown[]) => Promise<unknown>,
  { parameters, pages }: MethodOf,
  given: readonly unknown[],
): AsyncGenerator<unknown> {
  const path = given.slice(0, parameters.length);
  let options = (given[parameters.length] ?? {}) as Record<string, unknown>;
  for (;;) {
    const page = await ask(...path, options);
    yield page;
    const cursor = (page as Record<string, unknown>)[pages as string];
    if (typeof cursor !== "string") return;
    options = { ...options, cursor };
  }
}

async function prepare(bare: Request, options: Options, userId: string | undefined): Promise<Request> {
  const { token, sign } = options;
  const value = typeof token === "function" ? await token({ userId }) : token;
  if (value !== undefined) bare.headers.set("x-nutri-token", value);
  return sign ? await sign(bare) : bare;
}

function userOf(path: Record<string, string> | undefined, body: unknown): string | undefined {
  const named = path?.["userId"] ?? (body as { userId?: unknown } | undefined)?.userId;
  return typeof named === "string" ? named : undefined;
}

function addressOf(options: ClientOptions, path: string, wanted: FunctionName | undefined): string {
  if (options.baseUrl !== undefined) return options.baseUrl;
  // what every function answers, any of them can be asked for
  const found = wanted ?? Object.entries(FUNCTION_OF).find(([prefix]) => path.startsWith(prefix))?.[1];
  return options.functionUrls[found ?? "features"];
}

function problemOf(error: unknown): object {
  if (typeof error === "object" && error !== null) return error;
  try {
    const read: unknown = JSON.parse(String(error));
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return typeof error === "string" && error.length < 300 ? { message: error } : {};
  }
}

const isJson = (response: Response): boolean => /\bjson\b/.test(response.headers.get("content-type") ?? "");
