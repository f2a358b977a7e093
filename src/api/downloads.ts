// Downloads that hold something of the server's while they are read, as a connection to the database with its snapshot: only
// so many at a time, and none for a reader who has stopped reading. Else a few stalled ones would leave nothing for others.
import { Readable } from "node:stream";
import { ApiError } from "./implement.ts";

type Limits = {
  readonly most?: number;
  /** How long a reader may take nothing. */
  readonly patienceMs?: number;
};

/** Opens downloads within the limits; each counts until it is over, however it ends. */
export function downloads({ most = 2, patienceMs = 60_000 }: Limits = {}) {
  let open = 0;
  /** @throws ApiError 429 */
  return (parts: AsyncIterable<string>): Readable => {
    if (open >= most)
      throw new ApiError(
        429,
        "too-many-exports",
        `${most === 1 ? "An export is" : `${most} exports are`} running already. Try again when one of them has ended.`,
      );
    open++;
    const stalled = () => void stream.destroy(new Error("The reader of an export has stopped reading."));
    const stream: Readable = Readable.from(patiently(parts, patienceMs, stalled));
    stream.once("close", () => open--);
    return stream;
  };
}

async function* patiently(
  parts: AsyncIterable<string>,
  patienceMs: number,
  stalled: () => void,
): AsyncGenerator<string> {
  for await (const part of parts) {
    const timer = setTimeout(stalled, patienceMs);
    try {
      yield part;
    } finally {
      clearTimeout(timer);
    }
  }
}
