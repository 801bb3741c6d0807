export { type CallOptions, type ClientOptions, createNutriClient, type NutriClient } from "./client.js";
export type { Answer, FunctionName, Input, Method, PathOf } from "./operations.js";
export { type FieldProblem, NutriProblem, NutriUnreachable, type ProblemCode } from "./problem.js";
export type { components, operations, paths } from "./schema.js";
export { type Caller, mintToken, type TokenClaims, tokensFrom, type TokenSource } from "./token.js";
