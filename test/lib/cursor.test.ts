import { expect, test } from "vitest";
import { z } from "zod";
import { decodeCursor, encodeCursor } from "../../src/lib/cursor.ts";

const place = z.tuple([z.string(), z.int()]);

test("a place comes back as it was, whatever its text", () => {
  const written = encodeCursor(["Bücher & Co. 🐘", 7]);
  expect(written).toMatch(/^[\w-]+$/);
  expect(decodeCursor(written, place)).toEqual(["Bücher & Co. 🐘", 7]);
});

test.for([
  ["nothing", ""],
  ["another list's", encodeCursor({ seq: 7 })],
  ["a place that lacks a part", encodeCursor(["name"])],
  ["no JSON", Buffer.from("[7").toString("base64url")],
  ["no base64", "!!!"],
])("%s is the caller's fault, in a sentence", ([, cursor]) => {
  expect(() => decodeCursor(cursor!, place)).toThrow(
    expect.objectContaining({
      code: "cursor",
      field: "after",
      message: "This list cannot go on from there. Load it from its start.",
    }),
  );
});
