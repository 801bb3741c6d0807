import type { FeatureName, Metric } from "./names.js";
import type { paths } from "./schema.js";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<Lowercase<M>, object> ? P : never;
}[keyof paths];

type OperationOf<P extends keyof paths, M extends Method> =
  paths[P] extends Record<Lowercase<M>, infer O> ? O : never;

type Given<Parameters, K extends "path" | "query"> = K extends keyof Parameters
  ? [Exclude<Parameters[K], undefined>] extends [never]
    ? unknown
    : Pick<Parameters, K>
  : unknown;

type ParametersOf<O> = O extends { parameters: infer P } ? Given<P, "path"> & Given<P, "query"> : unknown;

type WithParameters<T> = unknown extends T ? unknown : object extends T ? { params?: T } : { params: T };

type WithBody<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? { body: B }
  : O extends { requestBody?: { content: { "application/json": infer B } } }
    ? { body?: B }
    : unknown;

/** What a call takes: `params.path`, `params.query` and `body` as the contract has them. */
export type Input<P extends keyof paths, M extends Method> = WithParameters<ParametersOf<OperationOf<P, M>>> &
  WithBody<OperationOf<P, M>>;

/** Body of the successful answer. */
export type Answer<P extends keyof paths, M extends Method> =
  OperationOf<P, M> extends { responses: infer R }
    ? {
        [S in keyof R]: S extends 200 | 201 | 202 ? ContentOf<R[S]> : S extends 204 ? undefined : never;
      }[keyof R]
    : never;

type ContentOf<R> = R extends { content: infer C } ? C[keyof C] : never;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call, repeats included. */
  timeout?: number | undefined;
  retries?: number | undefined;
  /** GET, PUT and DELETE are; say so of a POST that may be repeated without harm. */
  idempotent?: boolean | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** For paths every function answers (`/health`), where each has its own URL. */
  function?: FunctionName | undefined;
}

/** Every member may also be given as undefined. */
export type Optional<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };

/** Names that are known where the contract takes any, so that an editor proposes them. */
type Suggested<K, V> = V extends string
  ? string extends V
    ? K extends "feature"
      ? FeatureName | (string & {})
      : K extends "metric" | "metricType"
        ? Metric | (string & {})
        : V
    : V
  : V;

type Suggesting<T> = { [K in keyof T]: Suggested<K, T[K]> };

/** A parameter of the path, as a named method takes it. */
export type ParameterOf<P extends keyof paths, M extends Method, N extends string> =
  OperationOf<P, M> extends { parameters: { path: infer A } } ? (N extends keyof A ? Suggested<N, A[N]> : string) : string;

/** What a named method takes last: the operation's query and how to call. */
export type OptionsOf<P extends keyof paths, M extends Method> =
  Optional<Suggesting<QueryOf<OperationOf<P, M>>>> & CallOptions;

type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? ([Q] extends [undefined] ? unknown : NonNullable<Q>) : unknown;

/** What a named method takes as its body. */
export type BodyOf<P extends keyof paths, M extends Method> =
  OperationOf<P, M> extends { requestBody?: { content: { "application/json": infer B } } } ? Optional<Suggesting<B>> : never;

export type FunctionName = "features" | "correlations" | "predictions" | "insights";

/** Which function answers a path, by its beginning. */
export const FUNCTION_OF: Readonly<Record<string, FunctionName>> = {
  "/api/features": "features",
  "/api/correlations": "correlations",
  "/api/predictions": "predictions",
  "/api/models": "predictions",
  "/api/insights": "insights",
  "/api/users": "insights",
};
