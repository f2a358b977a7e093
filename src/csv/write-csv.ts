// Writes CSV as in RFC 4180: commas, double quotes and CRLF; for programs as it is, or so that
// spreadsheets open it.
import { stringify } from "csv-stringify/sync";

export type CsvValue = string | number | boolean | null | undefined;
export type CsvCells = readonly CsvValue[];

export interface CsvOptions {
  /**
   * Starts with a byte order mark, by which spreadsheets recognise UTF-8, and prefixes text that they
   * would run as a formula with an apostrophe. Off by default, because it changes the data for every
   * other reader.
   */
  readonly forSpreadsheets?: boolean;
}

const BYTE_ORDER_MARK = "\ufeff";

/** OWASP, "CSV Injection": the full-width forms count in Japanese and Chinese spreadsheets. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * Returns a function that formats rows as lines, each ended by CRLF; a header is simply the first
 * row. What it returns is to be joined in the order of the calls.
 */
export function csvWriter({ forSpreadsheets = false }: CsvOptions = {}): (
  rows: readonly CsvCells[],
) => string {
  const guarded = (text: string) => (forSpreadsheets && FORMULA.test(text) ? `'${text}` : text);
  let start = forSpreadsheets ? BYTE_ORDER_MARK : "";
  return (rows) => {
    const lines = stringify([...rows], {
      record_delimiter: "windows",
      cast: { boolean: String, string: guarded },
    });
    const part = start + lines;
    start = "";
    return part;
  };
}

/** Formats batches of rows for spreadsheets, part by part. */
export async function* spreadsheetCsv(batches: AsyncIterable<readonly CsvCells[]>): AsyncGenerator<string> {
  const write = csvWriter({ forSpreadsheets: true });
  for await (const rows of batches) yield write(rows);
}
