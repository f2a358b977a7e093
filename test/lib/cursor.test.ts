import { expect, test } from "vitest";
import { z } from "zod";
import { decodeCursor, encodeCursor } from "../../src/lib/cursor.ts";

const position = z.tuple([z.string(), z.int()]);

test("a position is decoded as it was encoded, whatever its text", () => {
  const written = encodeCursor(["Bücher & Co. 🐘", 7]);
  expect(written).toMatch(/^[\w-]+$/);
  expect(decodeCursor(written, position)).toEqual(["Bücher & Co. 🐘", 7]);
});

test.for([
  ["nothing", ""],
  ["another list's", encodeCursor({ seq: 7 })],
  ["a position that lacks a part", encodeCursor(["name"])],
  ["no JSON", Buffer.from("[7").toString("base64url")],
  ["no base64", "!!!"],
])("%s is refused with a sentence", ([, cursor]) => {
  expect(() => decodeCursor(cursor!, position)).toThrow(
    expect.objectContaining({
      code: "cursor",
      field: "after",
      message: "This list cannot continue from there. Load it from its start.",
    }),
  );
});
