// A number as text has one form, whatever its literal looks like.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteLongNumbers } from "../../src/dataverse/http/number-literals.ts";
import { canonicalDecimal, isRounded } from "../../src/sync/draft/decimals.ts";
import { propertyRuns } from "../harness/counts.ts";

describe("the canonical form of a number", () => {
  it.each([
    ["12345678901.0123456789", "12345678901.0123456789"],
    ["5000000.0000000000", "5000000"],
    ["-0.10", "-0.1"],
    ["-0", "0"],
    ["-0.0000000000", "0"],
    ["-0e500", "0"],
    ["1e21", "1000000000000000000000"],
    ["1.50E+3", "1500"],
    ["-1.5e-7", "-0.00000015"],
    ["12345e-3", "12.345"],
    ["1200e-2", "12"],
    ["100", "100"],
    ["1e399", `1${"0".repeat(399)}`],
    ["9".repeat(400), "9".repeat(400)],
  ])("of %s is plain", (literal, plain) => {
    expect(canonicalDecimal(literal)).toBe(plain);
  });

  it.each(["1e400", "9".repeat(401), "1e-400", "1e99999999999999999999", "0x10", "", "NaN", " 1"])(
    "does not exist for %s",
    (literal) => {
      expect(canonicalDecimal(literal)).toBeUndefined();
    },
  );

  it("is the same for a double and for the literal that JSON has of it", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, (value) => {
        const literal = JSON.stringify(value);
        expect(canonicalDecimal(value)).toBe(canonicalDecimal(literal));
        expect(isRounded(literal)).toBe(false);
      }),
      propertyRuns(500, 50_000),
    );
  });

  it.each([
    ["1500000000000.00", false],
    ["12345678901234.5000000000", false],
    ["99999999999999.0000000000", false],
    ["12345678901.0123456789", true],
    ["12345678901.0000000001", true],
    ["9007199254740993", true],
    ["1e-400", true],
  ])("tells whether the double of %s is another number", (literal, rounded) => {
    expect(isRounded(literal)).toBe(rounded);
  });
});

describe("numbers that a double may not hold", () => {
  const quoted = (json: string): unknown => JSON.parse(quoteLongNumbers(json, ["revenue", "new_a"]));

  it.each([
    ['{"revenue":12345678901.0123456789}', { revenue: "12345678901.0123456789" }],
    ['{"revenue" : \n -12345678901.0123456789 }', { revenue: "-12345678901.0123456789" }],
    ['{"new_a":1e3,"revenue":25.0000000000}', { new_a: "1e3", revenue: 25 }],
    ['{"revenue":5000000.00000000000000000000}', { revenue: 5_000_000 }],
    ['{"r\\u0065ven\\u0075e":12345678901.0123456789}', { revenue: "12345678901.0123456789" }],
    ['{"new_\\u0061":0.00000000000000000001}', { new_a: "0.00000000000000000001" }],
    ['{"revenue":null,"new_a":"12345678901.0123456789"}', { revenue: null, new_a: "12345678901.0123456789" }],
  ])("are strings in the columns that are asked for: %s", (json, row) => {
    expect(quoted(json)).toEqual(row);
  });

  it.each([
    '{"other":12345678901.0123456789,"versionnumber":1234567890123456}',
    String.raw`{"name":"a \"revenue\":12345678901.0123456789","x\"revenue":12345678901.0123456789}`,
    '{"name":"revenue","revenue@OData.Community.Display.V1.FormattedValue":"12,345,678,901.01"}',
    String.raw`{"name":"\\","my revenue":12345678901.0123456789}`,
  ])("stay as they are everywhere else: %s", (json) => {
    expect(quoted(json)).toEqual(JSON.parse(json));
  });

  it("are told from any others, in any JSON", () => {
    const key = fc.constantFrom("revenue", "name", 'a"revenue', "revenue:1234567890123456789");
    const value = fc.oneof(
      fc.constantFrom('"revenue":1234567890123456789', "\\", '"'),
      fc.string(),
      fc.integer(),
    );
    const row = fc.dictionary(key, value, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(quoted(JSON.stringify(rows))).toEqual(rows);
      }),
      propertyRuns(300, 20_000),
    );
  });
});
