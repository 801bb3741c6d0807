// Names, units, dates and reasons in plain words. The API's own names stay visible beside them.

const NAMES = {
  rhr: "Resting heart rate",
  hrv: "HRV (RMSSD)",
  hrv_rmssd: "HRV (RMSSD)",
  hrv_sdnn: "HRV (SDNN)",
  sleep_duration: "Sleep",
  deep_sleep_minutes: "Deep sleep",
  rem_sleep_minutes: "REM sleep",
  alcohol_drinks_daily: "Alcohol",
  alcohol: "Alcohol at all",
  caffeine: "Caffeine at all",
  calories_daily: "Energy eaten",
  first_meal_time: "First meal",
  last_meal_time: "Last meal",
  training_load_daily: "Training load",
  hard_minutes_daily: "Hard training",
  evening_training_minutes: "Evening training",
  workout_minutes_daily: "Workouts",
  late_energy_daily: "Late energy",
  workout_calories_daily: "Workout energy",
  workout_distance_daily: "Workout distance",
  total_calories_daily: "Energy spent",
  active_calories_daily: "Active energy",
  oxygen_saturation: "Oxygen saturation",
  breathing_temperature: "Breathing, warmth",
  vo2_max: "VO2 max",
  days: "Days",
  nights_worn: "Nights worn",
  step: "For each",
  change: "Change",
  lower: "Likely at least",
  upper: "Likely at most",
  period: "Of the last",
  complete_food_log_days: "Complete food logs",
};
const SHORT = {
  rhr: "RHR",
  hrv_rmssd: "HRV",
  hrv_sdnn: "SDNN",
  sleep_duration: "Sleep",
  deep_sleep_minutes: "Deep",
  rem_sleep_minutes: "REM",
  sleep_efficiency: "Effic.",
  sleep_score: "Score",
  recovery_score: "Recov.",
  readiness_score: "Ready",
  respiratory_rate: "Resp.",
  skin_temperature: "Skin",
  stress_level: "Stress",
  blood_glucose: "Gluc.",
};
export const REFUSALS = {
  too_few_days: "Too few days on which both are known.",
  no_variation: "One of the two hardly ever changes, so nothing can be seen.",
  same_quantity: "Both are the same quantity.",
  composite_outcome: "The score is computed from this very input by the device: it must move with it.",
  derived_input: "The device computes this input from the outcome.",
  wear_time: "Both grow with the hours the device is worn.",
  source_changed: "Another device or method took over, and two scales are never mixed.",
  shifts_unknown: "Shifts move habits and nights alike, and the journal does not say on which days they were.",
  gaps: "There are too many gaps for a series test.",
};
export const CAVEATS = {
  same_night: "Both belong to the same night, so neither needs to be the cause.",
  raw_and_adjusted_disagree: "As measured and adjusted, the two point different ways.",
  unstable_over_halves: "It is not the same in both halves of the days.",
  wear_time: "Both may grow with the hours the device is worn.",
  held_from_an_earlier_look: "An earlier weekly look found it; this one alone would not publish it.",
};
export const TIERS = {
  supported: "Backed by studies",
  published: "Held up",
  early_signal: "Early signal",
  exploratory: "Exploratory",
};

export const shortName = name => SHORT[name] || words(name);

export function words(name) {
  if (NAMES[name]) return NAMES[name];
  const spaced = name
    .replace(/^habit:/, "")
    .replace(/_daily$/, "")
    .replaceAll("_", " ")
    .replace(/^vitamin ./, start => start.slice(0, -1) + start.slice(-1).toUpperCase());
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Inside a sentence: small, but for abbreviations. */
export function inText(name) {
  const text = words(name);
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

export function formatNumber(value, digits) {
  if (value === null || value === undefined) return "unknown";
  const size = Math.abs(value);
  const places = digits ?? (size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return value
    .toLocaleString("en", { maximumFractionDigits: places, signDisplay: "negative" })
    .replace("-", "−");
}

/** With its unit, as a person reads it: hours of the clock as a time, minutes of sleep as hours. */
export function formatValue(value, unit) {
  if (value === null || value === undefined) return "unknown";
  if (unit === "local hour") return formatClock(value);
  if (unit === "min" && Math.abs(value) >= 120)
    return `${Math.floor(value / 60)} h ${String(Math.round(value % 60)).padStart(2, "0")}`;
  if (unit === "0/1") return value ? "yes" : "no";
  return `${formatNumber(value)} ${unit}`;
}

export function formatClock(hour) {
  const minutes = Math.round((((hour % 24) + 24) % 24) * 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

export function signed(value, digits = 2) {
  const text = formatNumber(value, digits);
  return /^[1-9]|\.\d*[1-9]/.test(text) && value > 0 ? `+${text}` : text;
}

/** A coefficient: no leading zero, always a sign. */
export const coefficient = value => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2).replace(/^0/, "");

export const probability = p => (p < 0.001 ? "< .001" : p.toFixed(3).replace(/^0/, ""));

// days are kept as text and shown in UTC: a local day is no instant
export const parseDay = day => new Date(`${day}T00:00:00Z`);
export const addDays = (day, days) =>
  new Date(parseDay(day).getTime() + days * 864e5).toISOString().slice(0, 10);
const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const DATE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
export const formatDay = day => DAY.format(parseDay(day));
export const formatDate = day => DATE.format(parseDay(day));
export const formatMoment = instant => MOMENT.format(new Date(instant));

/** The simple rules that forecasts are measured against, by how the service names them. */
export function ruleWords(rule) {
  if (rule === "persistence") return "as the last night";
  if (rule === "combined") return "several simple rules, weighed by how they did";
  if (rule === "own_level") return "the person's own level";
  const [, kind, size] = /^(ewma|mean)_([\d.]+)d?$/.exec(rule) || [];
  if (kind === "mean") return `the mean of ${size} days`;
  if (kind === "ewma") return `a mean in which the last night counts ${formatNumber(Number(size) * 100, 0)}%`;
  return rule;
}

export const lagWords = lag =>
  lag === 0 ? "the same night" : lag === 1 ? "the next night" : `${lag} nights later`;
