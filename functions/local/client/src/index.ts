export type { NutriPromise, WithResponse } from "./answer.js";
export { type ClientOptions, createNutriClient, type NutriClient } from "./client.js";
export type { Groups } from "./groups.js";
export type { Category, FeatureName, Metric, Tier, Unit, UnitSystem } from "./names.js";
export type { Answer, BodyOf, CallOptions, FunctionName, Input, Method, OptionsOf, ParameterOf, PathOf } from "./operations.js";
export { type FieldProblem, NutriProblem, NutriUnreachable, type ProblemCode } from "./problem.js";
export type { components, operations, paths } from "./schema.js";
export { type SmithySigner, signWith } from "./signing.js";
export { type Caller, mintToken, type TokenClaims, tokensFrom, type TokenSource } from "./token.js";
