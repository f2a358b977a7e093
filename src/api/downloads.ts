// CSV downloads. Each holds a database connection with a snapshot while it is read, so their number
// is limited, and one whose reader stops reading is ended.
import { Readable } from "node:stream";
import type { Log } from "../lib/log.ts";
import { ApiError, type Exchange } from "./implement.ts";

type Limits = {
  readonly log: Log;
  readonly maxOpen?: number;
  /** Maximum time for which the reader may take nothing. */
  readonly stallMs?: number;
};

/**
 * Sends CSV as a file, part by part.
 * @throws ApiError 429
 */
export type Download = (exchange: Exchange, fileName: string, parts: AsyncIterable<string>) => Promise<void>;

/**
 * Returns a function whose downloads share the limits; each counts until it ends, for whatever
 * reason.
 */
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
      // Before the first byte, fastify answers the error like that of any other request.
      if (!reply.raw.headersSent) return;
      log.error("A download was cut off.", { err: error, requestId: request.id, file: fileName });
      // A reset is needed: a proxy that speaks HTTP/1.0, which has no chunks, takes an end of the
      // connection for the end of the file.
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
