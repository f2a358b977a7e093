import { describe, expect, it } from "vitest";
import { mapping } from "../../src/settings/sync-settings.ts";
import { checkMapping, type MappableColumn } from "../../src/sync/rules/mapping.ts";

const columns: readonly MappableColumn[] = [
  { logicalName: "name", type: "StringType" },
  { logicalName: "websiteurl", type: "StringType" },
  { logicalName: "emailaddress1", type: "StringType" },
  { logicalName: "industrycode", type: "PicklistType" },
  { logicalName: "revenue", type: "MoneyType" },
  { logicalName: "new_tier", type: "StringType", readable: false },
];

const check = (input: unknown) => checkMapping(mapping.parse(input), columns);
const clean = { problems: [], missingColumns: [], unreadableColumns: [] };

describe("a mapping", () => {
  it("maps the name by default, and may use a column several times", () => {
    expect(mapping.parse({})).toEqual({ name: "name", domains: [], fields: [] });
    const fields = [
      { column: "emailaddress1", field: "Mail", type: "text" },
      { column: "industrycode", field: "Industry", type: "text" },
    ];
    expect(check({ domains: ["websiteurl", "emailaddress1"], description: "emailaddress1", fields })).toEqual(
      clean,
    );
  });

  it("is refused where the table refuses it, for every column at once", () => {
    const fields = [
      { column: "industrycode", field: "Industry", type: "number" },
      { column: "websiteurl", field: "Site", type: "text" },
    ];
    expect(check({ name: "revenue", fields }).problems).toEqual([
      expect.stringContaining("revenue (Currency) cannot be mapped to Name"),
      expect.stringContaining("industrycode (Option Set) cannot be mapped to Number"),
      expect.stringContaining("websiteurl (Website) cannot be mapped to Text, only to Domains"),
    ]);
  });

  it("fills no target twice, whatever the case of its name and the form of its accents", () => {
    const fields = [
      { column: "revenue", field: "Revenue", type: "number" },
      { column: "revenue", field: "revenue ", type: "text" },
      { column: "revenue", field: "Größe", type: "number" },
      { column: "revenue", field: "Größe".normalize("NFD"), type: "number" },
    ];
    expect(check({ domains: ["websiteurl", "websiteurl"], fields }).problems).toEqual([
      expect.stringContaining("The field Revenue is mapped twice"),
      expect.stringContaining("The field Größe is mapped twice"),
      expect.stringContaining("The column websiteurl is mapped to Domains twice"),
    ]);
  });

  it("fills at most 50 custom fields", () => {
    const fields = Array.from({ length: 51 }, (_, n) => ({
      column: "revenue",
      field: `Field ${n}`,
      type: "number",
    }));
    expect(check({ fields }).problems).toEqual([
      expect.stringContaining("51 custom fields are mapped; at most 50"),
    ]);
    expect(check({ fields: fields.slice(1) })).toEqual(clean);
  });
});

describe("rule 13: columns that are gone or may not be read", () => {
  it("stop one mapping and are no problem for the others", () => {
    const fields = [
      { column: "new_gone", field: "Gone", type: "text" },
      { column: "new_tier", field: "Tier", type: "text" },
    ];
    expect(check({ description: "new_gone", fields })).toEqual({
      problems: [],
      missingColumns: ["new_gone"],
      unreadableColumns: ["new_tier"],
    });
  });

  it("are a problem for Name and Domains", () => {
    expect(check({ name: "new_gone", domains: ["new_tier"] })).toEqual({
      problems: [
        "The column new_gone, mapped to Name, does not exist. Choose another column.",
        expect.stringContaining("The column new_tier, mapped to Domains, is secured"),
      ],
      missingColumns: ["new_gone"],
      unreadableColumns: ["new_tier"],
    });
  });
});
