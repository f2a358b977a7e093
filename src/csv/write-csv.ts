// Writes CSV as in RFC 4180: commas, double quotes and CRLF.
import { stringify } from "csv-stringify/sync";

export type CsvValue = string | number | boolean | null | undefined;

export interface CsvOptions {
  /**
   * Prefixes text that a spreadsheet would run as a formula with an apostrophe (OWASP, "CSV
   * Injection"). Off by default, because it changes the data for every other reader.
   */
  readonly guardFormulas?: boolean;
}

/** Formats rows as CSV lines, each ended by CRLF; a header is simply the first row. */
export function formatCsv(
  rows: readonly (readonly CsvValue[])[],
  { guardFormulas = false }: CsvOptions = {},
): string {
  const guarded = (text: string) => (guardFormulas && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  return stringify([...rows], { record_delimiter: "windows", cast: { boolean: String, string: guarded } });
}
