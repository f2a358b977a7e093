// Detects the dialect of a CSV file: the encoding by byte-order mark or by what decodes, the
// delimiter by which one splits the first lines into equally many values.
import { createReadStream } from "node:fs";
import { utf16Encoding } from "../lib/text-file.ts";

export interface CsvDialect {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly delimiter: "," | ";" | "\t" | "|";
}

const SAMPLE_BYTES = 64 * 1024;

/** Reads the whole file once, because the last line may contain the only byte that is not UTF-8. */
export async function detectDialect(path: string): Promise<CsvDialect> {
  const sample: Buffer[] = [];
  let length = 0;
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let isUtf8 = true;
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    if (length < SAMPLE_BYTES) sample.push(bytes);
    length += bytes.length;
    isUtf8 = isUtf8 && decodes(() => utf8.decode(bytes, { stream: true }));
  }
  isUtf8 = isUtf8 && decodes(() => utf8.decode());
  const start = Buffer.concat(sample).subarray(0, SAMPLE_BYTES);
  const encoding = utf16Encoding(start) ?? (isUtf8 ? "utf-8" : "windows-1252");
  return { encoding, delimiter: detectDelimiter(new TextDecoder(encoding).decode(start)) };
}

function decodes(decode: () => string): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}

const delimiters = [",", ";", "\t", "|"] as const;

export function detectDelimiter(text: string): CsvDialect["delimiter"] {
  const declared = /^\ufeff?sep=(.)\r?\n/i.exec(text)?.[1];
  const declaredDelimiter = delimiters.find((one) => one === declared);
  if (declaredDelimiter !== undefined) return declaredDelimiter;
  // Quoted text delimits nothing; an unclosed quote at the end of the sample is dropped with what
  // follows.
  const lines = text
    .replaceAll(/"(?:[^"]|"")*(?:"|$)/g, "")
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== "")
    .slice(0, 50);
  const scores = delimiters.map((delimiter) => {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const inHeader = counts[0] ?? 0;
    return inHeader === 0 ? 0 : inHeader * counts.filter((count) => count === inHeader).length;
  });
  return delimiters[scores.indexOf(Math.max(...scores))] ?? ",";
}
