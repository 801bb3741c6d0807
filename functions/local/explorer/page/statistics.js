// The few figures that are worked out here, from what the API answers.

const Z90 = 1.6448536269514722;
const Z95 = 1.959963984540054;

/** Wilson's 95% interval of a share: k of n (Wilson 1927, J. Am. Stat. Assoc. 22:209). */
export function wilson(k, n) {
  const p = k / n,
    z2 = Z95 * Z95;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** About how many terms each pair is adjusted for: weekday, pasts, confounders, and a drift term per 4 weeks. */
export const adjustedTerms = lookbackDays => 13 + Math.floor(lookbackDays / 28);

/** Fisher's 90% interval of a coefficient, on effective days less the terms it was adjusted for; null if too few. */
export function fisher(r, effectiveN, terms) {
  const spread = effectiveN - 3 - terms;
  if (!(spread > 0) || Math.abs(r) >= 1) return null;
  const half = Z90 / Math.sqrt(spread);
  return [Math.tanh(Math.atanh(r) - half), Math.tanh(Math.atanh(r) + half)];
}
