// Numbers and counted things in words.
const numberFormat = new Intl.NumberFormat("en-US");

/** 51350 → "51,350". */
export function formatNumber(value: number): string {
  return numberFormat.format(value);
}

/** count(1, "account") → "1 account", count(51350, "account") → "51,350 accounts". */
export function formatCount(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(value)} ${value === 1 ? singular : plural}`;
}
