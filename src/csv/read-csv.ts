// Streams the rows of a CSV file in any common encoding and delimiter. A row that cannot be read is
// yielded as a fault with its line; a file that cannot be read is thrown as CsvError.
import { createReadStream } from "node:fs";
import { parse, CsvError as ParserError } from "csv-parse";
import { detectDialect, type CsvDialect } from "./dialect.ts";
import { UserError, type UserErrorOptions } from "../lib/user-error.ts";
import { errorCode } from "../lib/system-error.ts";

export interface CsvRow {
  readonly kind: "row";
  /** Line on which the row starts; the header is line 1. */
  readonly line: number;
  /** Values by column name; missing columns at the end of a row are empty. */
  readonly values: Readonly<Record<string, string>>;
}

export interface CsvFault {
  readonly kind: "fault";
  readonly line: number;
  readonly sentence: string;
}

/** The file as a whole cannot be used. */
export class CsvError extends UserError {
  override readonly name = "CsvError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("csv", sentence, options);
  }
}

/** An unclosed quote makes the rest of the file one value, which must not fill the memory. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

/**
 * Rows and faults in the order of the file.
 * @param required columns that the header must have
 * @throws CsvError if the file cannot be read, is empty, lacks a column, or has an unclosed quote
 */
export async function* readCsv(
  path: string,
  required: readonly string[] = [],
): AsyncGenerator<CsvRow | CsvFault> {
  const dialect = await detectDialect(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  const records = parseRecords(path, dialect);
  const first = await records.next();
  if (first.done) throw new CsvError(`The file ${path} is empty. Its first line must name the columns.`);
  const header = parseHeader(path, first.value.values, required);
  for await (const record of records) yield toRow(record, header);
}

interface CsvRecord {
  readonly line: number;
  readonly values: readonly string[];
}

async function* parseRecords(path: string, dialect: CsvDialect): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter: dialect.delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  const text = decodeText(path, dialect);
  const feeding = feed(parser, text);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      const lineBreaks = record.reduce((sum, value) => sum + (value.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
      yield { line: info.lines - lineBreaks, values: record };
    }
    await feeding;
  } catch (cause) {
    throw cause instanceof ParserError ? parseError(path, cause) : cause;
  } finally {
    parser.destroy();
    await feeding.catch(() => undefined);
  }
}

async function feed(parser: ReturnType<typeof parse>, text: AsyncIterable<string>): Promise<void> {
  for await (const piece of text) {
    if (parser.destroyed) return;
    if (parser.write(piece)) continue;
    await new Promise<void>((resolve) => {
      parser.once("drain", resolve).once("close", resolve);
    });
  }
  parser.end();
}

async function* decodeText(path: string, { encoding }: CsvDialect): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let start = true;
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    const text = decoder.decode(bytes, { stream: true });
    // Excel's declaration of the delimiter; it is not the header.
    yield start ? text.replace(/^sep=.\r?\n/i, "") : text;
    start = false;
  }
  yield decoder.decode();
}

function parseHeader(path: string, names: readonly string[], required: readonly string[]): readonly string[] {
  const header = names.map((name) => name.trim());
  const duplicate = header.find((name, index) => name !== "" && header.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new CsvError(`The file ${path} has two columns named "${duplicate}". Rename or remove one.`);
  const missing = required.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    const found = header.filter(Boolean).slice(0, 20).join(", ");
    throw new CsvError(
      `The file ${path} lacks the column ${missing.join(", ")}; its first line has: ${found}. Add it there.`,
    );
  }
  return header;
}

function toRow({ line, values }: CsvRecord, header: readonly string[]): CsvRow | CsvFault {
  if (values.slice(header.length).some((value) => value.trim() !== "")) {
    const sentence = `Line ${line} has ${values.length} values, but there are ${header.length} columns. A value with the delimiter in it needs quotes.`;
    return { kind: "fault", line, sentence };
  }
  const named = header.flatMap((name, index) => (name === "" ? [] : [[name, values[index] ?? ""] as const]));
  return { kind: "row", line, values: Object.fromEntries(named) };
}

function readError(path: string, cause: unknown): CsvError {
  const code = errorCode(cause) ?? "unknown reason";
  const what =
    code === "ENOENT"
      ? "There is no file"
      : code === "EISDIR"
        ? "There is a directory, not a file, at"
        : undefined;
  const sentence = what
    ? `${what} ${path}. Check the path.`
    : `The file ${path} cannot be read (${code}). Check its permissions.`;
  return new CsvError(sentence, { cause });
}

function parseError(path: string, cause: ParserError): CsvError {
  const line = typeof cause["lines"] === "number" ? ` near line ${cause["lines"]}` : "";
  return new CsvError(
    `The file ${path} is no CSV that can be read: a quote${line} is opened and not closed. Correct it there.`,
    { cause },
  );
}
