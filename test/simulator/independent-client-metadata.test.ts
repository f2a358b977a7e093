// Tests metadata and functions with an independent client, and $metadata with an XML parser.
import { DOMParser, type Element } from "@xmldom/xmldom";
import { describe, expect, test } from "vitest";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { rowsOf } from "./web-api-client.ts";
import { refusalOf, startClient } from "./independent-client.ts";

type Members = Readonly<Record<string, unknown>>;

const ACCOUNT = "LogicalName='account'";
const PICKLIST = "Microsoft.Dynamics.CRM.PicklistAttributeMetadata";

describe("languages", () => {
  test("labels come in all of them, and once more in the user's or else the organisation's", async () => {
    await using session = await startClient((org) => {
      org.provisionLanguage(1031, { industrycode: { label: "Branche" } });
      org.setUiLanguage(org.adminId, 1031);
    });
    const { client, org } = session;
    const labels = async (column: string) => {
      const one = await client.retrieveAttribute<{
        DisplayName: {
          LocalizedLabels: { Label: string; LanguageCode: number }[];
          UserLocalizedLabel: { Label: string } | null;
        };
      }>({ entityKey: ACCOUNT, attributeKey: `LogicalName='${column}'`, select: ["DisplayName"] });
      const { LocalizedLabels: all, UserLocalizedLabel: own } = one.DisplayName;
      return [Object.fromEntries(all.map(({ Label, LanguageCode }) => [LanguageCode, Label])), own?.Label];
    };

    expect(await labels("industrycode")).toEqual([{ 1033: "Industry", 1031: "Branche" }, "Branche"]);
    expect(await labels("websiteurl")).toEqual([{ 1033: "Website" }, "Website"]);
    expect(await client.callFunction({ functionName: "RetrieveProvisionedLanguages" })).toMatchObject({
      RetrieveProvisionedLanguages: [1033, 1031],
    });
    const settings = await client.retrieve<Members>({
      collection: "usersettingscollection",
      key: org.adminId,
      select: ["uilanguageid"],
    });
    expect(settings["uilanguageid"]).toBe(1031);
    const { value } = await client.retrieveMultiple<Members>({
      collection: "organizations",
      select: ["languagecode"],
    });
    expect(value).toMatchObject([{ languagecode: 1033 }]);
  });
});

describe("definitions", () => {
  test("of a table come one by one and as a list", async () => {
    await using session = await startClient();
    const { client } = session;
    const select = ["LogicalName", "EntitySetName", "PrimaryIdAttribute", "ChangeTrackingEnabled"];
    const expected = {
      LogicalName: "account",
      EntitySetName: "accounts",
      PrimaryIdAttribute: "accountid",
      ChangeTrackingEnabled: true,
      MetadataId: "70816501-edb9-4740-a16c-6a5efbc05d84",
    };
    expect(await client.retrieveEntity<Members>({ key: ACCOUNT, select })).toMatchObject(expected);
    const byId = await client.retrieveEntity<Members>({ key: expected.MetadataId, select });
    expect(byId).toMatchObject(expected);
    const found = await client.retrieveEntities<Members>({ select, filter: "LogicalName eq 'account'" });
    expect(found.value).toEqual([expected]);
    const all = await client.retrieveEntities<Members>({ select: ["LogicalName"] });
    expect(all.value.map((one) => one["LogicalName"])).toContain("userquery");
  });

  test("of columns come as a list, narrowed by type, and expanded on their table", async () => {
    await using session = await startClient();
    const { client } = session;
    const select = ["LogicalName", "AttributeTypeName"];
    const all = await client.retrieveAttributes<Members>({ entityKey: ACCOUNT, select });
    expect(all.value).toHaveLength(215);
    const lists = await client.retrieveAttributes<Members>({
      entityKey: ACCOUNT,
      select,
      filter: "AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'",
    });
    expect(lists.value).toHaveLength(20);
    const table = await client.retrieveEntity<{ Attributes: Members[] }>({
      key: ACCOUNT,
      select: ["LogicalName"],
      expand: [{ property: "Attributes", select: ["LogicalName"], filter: "LogicalName eq 'name'" }],
    });
    expect(table.Attributes).toEqual([
      expect.objectContaining({
        "@odata.type": "#Microsoft.Dynamics.CRM.StringAttributeMetadata",
        LogicalName: "name",
      }),
    ]);
  });

  test("of choices come with their options under a cast, and not without one", async () => {
    await using session = await startClient(customiseOrg);
    const { client } = session;
    const request = { entityKey: ACCOUNT, select: ["LogicalName"] };
    const expand = [{ property: "OptionSet", select: ["Options"] }, { property: "GlobalOptionSet" }];
    const cast = await client.retrieveAttributes<Members>({ ...request, castType: PICKLIST, expand });
    expect(cast.value).toHaveLength(22);
    const own = await client.retrieveAttribute<Members>({
      ...request,
      attributeKey: "LogicalName='new_tier'",
      castType: PICKLIST,
      expand,
    });
    expect(own).toMatchObject({
      OptionSet: {
        Options: [{ Value: 808620002, Label: { UserLocalizedLabel: { Label: "Gold" } } }, {}, {}, {}],
      },
      GlobalOptionSet: null,
    });
    const refusal = await refusalOf(client.retrieveAttributes({ ...request, expand }));
    expect([refusal.status, refusal.code]).toEqual([400, "0x80060888"]);
  });

  test("of shared option sets come by name, by id and all together", async () => {
    await using session = await startClient(customiseOrg);
    const { client } = session;
    const all = await client.retrieveGlobalOptionSets<Members>();
    expect(all.value).toMatchObject([
      { "@odata.type": "#Microsoft.Dynamics.CRM.OptionSetMetadata", Name: "new_segment", IsGlobal: true },
    ]);
    const options = [{ Value: 1 }, { Value: 2 }, { Value: 3, Label: { UserLocalizedLabel: null } }];
    const named = await client.retrieveGlobalOptionSet<Members>({ key: "Name='new_segment'" });
    expect(named["Options"]).toMatchObject(options);
    const cast = await client.retrieveGlobalOptionSet<Members>({
      key: String(named["MetadataId"]),
      castType: "Microsoft.Dynamics.CRM.OptionSetMetadata",
      select: ["Name", "Options"],
    });
    expect(cast).toMatchObject({ Name: "new_segment", Options: options });
    const uncast = client.retrieveGlobalOptionSet({ key: "Name='new_segment'", select: ["Options"] });
    expect((await refusalOf(uncast)).code).toBe("0x80060888");
    const missing = await refusalOf(client.retrieveGlobalOptionSet({ key: "Name='nix'" }));
    expect(missing.status).toBe(404);
  });

  test("of a table that is not there are refused", async () => {
    await using session = await startClient();
    const refusal = await refusalOf(session.client.retrieveEntity({ key: "LogicalName='nix'" }));
    expect(refusal.status).toBe(404);
  });
});

describe("functions", () => {
  test("say who calls, which version answers, and how many rows there are", async () => {
    await using session = await startClient((org) => void org.createAccount({ name: "A" }));
    const { client, org } = session;
    expect(await client.callFunction("WhoAmI")).toMatchObject({
      BusinessUnitId: org.businessUnitId,
      UserId: org.adminId,
      OrganizationId: org.id,
    });
    const version: Members = await client.callFunction("RetrieveVersion");
    expect(version["Version"]).toMatch(/^9\.2\./);
    const counted: Members = await client.callFunction({
      name: "RetrieveTotalRecordCount",
      parameters: { EntityNames: ["account", "contact"] },
    });
    expect(counted["EntityRecordCountCollection"]).toEqual({
      Count: 2,
      IsReadOnly: false,
      Keys: ["account", "contact"],
      Values: [1, 0],
    });
  });

  test("bound to a user list the user's privileges", async () => {
    await using session = await startClient();
    const { client, org } = session;
    const response: { RolePrivileges: Members[] } = await client.callFunction({
      collection: "systemusers",
      key: org.adminId,
      name: "Microsoft.Dynamics.CRM.RetrieveUserPrivileges",
    });
    expect(response.RolePrivileges).toContainEqual(
      expect.objectContaining({ PrivilegeName: "prvReadAccount", Depth: "Global" }),
    );
  });
});

describe("$metadata", () => {
  test("is well-formed, and everything it refers to is in it", async () => {
    await using session = await startClient(customiseOrg);
    const xml = await session.client.retrieveCsdlMetadata();
    const types = new Map(elementsOf(parsed(xml), "EntityType").map((one) => [attribute(one, "Name"), one]));
    const sets = elementsOf(parsed(xml), "EntitySet");
    const known = new Set(sets.map((set) => attribute(set, "Name")));
    const dangling = [
      ...sets.filter((set) => !types.has(plain(attribute(set, "EntityType")))),
      ...sets
        .flatMap((set) => elementsOf(set, "NavigationPropertyBinding"))
        .filter((one) => !known.has(attribute(one, "Target"))),
      ...[...types.values()]
        .flatMap((type) => elementsOf(type, "NavigationProperty"))
        .filter((one) => !leadsSomewhere(one, types)),
      ...[...types.values()].filter((type) => !hasItsKey(type, types)),
    ];
    expect([types.size, sets.length]).toEqual([known.size + 2, known.size]);
    expect(dangling.map(String)).toEqual([]);
    for (const type of types.values()) {
      const names = [
        ...propertiesOf(type),
        ...elementsOf(type, "NavigationProperty").map((one) => attribute(one, "Name")),
      ];
      expect(names).toEqual([...new Set(names)]);
    }
  });

  test("names every property of a row", async () => {
    await using session = await startClient((org) => {
      customiseOrg(org);
      org.createAccount({ name: "A" });
    });
    const [row = {}] = rowsOf(await session.api.request("accounts"));
    const account = elementsOf(parsed(await session.client.retrieveCsdlMetadata()), "EntityType").find(
      (one) => attribute(one, "Name") === "account",
    );
    const keys = Object.keys(row).filter((key) => !key.startsWith("@"));
    expect(keys.toSorted()).toEqual(account ? propertiesOf(account).toSorted() : undefined);
  });
});

function parsed(xml: string): Element {
  const parser = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  });
  const root = parser.parseFromString(xml, "text/xml").documentElement;
  if (!root) throw new Error("The document is empty.");
  return root;
}

function elementsOf(parent: Element, name: string): Element[] {
  return [...parent.getElementsByTagName(name)];
}

function attribute(element: Element, name: string): string {
  return element.getAttribute(name) ?? "";
}

/** `Collection(mscrm.account)` → account */
function plain(type: string): string {
  return /mscrm\.(\w+)/.exec(type)?.[1] ?? type;
}

function propertiesOf(type: Element): string[] {
  return elementsOf(type, "Property").map((one) => attribute(one, "Name"));
}

/** Its own properties and those of its base types. */
function allProperties(type: Element | undefined, types: ReadonlyMap<string, Element>): string[] {
  if (!type) return [];
  const base = types.get(plain(attribute(type, "BaseType")));
  return [...propertiesOf(type), ...allProperties(base, types)];
}

function leadsSomewhere(navigation: Element, types: ReadonlyMap<string, Element>): boolean {
  const target = types.get(plain(attribute(navigation, "Type")));
  const properties = allProperties(target, types);
  const constraints = elementsOf(navigation, "ReferentialConstraint");
  return (
    target !== undefined &&
    constraints.every((one) => properties.includes(attribute(one, "ReferencedProperty")))
  );
}

function hasItsKey(type: Element, types: ReadonlyMap<string, Element>): boolean {
  if (attribute(type, "Abstract") === "true") return true;
  const keys = elementsOf(type, "PropertyRef").map((one) => attribute(one, "Name"));
  const base = types.get(plain(attribute(type, "BaseType")));
  if (keys.length === 0)
    return base !== undefined && hasItsKey(base, types) && attribute(base, "Abstract") !== "true";
  return keys.every((key) => propertiesOf(type).includes(key));
}
