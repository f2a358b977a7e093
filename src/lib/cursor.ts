// Keyset cursors: the position at which a list continues, as opaque text.
import { UserError } from "./user-error.ts";

/** A zod schema, or anything with the same method. */
type Schema<Position> = { safeParse(value: unknown): { data?: Position | undefined } };

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** @throws UserError when the cursor does not match the schema of this list */
export function decodeCursor<Position>(cursor: string, schema: Schema<Position>): Position {
  const { data } = schema.safeParse(decoded(cursor));
  if (data === undefined)
    throw new UserError("cursor", "This list cannot continue from there.", {
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
