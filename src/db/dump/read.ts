import { createHash } from "node:crypto";
import { BackupError, END_OF_ROWS } from "./format.ts";
import { errorCode } from "../../lib/system-error.ts";

const TRUNCATED =
  "The backup is not whole: it was cut off or altered after it was written. Use another copy of it.";
const END = Buffer.from(END_OF_ROWS);
const NEXT_END = Buffer.from(`\n${END_OF_ROWS}`);
const LINE_END = 0x0a;

/** Reads a backup line by line, and the rows of a table in chunks of whole rows. */
export class DumpReader {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #hash = createHash("sha256");
  /** Unread bytes; starts at the start of a line. */
  #rest: Buffer = Buffer.alloc(0);
  #lastLine: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next().catch((error: unknown) => {
      // Codes of zlib: Z_BUF_ERROR for a truncated file, Z_DATA_ERROR for one that was altered or is no
      // gzip.
      const code = errorCode(error) ?? "";
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

  /**
   * The next line as JSON.
   * @throws BackupError
   */
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

  /**
   * The rows up to the end of the table.
   * @throws BackupError
   */
  async *rows(): AsyncGenerator<Buffer, void, undefined> {
    this.#hash.update(this.#lastLine);
    this.#lastLine = END;
    for (;;) {
      if (this.#rest.subarray(0, END.length).equals(END)) {
        this.#take(END.length);
        return;
      }
      const end = this.#rest.indexOf(NEXT_END);
      // Before the end was found, all whole rows are yielded but the last one, which may turn out to be
      // the end.
      const length = (end >= 0 ? end : this.#rest.lastIndexOf(LINE_END)) + 1;
      if (length > 0) {
        const piece = this.#take(length);
        this.#hash.update(piece);
        yield piece;
      } else if (!(await this.#more())) throw new BackupError(TRUNCATED);
    }
  }

  /**
   * Reads to the end of the file, so that gzip's own checksum is verified; nothing may follow the
   * last line.
   * @throws BackupError
   */
  async end(sha256: string): Promise<void> {
    while (this.#rest.length === 0 && (await this.#more()));
    if (this.#rest.length > 0 || this.#hash.digest("hex") !== sha256) throw new BackupError(TRUNCATED);
  }
}
