import { expect, it, test } from "vitest";
import { nameKey } from "../../src/accounts/name-key.ts";

test.each([
  ["  ACME Corp\u00a0\n", "acme corp"],
  ["Cafe\u0301 Noir", "caf\u00e9 noir"],
  ["Ångström AB", "\u00e5ngström ab"],
  ["\ufeffAcme", "acme"],
  ["ΟΔΟΣ", "οδος"],
])("%j has the key %j", (name, key) => {
  expect(nameKey(name)).toBe(key);
});

it("counts inner white space", () => {
  expect(nameKey("Acme  Corp")).not.toBe(nameKey("Acme Corp"));
});

it("is empty for a blank name", () => {
  expect(nameKey(" \t\u3000\u2028")).toBe("");
});

it("distinguishes long names wherever they differ, and fits into an index", () => {
  const long = "名".repeat(4000);

  expect(nameKey(`${long}a`)).toBe(nameKey(` ${long}A`));
  expect(nameKey(`${long}a`)).not.toBe(nameKey(`${long}b`));
  expect(Buffer.byteLength(nameKey(long))).toBeLessThan(2704);
});
