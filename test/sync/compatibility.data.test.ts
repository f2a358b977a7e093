import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { targetsFor } from "../../src/sync/rules/compatibility.ts";
import { outsideData } from "../harness/outside-data.ts";

const article = outsideData("reference/article.txt");

/** Parses the table of the manual: returns the targets that are ticked in each row. */
function tickedTargets(text: string): Record<string, string> {
  const table = text.slice(text.indexOf("| Single line of text"), text.indexOf("Account sync logic"));
  const rows = table.split(/^\| (?=[A-Z])/m).filter(Boolean);
  const order = ["text", "number", "teammate", "boolean", "datetime", "domains", "description"];
  return Object.fromEntries(
    rows.map((row) => {
      const [name = "", ...cells] = row.replaceAll("\n", " ").split("|");
      return [
        name.replace("(default field)", "").trim(),
        order.filter((_, index) => cells[index]?.includes("✓")).join(" "),
      ];
    }),
  );
}

test("each column may feed the targets that the manual ticks", () => {
  const columns: Record<string, [string, string, string[]?]> = {
    "Single line of text": ["x", "StringType"],
    "Multiple lines of text": ["x", "MemoType"],
    "Option Set": ["x", "PicklistType"],
    "MultiSelect Option Set": ["x", "MultiSelectPicklistType"],
    "Two Options": ["x", "BooleanType"],
    Status: ["x", "StateType"],
    "Status Reason": ["x", "StatusType"],
    "Whole Number": ["x", "IntegerType"],
    "Floating Point Number": ["x", "DoubleType"],
    Image: ["x", "ImageType"],
    "Decimal Number": ["x", "DecimalType"],
    Currency: ["x", "MoneyType"],
    "Date and Time": ["x", "DateTimeType"],
    "Lookup(user)": ["x", "LookupType", ["systemuser"]],
    Customer: ["x", "CustomerType"],
    File: ["x", "FileType"],
    Owner: ["ownerid", "OwnerType"],
    Website: ["websiteurl", "StringType"],
  };
  const ours = Object.entries(columns).map(([name, [logicalName, type, targets]]) => [
    name,
    targetsFor({ logicalName, type, targets })
      .filter((target) => target !== "name")
      .join(" "),
  ]);
  expect(Object.fromEntries(ours)).toEqual(tickedTargets(readFileSync(article, "utf8")));
});
