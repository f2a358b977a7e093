// The cells of a CSV file, whatever program wrote it: delimiter and encoding are found by looking.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { LoadError } from "./load-error.ts";

export interface CsvText {
  /** Without the blanks around them. */
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
      // Quotes inside of a cell that does not begin with one are people's: Ac"me
      relax_quotes: true,
      skip_empty_lines: true,
    });
    return { headers: headers.map((header) => header.trim()), rows };
  } catch (cause) {
    const where = source.includes("\n") ? "The CSV" : `The file ${source}`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(
      `${where} cannot be read as CSV: ${reason}. Mend that place, or choose another file.`,
      {
        cause,
      },
    );
  }
}

/** UTF-16 by its mark or by the zero beside the first Latin letter, UTF-8 where all of it is, else what Western European Windows writes. */
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

/** The one that parts most names of the header; a comma where there is but one name. */
function delimiterOf(text: string): string {
  const [header = ""] = text.replace(/"(?:[^"]|"")*"/g, "").split(/[\r\n]/, 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [",", ";", "\t", "|"].reduce((best, one) => (count(one) > count(best) ? one : best));
}
