// What is usual for the person: the mean of the 28 days before, and how far days lie from it.

/* global d3 */

import { formatValue, formatNumber, signed } from "./words.js";

// HRV is described on the scale of logarithms, on which its days lie evenly
const DESCRIBED_AS = { hrv_rmssd: "ln_rmssd", hrv_sdnn: "ln_sdnn" };

/** Each day's usual range of a measure: {middle, low, high}, nulls where too few days were before it. */
export function usualOf(days, name) {
  const described = DESCRIBED_AS[name] || name;
  const read = described === name ? value => value : Math.exp;
  return days.map(day => {
    const middle = day[`${described}_28d_baseline`] ?? null,
      spread = day[`${described}_28d_sd`] ?? null;
    if (middle === null) return { middle: null, low: null, high: null };
    const [low, high] = spread === null ? [null, null] : [read(middle - spread), read(middle + spread)];
    return { middle: read(middle), low, high };
  });
}

export const isKnown = usual => usual.some(({ middle }) => middle !== null);

/** In words, of one day: the range, and the slope of the four weeks before it where one is computed. */
export function usualWords({ middle, low, high }, day, { name, unit }) {
  if (middle === null) return "";
  const slope = day[`${name}_28d_trend`] ?? null;
  const change = slope === null ? 0 : +(slope * 7).toFixed(1);
  const trend = change ? `, ${signed(change, 1)} a week` : "";
  return low === null
    ? `usually ${formatValue(middle, unit)}${trend}`
    : `usually ${formatNumber(low, 0)} to ${formatNumber(high, 0)}${trend}`;
}

export function drawUsual(svg, usual, x, y) {
  const centre = (_, at) => x(at) + x.bandwidth() / 2;
  const band = d3
    .area()
    .defined(({ low }) => low !== null)
    .x(centre)
    .y0(({ low }) => y(low))
    .y1(({ high }) => y(high));
  const line = d3
    .line()
    .defined(({ middle }) => middle !== null)
    .x(centre)
    .y(({ middle }) => y(middle));
  svg.append("path").attr("class", "usual-band").attr("d", band(usual));
  svg.append("path").attr("class", "usual-line").attr("d", line(usual));
}
