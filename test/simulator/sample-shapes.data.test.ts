// Compares captured responses of live environments with the simulator's to the same kind of
// request: the same members, JSON types and annotations in the same order. Expected differences
// have a reason.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Org } from "../../simulator/org/org.ts";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { outsideData } from "../harness/outside-data.ts";
import { member, rowsOf, startWebApi } from "./web-api-client.ts";
import { differences, objectsIn, shapeOf } from "./json-shapes.ts";

const SAMPLES = outsideData("reference/dataverse-samples");
const CONTACT = "00000000-0000-0000-0000-000000000010";
const ACCOUNT = "00000000-0000-0000-0000-000000000020";
const UNIT = new Org().businessUnitId;
const CRM = "Microsoft.Dynamics.CRM.";
const ATTRIBUTES = "EntityDefinitions(LogicalName='account')/Attributes";
const ANNOTATED = 'odata.include-annotations="*"';
const FORMATTED = "OData.Community.Display.V1.FormattedValue";

const textOf = (file: string): string => readFileSync(join(SAMPLES, file), "utf8");
const sample = (file: string): unknown => JSON.parse(textOf(file));

/**
 * Adds the account and contact of the captures, and custom columns when the request is about them.
 */
function prepare(org: Org, path: string): void {
  if (path.includes("new_")) customiseOrg(org);
  org.create("contact", { contactid: CONTACT, firstname: "Jo", lastname: "Doe", fullname: "Jo Doe" });
  org.createAccount({
    accountid: ACCOUNT,
    name: "Sample Account",
    description: "About it",
    revenue: 5_000_000,
    address1_latitude: 47.63,
    accountcategorycode: 1,
    primarycontactid: CONTACT,
  });
  org.update("contact", CONTACT, { parentcustomerid: ACCOUNT });
  for (let at = 0; at < 9; at += 1) org.create("contact", { fullname: `Jo ${at}`, annualincome: 45_000 });
}

/** Ids, hosts and API versions are not part of the context's shape. */
function contextOf(json: unknown): string {
  return String(member(json, "@odata.context")).replace(/^.*\$metadata/, "$metadata");
}

interface Comparison {
  readonly file: string;
  /** A path below the Web API's root. */
  readonly path: string;
  readonly prefer?: string;
  /** Expected differences. */
  readonly expectedDifferences?: readonly (readonly [difference: RegExp, reason: string])[];
}

const FEW_COLUMNS = [
  /^missing (\/value\/\[\])?\/\w+(@.*)?$/,
  "tables around account hold the columns a reader of accounts may want, not all of them",
] as const;
const NO_RELATIONSHIPS = [
  /^empty \/(OneToMany|ManyToMany|ManyToOne)Relationships$/,
  "relationships are not simulated: what a lookup points to is in its Targets",
] as const;
const NOT_DESCRIBED = [/^empty .*\/Description\/LocalizedLabels$/, "nothing here has a description"] as const;
const NO_CONTEXT = [/^extra \/@odata.context$/, "the capture was published without its context"] as const;

const OPTIONS = "?$select=LogicalName&$expand=OptionSet($select=Options)";
const RELATIONSHIPS = "OneToManyRelationships,ManyToManyRelationships,ManyToOneRelationships";

const COMPARISONS: readonly Comparison[] = [
  { file: "terraform/account-record-full.json", path: `accounts(${ACCOUNT})` },
  {
    file: "terraform/contact-record-full.json",
    path: `contacts(${CONTACT})`,
    expectedDifferences: [FEW_COLUMNS],
  },
  {
    file: "terraform/account-related-contacts.json",
    path: `accounts(${ACCOUNT})/contact_customer_accounts?$select=createdon`,
  },
  { file: "terraform/account-ref.json", path: `accounts(${ACCOUNT})/contact_customer_accounts/$ref` },
  { file: "terraform/whoami.json", path: "WhoAmI" },
  {
    file: "terraform/businessunit-record.json",
    path: `businessunits(${UNIT})`,
    expectedDifferences: [FEW_COLUMNS],
  },
  {
    file: "terraform/systemusers-list.json",
    path: "systemusers?$expand=systemuserroles_association($select=name,roleid,ismanaged,_businessunitid_value)",
    expectedDifferences: [FEW_COLUMNS, NO_CONTEXT],
  },
  { file: "terraform/roles-list.json", path: "roles", expectedDifferences: [FEW_COLUMNS] },
  {
    file: "terraform/organizations-list.json",
    path: "organizations",
    prefer: `odata.include-annotations="${FORMATTED},Microsoft.Dynamics.CRM.lookuplogicalname,Microsoft.Dynamics.CRM.associatednavigationproperty"`,
    expectedDifferences: [
      FEW_COLUMNS,
      [/^extra \/value\/\[\]\/_createdby_value@/, "the captured organisation was created by nobody"],
    ],
  },
  {
    file: "terraform/entitydefinition-account.json",
    path: `EntityDefinitions(LogicalName='account')?$expand=${RELATIONSHIPS}`,
    expectedDifferences: [NO_RELATIONSHIPS, NOT_DESCRIBED],
  },
  {
    file: "terraform/attributes-list-businessunit.json",
    path: "EntityDefinitions(LogicalName='businessunit')/Attributes?$select=LogicalName",
  },
  {
    file: "terraform/attributes-list-mailbox.json",
    // There are no mailboxes here, but the list has the same shape for every table.
    path: "EntityDefinitions(LogicalName='account')/Attributes?$select=LogicalName",
  },
  {
    file: "cblx/picklist-attribute-expand-optionset.single.json",
    path: `${ATTRIBUTES}(LogicalName='new_tier')/${CRM}PicklistAttributeMetadata${OPTIONS}`,
  },
  {
    file: "cblx/status-attributes-expand-optionset.list.json",
    path: `${ATTRIBUTES}/${CRM}StatusAttributeMetadata${OPTIONS}`,
    expectedDifferences: [NOT_DESCRIBED],
  },
  {
    file: "docs/odata-page1-nextlink.json",
    path: "contacts?$select=fullname",
    prefer: "odata.maxpagesize=2",
  },
];

/** Captures that are not compared here, or in another file. */
const NOT_COMPARED: readonly (readonly [files: RegExp, reason: string])[] = [
  [/^powerfx\//, "a connector's envelope, not the Web API's"],
  [
    /^rnwood\/.*\.xml$/,
    "the organisation service's envelope; sample-metadata.data.test.ts reads the same facts from JSON",
  ],
  [/^rnwood\/.*\.json$/, "sample-metadata.data.test.ts"],
  [/^docs\/fetchxml-/, "sample-paging.data.test.ts"],
  [/^docs\/delta-/, "change tracking is not simulated: sample-paging.data.test.ts sees it refused"],
  [/^docs\/odata-page2/, "the second page of the first"],
  [/error-403-user-not-member/, "a test of its own below"],
];

describe("captured answers", () => {
  test("are all compared or listed with a reason", () => {
    const files = ["cblx", "docs", "powerfx", "rnwood", "terraform"].flatMap((folder) =>
      readdirSync(join(SAMPLES, folder)).map((file) => `${folder}/${file}`),
    );
    const unseen = files.filter(
      (file) =>
        !COMPARISONS.some((compared) => compared.file === file) &&
        !NOT_COMPARED.some(([known]) => known.test(file)),
    );
    expect(unseen).toEqual([]);
  });

  test.each(COMPARISONS)("$file", async ({ file, path, prefer, expectedDifferences = [] }) => {
    await using api = await startWebApi((org) => prepare(org, path));
    const response = await api.request(path, prefer === undefined ? {} : { prefer });
    const found = differences(shapeOf(sample(file)), shapeOf(response.json));
    expect(
      found.filter((line) => !expectedDifferences.some(([difference]) => difference.test(line))),
    ).toEqual([]);
    // An expected difference that does not occur is out of date.
    expect(
      expectedDifferences.filter(([difference]) => !found.some((line) => difference.test(line))),
    ).toEqual([]);
  });

  test.each(COMPARISONS.filter(({ expectedDifferences }) => !expectedDifferences?.includes(NO_CONTEXT)))(
    "$file: the context says the same",
    async ({ file, path, prefer }) => {
      await using api = await startWebApi((org) => prepare(org, path));
      const response = await api.request(path, prefer === undefined ? {} : { prefer });
      const expected = contextOf(sample(file)).replace(/'(some_entity|mailbox)'/, "'account'");
      expect(contextOf(response.json)).toBe(expected);
    },
  );

  test("annotations come before their value, in one order", async () => {
    await using api = await startWebApi((org) => prepare(org, ""));
    const rows = [
      ...rowsOf(await api.request("accounts", { prefer: ANNOTATED })),
      ...rowsOf(await api.request("organizations", { prefer: ANNOTATED })),
    ];
    const ours = rows.flatMap(annotationRuns);
    const theirs = objectsIn(sample("terraform/organizations-list.json")).flatMap(annotationRuns);
    expect(theirs.length).toBeGreaterThan(300);
    expect(new Set(ours)).toEqual(new Set(theirs));
  });

  test("a full row has its empty columns last, and numbers keep their digits", async () => {
    await using api = await startWebApi((org) => prepare(org, ""));
    const response = await api.request(`accounts(${ACCOUNT})`);
    const text = textOf("terraform/account-record-full.json");
    for (const name of ["revenue", "revenue_base", "exchangerate", "address1_latitude", "versionnumber"]) {
      expect([name, digitsOf(response.text, name)]).toEqual([name, digitsOf(text, name)]);
    }
    expect(emptyColumnsAreLast(response.json)).toBe(emptyColumnsAreLast(JSON.parse(text)));
  });

  test("values are formatted for people as there", async () => {
    await using api = await startWebApi();
    const [theirs = {}] = objectsIn(member(sample("terraform/organizations-list.json"), "value"));
    const [ours = {}] = rowsOf(await api.request("organizations", { prefer: ANNOTATED }));
    const pattern = (value: unknown) => String(value).replace(/\d+/g, "9").replace(/[AP]M/, "AM");
    for (const name of ["createdon", "fiscalcalendarstart", "versionnumber", "expirechangetrackingindays"]) {
      const key = `${name}@${FORMATTED}`;
      expect([key, pattern(ours[key])]).toEqual([key, pattern(theirs[key])]);
    }
    for (const name of [
      "languagecode",
      "localeid",
      "maxrecordsforexporttoexcel",
      "_basecurrencyid_value",
      "fiscalperiodtype",
    ]) {
      const key = `${name}@${FORMATTED}`;
      expect([key, ours[key]]).toEqual([key, theirs[key]]);
    }
  });

  test("a caller who is no user is refused as there", async () => {
    await using api = await startWebApi();
    const user = api.org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example" });
    const token = await api.accessToken(user);
    api.org.remove("systemuser", user);
    const response = await api.request("WhoAmI", { headers: { authorization: `Bearer ${token}` } });
    const refused = sample("terraform/error-403-user-not-member.json");
    expect({ _status: response.status, _body: response.json }).toEqual(refused);
  });
});

/**
 * Returns what comes before the value of each annotated property:
 * `FormattedValue,lookuplogicalname` …
 */
function annotationRuns(row: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(row).filter((name) => !name.startsWith("@"));
  return names.flatMap((name, at) => {
    if (name.includes("@") || !names[at - 1]?.startsWith(`${name}@`)) return [];
    const before = names.slice(0, at).filter((other) => other.startsWith(`${name}@`));
    const together = before.every((other, index) => other === names[at - before.length + index]);
    return [`${before.map((other) => other.slice(name.length + 1)).join()}${together ? "" : " apart"}`];
  });
}

/** Returns the number of decimals of a number in JSON text. */
function digitsOf(text: string, name: string): number | undefined {
  const number = new RegExp(`"${name}"\\s*:\\s*-?\\d+(?:\\.(\\d+))?`).exec(text);
  return number ? (number[1]?.length ?? 0) : undefined;
}

function emptyColumnsAreLast(row: unknown): boolean {
  const values = Object.values(objectsIn(row)[0] ?? {});
  return values.slice(values.indexOf(null)).every((value) => value === null);
}
