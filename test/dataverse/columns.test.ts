import { expect, test } from "vitest";
import type { RunningSimulator } from "../../simulator/main.ts";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { wireName } from "../../src/dataverse/model.ts";
import type { Column } from "../../src/dataverse/model.ts";
import { addReader, connectSimulated } from "./test-client.ts";

const NOT_ALLOWED = {
  kind: "answer",
  status: 403,
  headers: { "content-type": "application/json; odata.metadata=minimal", "OData-Version": "4.0" },
  body: JSON.stringify({
    error: { code: "0x80040220", message: "Principal user (Id=1) is missing prvReadOrganization privilege" },
  }),
} as const;

async function columnsOfCustomised(as?: (simulator: RunningSimulator) => string) {
  const prepare = (simulator: RunningSimulator) => {
    customiseOrg(simulator.org);
    return as?.(simulator) ?? simulator.org.adminId;
  };
  await using connected = await connectSimulated({ as: prepare });
  const columns = await connected.client.accountColumns();
  const byName = new Map(columns.map((column) => [column.logicalName, column]));
  return (name: string): Column | undefined => byName.get(name);
}

async function taxIdFor(as?: (simulator: RunningSimulator) => string): Promise<Column | undefined> {
  return (await columnsOfCustomised(as))("new_taxid");
}

/** A user whose own or team's profile allows reading new_taxid. */
const withProfile = (through: "user" | "team") => (simulator: RunningSimulator) => {
  const { org } = simulator;
  const user = addReader(simulator);
  const profile = org.addFieldSecurityProfile("Finance", ["new_taxid"]);
  org.assignProfile(profile, through === "user" ? user : org.addTeam({ name: "Finance", members: [user] }));
  return user;
};

test("each column type has its details", async () => {
  const column = await columnsOfCustomised();
  expect(column("name")).toMatchObject({
    type: "StringType",
    format: "Text",
    maxLength: 160,
    custom: false,
  });
  expect(column("websiteurl")).toMatchObject({ type: "StringType", format: "Url", label: "Website" });
  expect(column("ownerid")).toMatchObject({ type: "OwnerType", targets: ["systemuser", "team"] });
  expect(column("new_csm")).toMatchObject({ type: "LookupType", targets: ["systemuser"], custom: true });
  expect(column("new_payer")).toMatchObject({ type: "CustomerType", targets: ["account", "contact"] });
  expect(column("revenue")).toMatchObject({ type: "MoneyType", precision: 2 });
  expect(column("new_discount")).toMatchObject({ type: "DecimalType", precision: 4 });
  expect(column("new_renewaldate")).toMatchObject({
    type: "DateTimeType",
    format: "DateOnly",
    dateBehavior: "DateOnly",
  });
  expect(column("new_golive")).toMatchObject({ dateBehavior: "TimeZoneIndependent" });
  expect(column("new_products")?.type).toBe("MultiSelectPicklistType");
  expect(column("new_logo")?.type).toBe("ImageType");
  expect(column("new_contract")?.type).toBe("FileType");
});

test("labels are in the preferred languages, then in the user's, then in any", async () => {
  const [french, german, italian] = [1036, 1031, 1040];
  await using connected = await connectSimulated();
  const { org } = connected.simulator;
  org.provisionLanguage(german, { industrycode: { label: "Branche", choices: { 1: "Buchhaltung" } } });
  org.provisionLanguage(italian, { industrycode: { choices: { 2: "Agricoltura" } } });
  org.setUiLanguage(org.adminId, italian);
  const industry = async (languages?: readonly number[]) => {
    const columns = await connected.client.accountColumns(languages);
    const { label, options } = columns.find(({ logicalName }) => logicalName === "industrycode")!;
    return [label, options?.get(1), options?.get(2)];
  };

  const english = ["Industry", "Accounting", "Agriculture and Non-petrol Natural Resource Extraction"];
  expect(await industry([french, german])).toEqual(["Branche", "Buchhaltung", "Agricoltura"]);
  expect(await industry([1033])).toEqual(english);
  expect(await industry()).toEqual(["Industry", "Accounting", "Agricoltura"]);
});

test("the languages of the organisation and of its users are read, and none where one may not", async () => {
  await using connected = await connectSimulated();
  const { client, simulator } = connected;
  const { org } = simulator;
  const before = await client.userLanguage();
  org.provisionLanguage(1031);
  org.setUiLanguage(org.adminId, 1031);

  expect(before).toBeNull();
  expect(await client.userLanguage()).toBe(1031);
  expect(await client.baseLanguage()).toBe(1033);
  expect(await client.provisionedLanguages()).toEqual([1033, 1031]);
  simulator.faults.add({
    path: String.raw`/organizations\(`,
    times: 1,
    fault: NOT_ALLOWED,
  });
  expect(await client.baseLanguage()).toBeNull();
});

test("choices have their labels, local and shared, and Two Options as 1 and 0", async () => {
  const column = await columnsOfCustomised();
  expect(column("new_products")?.options?.get(100000002)).toBe("Analytics; advanced");
  expect(Object.fromEntries(column("new_segment")?.options ?? [])).toEqual({
    1: "Enterprise",
    2: "Mid-market",
    3: "3",
  });
  expect(Object.fromEntries(column("donotsendmm")?.options ?? [])).toEqual({ 1: "Do Not Send", 0: "Send" });
  expect(column("statecode")?.options?.get(0)).toBe("Active");
});

test("a label is in the user's language, else in any, else the schema name", async () => {
  const column = await columnsOfCustomised();
  expect(column("new_codeinterne")?.label).toBe("Code interne");
  expect(column("new_unlabelled")?.label).toBe("new_Unlabelled");
});

test("calculated, rollup and formula columns are marked; derived and unreadable ones are not listed", async () => {
  const column = await columnsOfCustomised();
  for (const name of ["new_weightedscore", "new_opentickets", "new_displayname"])
    expect(column(name)).toMatchObject({ calculated: true });
  expect(column("revenue")?.calculated).toBe(false);
  for (const name of ["industrycodename", "owneridname", "owneridtype", "isprivate"])
    expect(column(name)).toBeUndefined();
});

test("a lookup's wire name differs from its logical name", async () => {
  const column = await columnsOfCustomised();
  const names = ["ownerid", "new_payer", "name"].map((name) =>
    wireName(column(name) ?? { logicalName: name, type: "" }),
  );
  expect(names).toEqual(["_ownerid_value", "_new_payer_value", "name"]);
});

test("a secured column is readable for administrators, and through a profile, own or a team's", async () => {
  expect(await taxIdFor()).toMatchObject({ secured: true, readable: true });
  expect(await taxIdFor(addReader)).toMatchObject({
    readable: false,
  });
  expect(await taxIdFor(withProfile("user"))).toMatchObject({ secured: true, readable: true });
  expect(await taxIdFor(withProfile("team"))).toMatchObject({ secured: true, readable: true });
});
