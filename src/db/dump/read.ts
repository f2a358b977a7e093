import { createHash } from "node:crypto";
import { BackupError, END_OF_ROWS } from "./format.ts";

const TRUNCATED =
  "The backup is not whole: it was cut off or altered after it was written. Use another copy of it.";
const END = Buffer.from(END_OF_ROWS);
const NEXT_END = Buffer.from(`\n${END_OF_ROWS}`);
const LINE_END = 0x0a;

/** Reads a backup's text line by line, and the rows of a table in pieces of whole rows. */
export class DumpReader {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #hash = createHash("sha256");
  /** Not read yet; begins at the start of a line. */
  #rest: Buffer = Buffer.alloc(0);
  #lastLine: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next().catch((error: unknown) => {
      // zlib's own: Z_BUF_ERROR for a cut file, Z_DATA_ERROR for an altered one or one that is no gzip.
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (code.startsWith("Z_")) throw new BackupError(TRUNCATED, { cause: error });
      throw error;
    });
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /** The next line as JSON. @throws BackupError */
  async line(): Promise<unknown> {
    this.#hash.update(this.#lastLine);
    let end: number;
    while ((end = this.#rest.indexOf(LINE_END)) < 0)
      if (!(await this.#more())) throw new BackupError(TRUNCATED);
    this.#lastLine = this.#take(end + 1);
    try {
      return JSON.parse(this.#lastLine.toString());
    } catch (cause) {
      throw new BackupError(TRUNCATED, { cause });
    }
  }

  /** The rows up to the end of the table. @throws BackupError */
  async *rows(): AsyncGenerator<Buffer, void, undefined> {
    this.#hash.update(this.#lastLine);
    this.#lastLine = END;
    for (;;) {
      if (this.#rest.subarray(0, END.length).equals(END)) {
        this.#take(END.length);
        return;
      }
      const end = this.#rest.indexOf(NEXT_END);
      // Without an end in sight all whole rows go, but one that may turn out to be it must be seen from its start.
      const length = (end >= 0 ? end : this.#rest.lastIndexOf(LINE_END)) + 1;
      if (length > 0) {
        const piece = this.#take(length);
        this.#hash.update(piece);
        yield piece;
      } else if (!(await this.#more())) throw new BackupError(TRUNCATED);
    }
  }

  /** Reads to the end of the file, where gzip has a checksum too; nothing may follow the last line. @throws BackupError */
  async end(sha256: string): Promise<void> {
    while (this.#rest.length === 0 && (await this.#more()));
    if (this.#rest.length > 0 || this.#hash.digest("hex") !== sha256) throw new BackupError(TRUNCATED);
  }
}
