// CSV for spreadsheets and for machines: RFC 4180, so commas, double quotes and CRLF.
import { stringify } from "csv-stringify/sync";

export type CsvValue = string | number | boolean | null | undefined;

export interface CsvOptions {
  /**
   * Puts an apostrophe before text that a spreadsheet would run as a formula (OWASP, "CSV Injection"). Off by default,
   * because it changes the data for every other reader.
   */
  readonly guardFormulas?: boolean;
}

/** Lines of CSV, each ended by CRLF; the header is just the first of them. */
export function formatCsv(
  rows: readonly (readonly CsvValue[])[],
  { guardFormulas = false }: CsvOptions = {},
): string {
  const guarded = (text: string) => (guardFormulas && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  return stringify([...rows], { record_delimiter: "windows", cast: { boolean: String, string: guarded } });
}
