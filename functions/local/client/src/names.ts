import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** A feature of the catalogue: `"calories_daily"`. */
export type FeatureName = Schemas["FeatureName"];
/** A measure of the body: `"rhr"`, `"hrv"`, `"sleep_duration"`. */
export type Metric = Schemas["Metric"];
/** A unit of features and measures: `"bpm"`, `"ms"`. */
export type Unit = Schemas["Unit"];
/** The units an answer is worded in. */
export type UnitSystem = Schemas["UnitSystem"];
/** How firmly a correlation is known. */
export type Tier = Schemas["Tier"];
/** A group of features: `"nutrition"`. */
export type Category = Schemas["Category"];
