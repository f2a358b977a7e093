// Tests the metadata of a customised organisation, with columns of every kind that companies add.
import { describe, expect, test } from "vitest";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { member, rowsOf, startWebApi, type WebApiClient } from "./web-api-client.ts";

const CRM = "Microsoft.Dynamics.CRM.";
const ATTRIBUTES = "EntityDefinitions(LogicalName='account')/Attributes";

async function attribute(api: WebApiClient, name: string, type?: string, expand = ""): Promise<unknown> {
  const cast = type === undefined ? "" : `/${CRM}${type}AttributeMetadata${expand}`;
  return (await api.request(`${ATTRIBUTES}(LogicalName='${name}')${cast}`)).json;
}

describe("metadata", () => {
  test.each([
    ["new_tier", "Picklist", "Picklist", "PicklistType", {}],
    ["new_products", "MultiSelectPicklist", "Virtual", "MultiSelectPicklistType", {}],
    ["new_isstrategic", "Boolean", "Boolean", "BooleanType", { DefaultValue: false }],
    [
      "new_renewaldate",
      "DateTime",
      "DateTime",
      "DateTimeType",
      { Format: "DateOnly", DateTimeBehavior: { Value: "DateOnly" } },
    ],
    [
      "new_golive",
      "DateTime",
      "DateTime",
      "DateTimeType",
      { Format: "DateAndTime", DateTimeBehavior: { Value: "TimeZoneIndependent" } },
    ],
    [
      "new_founded",
      "DateTime",
      "DateTime",
      "DateTimeType",
      { Format: "DateOnly", DateTimeBehavior: { Value: "UserLocal" } },
    ],
    ["new_discount", "Decimal", "Decimal", "DecimalType", { Precision: 4, MinValue: 0, MaxValue: 1 }],
    ["new_arr", "Money", "Money", "MoneyType", { Precision: 2, CalculationOf: null, IsBaseCurrency: false }],
    [
      "new_arr_base",
      "Money",
      "Money",
      "MoneyType",
      { CalculationOf: "new_arr", IsBaseCurrency: true, IsValidForUpdate: false },
    ],
    ["new_responsetime", "Integer", "Integer", "IntegerType", { Format: "Duration" }],
    ["new_csm", "Lookup", "Lookup", "LookupType", { Targets: ["systemuser"] }],
    ["new_payer", "Lookup", "Customer", "CustomerType", { Targets: ["account", "contact"] }],
    ["new_contract", "File", "Virtual", "FileType", { MaxSizeInKB: 32768 }],
    ["new_logo", "Image", "Virtual", "ImageType", { MaxHeight: 144, MaxWidth: 144 }],
    ["new_taxid", "String", "String", "StringType", { IsSecured: true, MaxLength: 40 }],
    ["new_notes", "Memo", "Memo", "MemoType", { FormatName: { Value: "RichText" }, MaxLength: 10000 }],
    ["new_weightedscore", "Double", "Double", "DoubleType", { SourceType: 1, IsValidForUpdate: false }],
    ["new_opentickets", "Integer", "Integer", "IntegerType", { SourceType: 2 }],
    ["new_displayname", "String", "String", "StringType", { SourceType: 3 }],
    ["new_supportportal", "String", "String", "StringType", { FormatName: { Value: "Url" }, Format: "Url" }],
  ])("%s is of the type %s and says %s and %s", async (name, cast, type, typeName, own) => {
    await using api = await startWebApi(customiseOrg);
    const plain = await attribute(api, name);
    expect(plain).toMatchObject({
      "@odata.type": `#${CRM}${cast}AttributeMetadata`,
      AttributeType: type,
      AttributeTypeName: { Value: typeName },
      AttributeOf: null,
      IsCustomAttribute: true,
      IsManaged: false,
      IsValidForRead: true,
      IsValidODataAttribute: true,
    });
    expect(await attribute(api, name, cast)).toMatchObject(own);
  });

  test("own and shared option sets are in their own property, with repeated and missing labels", async () => {
    await using api = await startWebApi(customiseOrg);
    const sets = "?$select=LogicalName&$expand=OptionSet,GlobalOptionSet";
    const own = await attribute(api, "new_tier", "Picklist", sets);
    expect(own).toMatchObject({
      OptionSet: { Name: "account_new_tier", IsGlobal: false },
      GlobalOptionSet: null,
    });
    expect(optionsOf(member(own, "OptionSet"))).toEqual([
      [808620002, "Gold"],
      [808620000, "Bronze"],
      [808620001, "Silver"],
      [808620003, "Gold"],
    ]);
    const shared = await attribute(api, "new_segment", "Picklist", sets);
    expect(shared).toMatchObject({
      OptionSet: null,
      GlobalOptionSet: { Name: "new_segment", IsGlobal: true },
    });
    expect(optionsOf(member(shared, "GlobalOptionSet")).at(-1)).toEqual([3, undefined]);
    const several = await attribute(api, "new_products", "MultiSelectPicklist", sets);
    expect(optionsOf(member(several, "OptionSet"))).toHaveLength(4);
    const two = await attribute(api, "new_isstrategic", "Boolean", "?$select=LogicalName&$expand=OptionSet");
    expect(two).toMatchObject({
      OptionSet: { TrueOption: { Value: 1 }, FalseOption: { Value: 0 }, OptionSetType: "Boolean" },
    });
  });

  test("companions that Dataverse adds belong to their column, and are removed with it", async () => {
    await using api = await startWebApi(customiseOrg);
    const companions = async () => {
      const response = await api.request(
        `${ATTRIBUTES}?$select=LogicalName,AttributeOf,AttributeType,IsValidODataAttribute`,
      );
      return rowsOf(response)
        .filter((one) => /^new_(payer|logo|contract|products)./.test(String(one["LogicalName"])))
        .map((one) => [
          one["LogicalName"],
          one["AttributeOf"],
          one["AttributeType"],
          one["IsValidODataAttribute"],
        ]);
    };
    expect(await companions()).toEqual([
      ["new_contract_name", "new_contract", "String", true],
      ["new_logo_timestamp", "new_logoid", "BigInt", true],
      ["new_logo_url", "new_logoid", "String", true],
      ["new_logoid", null, "Uniqueidentifier", true],
      ["new_payername", "new_payer", "String", false],
      ["new_payertype", "new_payer", "EntityName", false],
      ["new_payeryominame", "new_payer", "String", false],
      ["new_productsname", "new_products", "Virtual", false],
    ]);
    for (const name of ["new_payer", "new_logo", "new_contract", "new_products"]) api.org.deleteColumn(name);
    expect(await companions()).toEqual([]);
  });

  test("labels in other languages alone leave the user's empty", async () => {
    await using api = await startWebApi(customiseOrg);
    expect(member(await attribute(api, "new_codeinterne"), "DisplayName")).toMatchObject({
      LocalizedLabels: [{ Label: "Code interne", LanguageCode: 1036 }],
      UserLocalizedLabel: null,
    });
    expect(member(await attribute(api, "new_unlabelled"), "DisplayName")).toEqual({
      LocalizedLabels: [],
      UserLocalizedLabel: null,
    });
  });
});

function optionsOf(set: unknown): unknown[] {
  const options = member(set, "Options");
  return Array.isArray(options)
    ? options.map((one) => [member(one, "Value"), member(one, "Label", "UserLocalizedLabel", "Label")])
    : [];
}
