// Formats numbers, and counts with their noun.
const numberFormat = new Intl.NumberFormat("en-US");

/** 51350 → "51,350". */
export function formatNumber(value: number): string {
  return numberFormat.format(value);
}

/** (1, "account") → "1 account", (51350, "account") → "51,350 accounts". */
export function formatCount(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(value)} ${value === 1 ? singular : plural}`;
}
