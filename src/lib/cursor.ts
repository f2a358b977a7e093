// Keyset cursors: where a list goes on, as text that a caller hands back without knowing what is in it.
import { UserError } from "./user-error.ts";

/** A zod schema, or what works like one. */
type Schema<Position> = { safeParse(value: unknown): { data?: Position | undefined } };

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** @throws UserError when the cursor is not of a list of such places */
export function decodeCursor<Position>(cursor: string, schema: Schema<Position>): Position {
  const { data } = schema.safeParse(decoded(cursor));
  if (data === undefined)
    throw new UserError("cursor", "This list cannot go on from there.", {
      fix: "Load it from its start.",
      field: "after",
    });
  return data;
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
