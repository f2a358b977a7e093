import { describe, expect, it, test } from "vitest";
import { columnKindOf, incompatibilityReason, targetsFor } from "../../src/sync/rules/compatibility.ts";

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
    expect(columnKindOf({ logicalName, type })).toBe(articleType);
    expect(targetsFor({ logicalName, type }).join(" ")).toBe(targets);
  });

  test.each([
    [["systemuser"], "Lookup(user)"],
    [["account"], undefined],
    [["systemuser", "team"], undefined],
    [undefined, undefined],
  ])("a lookup to %j is %s", (targets, articleType) => {
    expect(columnKindOf({ logicalName: "new_lookup", type: "LookupType", targets })).toBe(articleType);
  });

  it("says why a column is refused, and what would do", () => {
    expect(incompatibilityReason({ logicalName: "donotemail", type: "BooleanType" }, "number")).toBe(
      "The column donotemail (Two Options) cannot be mapped to Number, only to Text or Yes or no. " +
        "Choose another column or another field.",
    );
    expect(
      incompatibilityReason(
        { logicalName: "parentaccountid", type: "LookupType", targets: ["account"] },
        "text",
      ),
    ).toBe(
      "The column parentaccountid (a lookup to account) cannot be mapped to anything. Choose another column for Text.",
    );
  });
});
