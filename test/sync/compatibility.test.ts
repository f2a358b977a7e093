import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { articleTypeOf, refusalReason, targetsFor } from "../../src/sync/compatibility.ts";

describe("rule 8: the table of compatibility", () => {
  test.each([
    ["name", "StringType", "Single line of text", "text domains description name"],
    ["new_homepage", "StringType", "Single line of text", "text domains description name"],
    ["websiteurl", "StringType", "Website", "domains"],
    ["description", "MemoType", "Multiple lines of text", "text description"],
    ["industrycode", "PicklistType", "Option Set", "text"],
    ["new_regions", "MultiSelectPicklistType", "MultiSelect Option Set", "text"],
    ["donotemail", "BooleanType", "Two Options", "text boolean"],
    ["statecode", "StateType", "Status", "text"],
    ["statuscode", "StatusType", "Status Reason", "text"],
    ["numberofemployees", "IntegerType", "Whole Number", "text number"],
    ["address1_latitude", "DoubleType", "Floating Point Number", "text number"],
    ["entityimage", "ImageType", "Image", ""],
    ["exchangerate", "DecimalType", "Decimal Number", "text number"],
    ["revenue", "MoneyType", "Currency", "text number"],
    ["createdon", "DateTimeType", "Date and Time", "text datetime"],
    ["new_customer", "CustomerType", "Customer", ""],
    ["new_contract", "FileType", "File", ""],
    ["ownerid", "OwnerType", "Owner", "teammate"],
    ["versionnumber", "BigIntType", undefined, ""],
    ["accountid", "UniqueidentifierType", undefined, ""],
    ["industrycodename", "VirtualType", undefined, ""],
    ["odd", "toString", undefined, ""],
  ])("%s of %s is %s and may feed: %s", (logicalName, type, articleType, targets) => {
    expect(articleTypeOf({ logicalName, type })).toBe(articleType);
    expect(targetsFor({ logicalName, type }).join(" ")).toBe(targets);
  });

  test.each([
    [["systemuser"], "Lookup(user)"],
    [["account"], undefined],
    [["systemuser", "team"], undefined],
    [undefined, undefined],
  ])("a lookup to %j is %s", (targets, articleType) => {
    expect(articleTypeOf({ logicalName: "new_lookup", type: "LookupType", targets })).toBe(articleType);
  });

  it("says why a column is refused, and what would do", () => {
    expect(refusalReason({ logicalName: "donotemail", type: "BooleanType" }, "number")).toBe(
      "The column donotemail (Two Options) cannot be mapped to Number, only to Text or Yes or no. " +
        "Choose another column or another field.",
    );
    expect(
      refusalReason({ logicalName: "parentaccountid", type: "LookupType", targets: ["account"] }, "text"),
    ).toBe(
      "The column parentaccountid (a lookup to account) cannot be mapped to anything. Choose another column for Text.",
    );
  });
});

const article = new URL("../../../shared/reference/article.txt", import.meta.url);

/** Rows of the manual's table, whose cells stand one to a line: a line that ends in "|" and holds a tick is a tick. */
function ticks(text: string): Record<string, string> {
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

describe.skipIf(!existsSync(article))("the manual", () => {
  it("ticks what we offer", () => {
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
    expect(Object.fromEntries(ours)).toEqual(ticks(readFileSync(article, "utf8")));
  });
});
