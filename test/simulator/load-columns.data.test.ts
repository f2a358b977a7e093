// Loads columns of real organisations into the simulator and reads them with our own client: each
// gets the type that the table of field compatibility says.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { columnKindOf, targetsFor } from "../../src/sync/rules/compatibility.ts";
import { outsideData } from "../harness/outside-data.ts";
import { simulatedColumns } from "./simulated-columns.ts";

/** The row of the article's table for each type; Website and lookups are handled below. */
const ROWS: Readonly<Record<string, string>> = {
  nvarchar: "Single line of text",
  StringType: "Single line of text",
  ntext: "Multiple lines of text",
  MemoType: "Multiple lines of text",
  picklist: "Option Set",
  PicklistType: "Option Set",
  multiselectpicklist: "MultiSelect Option Set",
  MultiSelectPicklistType: "MultiSelect Option Set",
  bit: "Two Options",
  BooleanType: "Two Options",
  state: "Status",
  StateType: "Status",
  status: "Status Reason",
  StatusType: "Status Reason",
  int: "Whole Number",
  IntegerType: "Whole Number",
  float: "Floating Point Number",
  DoubleType: "Floating Point Number",
  image: "Image",
  ImageType: "Image",
  decimal: "Decimal Number",
  DecimalType: "Decimal Number",
  money: "Currency",
  MoneyType: "Currency",
  datetime: "Date and Time",
  DateTimeType: "Date and Time",
  customer: "Customer",
  CustomerType: "Customer",
  file: "File",
  FileType: "File",
  owner: "Owner",
  OwnerType: "Owner",
};

const FEEDS: Readonly<Record<string, readonly string[]>> = {
  "Single line of text": ["text", "domains", "description", "name"],
  "Multiple lines of text": ["text", "description"],
  "Option Set": ["text"],
  "MultiSelect Option Set": ["text"],
  "Two Options": ["text", "boolean"],
  Status: ["text"],
  "Status Reason": ["text"],
  "Whole Number": ["text", "number"],
  "Floating Point Number": ["text", "number"],
  "Decimal Number": ["text", "number"],
  Currency: ["text", "number"],
  "Date and Time": ["text", "datetime"],
  "Lookup(user)": ["teammate"],
  Owner: ["teammate"],
  Website: ["domains"],
};

const fileShape = z.object({
  attributes: z.array(
    z.object({
      logicalName: z.string(),
      type: z.string().optional(),
      attributeTypeName: z.string().optional(),
      attributeOf: z.string().optional(),
      isValidForRead: z.boolean().optional(),
      displayName: z.string().optional(),
      displayNames: z.record(z.string(), z.string()).optional(),
      targets: z.array(z.string()).optional(),
    }),
  ),
});
type AttributeOfFile = z.infer<typeof fileShape>["attributes"][number];

function rowFor({ logicalName, type, attributeTypeName, targets }: AttributeOfFile): string | undefined {
  const named = attributeTypeName ?? type ?? "";
  if (logicalName === "websiteurl") return "Website";
  if (named !== "lookup" && named !== "LookupType") return ROWS[named];
  const [only, ...others] = targets ?? [];
  return (only === "8" || only === "systemuser") && others.length === 0 ? "Lookup(user)" : undefined;
}

test.each(["customised", "standard"])(
  "every column of the %s organisation is offered as the article says",
  async (name) => {
    const file = outsideData(`data/dataverse-account-columns-${name}.json`);
    const { attributes } = fileShape.parse(JSON.parse(readFileSync(file, "utf8")));
    const { columns, rows } = await simulatedColumns({ columns: [file] });
    const byName = new Map(columns.map((one) => [one.logicalName, one]));
    // Files of solutions do not say that isprivate is unreadable, as it is in every environment.
    const offered = attributes.filter(
      (one) =>
        one.attributeOf === undefined && one.isValidForRead !== false && one.logicalName !== "isprivate",
    );
    const seen = offered.map((one) => {
      const column = byName.get(one.logicalName);
      const row = column && columnKindOf(column);
      return [one.logicalName, column?.label, row, column && targetsFor(column)];
    });
    const expected = offered.map((one) => {
      const row = rowFor(one);
      const label = one.displayName ?? one.displayNames?.["1033"] ?? byName.get(one.logicalName)?.label;
      return [one.logicalName, label, row, FEEDS[row ?? ""] ?? []];
    });
    expect(seen).toEqual(expected);
    expect(offered.length).toBeGreaterThan(140);
    // All of them can be read at once. About 39 of 40 accounts are active.
    expect(rows.length).toBeGreaterThan(30);
  },
);
