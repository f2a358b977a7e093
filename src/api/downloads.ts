// Downloads, which hold something of the server's while they are read, as a connection to the
// database with its snapshot: only so many at a time, and none for a reader who has stopped
// reading. Else a few stalled ones would leave nothing for others.
import { Readable } from "node:stream";
import type { Log } from "../lib/log.ts";
import { ApiError, type Exchange } from "./implement.ts";

type Limits = {
  readonly log: Log;
  readonly maxOpen?: number;
  /** How long a reader may take nothing. */
  readonly stallMs?: number;
};

/** Sends CSV as a file, part by part. @throws ApiError 429 */
export type Download = (exchange: Exchange, fileName: string, parts: AsyncIterable<string>) => Promise<void>;

/** All downloads that it sends share its limits; each counts until it is over, however it ends. */
export function downloads({ log, maxOpen = 2, stallMs = 60_000 }: Limits): Download {
  let open = 0;
  return async ({ request, reply }, fileName, parts) => {
    if (open >= maxOpen)
      throw new ApiError(
        429,
        "too-many-exports",
        `${maxOpen === 1 ? "An export is" : `${maxOpen} exports are`} running already. Try again when one of them has ended.`,
      );
    open++;
    const stalled = () => void stream.destroy(new Error("The reader of an export has stopped reading."));
    const stream: Readable = Readable.from(withStallTimeout(parts, stallMs, stalled));
    stream.once("close", () => open--);
    stream.once("error", (error) => {
      // Before the first byte it is refused like any other request.
      if (!reply.raw.headersSent) return;
      log.error("A download was cut off.", { err: error, requestId: request.id, file: fileName });
      // A reset and not an end: to a proxy that speaks HTTP/1.0, which has no chunks, an end means
      // that the file is whole.
      reply.raw.socket?.resetAndDestroy();
    });
    await reply
      .type("text/csv; charset=utf-8")
      .header("content-disposition", `attachment; filename="${fileName}"`)
      .send(stream);
  };
}

async function* withStallTimeout(
  parts: AsyncIterable<string>,
  stallMs: number,
  onStall: () => void,
): AsyncGenerator<string> {
  for await (const part of parts) {
    const timer = setTimeout(onStall, stallMs);
    try {
      yield part;
    } finally {
      clearTimeout(timer);
    }
  }
}
