// Reads the cells of a CSV file; detects delimiter and encoding.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { LoadError } from "./load-error.ts";

export interface CsvText {
  /** Headers are trimmed. */
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @param source a path, or the CSV itself if it has a line break */
export function readCsvText(source: string): CsvText {
  const text = source.includes("\n") ? source : decode(readFileSync(source));
  const separatorLine = /^\uFEFF?sep=(.)\r?\n/.exec(text);
  const body = separatorLine === null ? text : text.slice(separatorLine[0].length);
  try {
    const [headers = [], ...rows] = parse(body, {
      bom: true,
      delimiter: separatorLine?.[1] ?? delimiterOf(body),
      relax_column_count: true,
      // Quotes within a cell that does not start with one are literal: Ac"me
      relax_quotes: true,
      skip_empty_lines: true,
    });
    return { headers: headers.map((header) => header.trim()), rows };
  } catch (cause) {
    const where = source.includes("\n") ? "The CSV" : `The file ${source}`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(
      `${where} cannot be read as CSV: ${reason}. Correct the file, or choose another one.`,
      {
        cause,
      },
    );
  }
}

/**
 * Detects UTF-16 by its byte order mark or by a zero byte next to the first Latin letter, then
 * valid UTF-8, and takes all else for Windows-1252.
 */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || second === 0) return new TextDecoder("utf-16le").decode(bytes);
  if ((first === 0xfe && second === 0xff) || first === 0) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Chooses the delimiter that splits the header into most names; a comma when there is one name. */
function delimiterOf(text: string): string {
  const [header = ""] = text.replace(/"(?:[^"]|"")*"/g, "").split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [",", ";", "\t", "|"].reduce((best, one) => (count(one) > count(best) ? one : best));
}
