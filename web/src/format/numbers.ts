// Numbers and counted things in words.
const separated = new Intl.NumberFormat("en-US");

/** 51350 → "51,350". */
export function number(value: number): string {
  return separated.format(value);
}

/** count(1, "account") → "1 account", count(51350, "account") → "51,350 accounts". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}
