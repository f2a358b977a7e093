// Reads the small text files that operators write: UTF-8 with and without a byte order mark, and
// UTF-16, which ">" of Windows PowerShell writes.
import { readFileSync } from "node:fs";
import { errorCode } from "./system-error.ts";

/** The content of a file is not text. The message is the rest of a sentence about the file. */
class TextFileError extends Error {
  override readonly name = "TextFileError";
}

/** @throws the system's error, or TextFileError */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

/** @throws TextFileError */
function decodeText(bytes: Buffer): string {
  const encoding = utf16Encoding(bytes) ?? "utf-8";
  let text: string;
  try {
    // The decoder takes the byte order mark away.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TextFileError(
      "has bytes that are neither UTF-8 nor UTF-16 (perhaps it is Windows-1252). Save it as UTF-8.",
      { cause },
    );
  }
  if (!text.includes("\0")) return text;
  throw new TextFileError("has NUL characters in it, so it is damaged or no text. Write it again as UTF-8.");
}

/** UTF-16 by its byte order mark, or by every other byte being zero, as in mostly Latin text. */
export function utf16Encoding(start: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const sample = start.subarray(0, 1024);
  const zerosAt = (parity: number) =>
    sample.filter((byte, index) => byte === 0 && index % 2 === parity).length;
  if (zerosAt(1) > sample.length / 4) return "utf-16le";
  return zerosAt(0) > sample.length / 4 ? "utf-16be" : undefined;
}

/** Why `readTextFile` failed, and what to do, as the rest of a sentence about the file. */
export function readFailure(error: unknown): string {
  if (error instanceof TextFileError) return error.message;
  const code = errorCode(error) ?? "unknown reason";
  if (code === "EISDIR")
    return "is a directory. Name a file; Docker makes a directory where a file to mount is missing.";
  return `cannot be read (${code}). Check its path and its permissions.`;
}
