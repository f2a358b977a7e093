import { expect, it, test } from "vitest";
import { nameKey } from "../../src/accounts/name-key.ts";

test.each([
  ["  ACME Corp\u00a0\n", "acme corp"],
  ["Cafe\u0301 Noir", "caf\u00e9 noir"],
  ["Ångström AB", "\u00e5ngström ab"],
  ["\ufeffAcme", "acme"],
  ["ΟΔΟΣ", "οδος"],
  ["Acme\u200b Ltd", "acme ltd"],
  ["\u200bAcme\u2060 Ltd\ufeff", "acme ltd"],
  ["Ac\u00adme\u0001 \u202eLtd\u202c\u2069", "acme ltd"],
  ["Acme\u{e0061}\ufe0f\u180e", "acme"],
  ["Caf\u200be\u034f\u0301", "caf\u00e9"],
  ["\u06a9\u062a\u0627\u0628\u200c\u0647\u0627", "\u06a9\u062a\u0627\u0628\u0647\u0627"],
  [" \u200b Acme \u200b ", "acme"],
])("%j has the key %j", (name, key) => {
  expect(nameKey(name)).toBe(key);
});

it("counts inner white space", () => {
  expect(nameKey("Acme  Corp")).not.toBe(nameKey("Acme Corp"));
});

it("keeps what looks like a blank between letters", () => {
  expect(nameKey("Acme\u3164Ltd")).toBe("acme\u3164ltd");
  expect(nameKey("Acme\u00a0Ltd")).not.toBe(nameKey("Acme Ltd"));
});

test.each([
  [" \t\u3000\u2028"],
  ["\u200b"],
  ["\u00ad \ufe0f\u200d"],
  ["\u0000\u001f\u0085"],
  ["\u3164"],
  ["\uffa0\u115f\u1160"],
  ["\u2800\u2800"],
])("is empty for the blank name %j", (name) => {
  expect(nameKey(name)).toBe("");
});

it("distinguishes long names wherever they differ, and fits into an index", () => {
  const long = "名".repeat(4000);

  expect(nameKey(`${long}a`)).toBe(nameKey(` ${long}A`));
  expect(nameKey(`${long}a`)).not.toBe(nameKey(`${long}b`));
  expect(Buffer.byteLength(nameKey(long))).toBeLessThan(2704);
});
