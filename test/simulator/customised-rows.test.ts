// Tests a customised organisation, with columns of every kind that companies add, in rows, in
// FetchXML, in conditions and in writes.
import { describe, expect, test } from "vitest";
import { customiseOrg } from "../../simulator/org/customise.ts";
import type { Org } from "../../simulator/org/org.ts";
import { columnOf, member, rowsOf, startWebApi, type WebApiClient } from "./web-api-client.ts";

const CRM = "Microsoft.Dynamics.CRM.";
const CONTRACT = "11111111-1111-4111-8111-111111111111";
const ACCOUNT = "22222222-2222-4222-8222-222222222222";
const CONTACT = "33333333-3333-4333-8333-333333333333";
const ANNOTATED = { prefer: 'odata.include-annotations="*"' };
const FORMATTED = "@OData.Community.Display.V1.FormattedValue";

/** Adds one account with a value in every column; the administrator's time zone is UTC+1. */
function addFilledAccount(org: Org): void {
  customiseOrg(org);
  org.utcOffsets.set(org.adminId, 60);
  org.create("contact", { contactid: CONTACT, fullname: "Jo Doe" });
  org.createAccount({
    accountid: ACCOUNT,
    name: "A",
    new_tier: 808620003,
    new_segment: 3,
    new_products: "100000001,100000002",
    new_isstrategic: true,
    new_renewaldate: "2026-05-06",
    new_golive: "2026-03-29T02:30:00Z",
    new_founded: "2020-01-01T23:00:00Z",
    new_healthscore: 87.125,
    new_discount: 0.125,
    new_arr: 1234.5,
    new_responsetime: 90,
    new_csm: org.adminId,
    new_payer: CONTACT,
    new_contract: CONTRACT,
    new_contract_name: "contract.pdf",
    new_logo: "aGk=",
    new_taxid: "DE1",
    new_notes: "<p>Notes</p>",
    new_weightedscore: 5.5,
    new_opentickets: 3,
    new_displayname: "A (x)",
    new_codeinterne: "c",
    new_unlabelled: "u",
    new_supportportal: "https://support.a.example",
  });
}

/** Each value in the response, and as formatted for users; undefined when it is not formatted. */
const VALUES: readonly (readonly [property: string, value: unknown, formatted: string | undefined])[] = [
  ["new_tier", 808620003, "Gold"],
  ["new_products", "100000001,100000002", "Chat, voice; Analytics; advanced"],
  ["new_isstrategic", true, "Strategic"],
  ["new_renewaldate", "2026-05-06", "5/6/2026"],
  // A wall clock time, whatever the Z says: unlike `new_founded`, it does not depend on the user's
  // time zone.
  ["new_golive", "2026-03-29T02:30:00Z", "3/29/2026 2:30 AM"],
  ["new_founded", "2020-01-01T23:00:00Z", "1/2/2020"],
  ["new_healthscore", 87.125, "87.13"],
  ["new_discount", 0.125, "0.1250"],
  ["new_arr", 1234.5, "$1,234.50"],
  ["new_arr_base", 1234.5, "$1,234.50"],
  ["_new_csm_value", expect.any(String), "Admin Contoso"],
  ["_new_payer_value", CONTACT, "Jo Doe"],
  ["new_contract", CONTRACT, undefined],
  ["new_contract_name", "contract.pdf", undefined],
  ["new_logo", "aGk=", undefined],
  [
    "new_logo_url",
    expect.stringMatching(
      /^\/Image\/download\.aspx\?Entity=account&Attribute=new_logo&Id=22222222-.*&Timestamp=\d{18}$/,
    ),
    undefined,
  ],
  ["new_taxid", "DE1", undefined],
  ["new_weightedscore", 5.5, "5.50"],
  ["new_opentickets", 3, "3"],
  ["new_displayname", "A (x)", undefined],
];

describe("rows", () => {
  test("hold every kind of value, formatted where users see another, in OData and FetchXML alike", async () => {
    await using api = await startWebApi(addFilledAccount);
    const columns = VALUES.map(([property]) => `<attribute name="${property.replace(/^_|_value$/g, "")}" />`);
    const fetched = rowsOf(await api.request(fetchOf(columns.join("")), ANNOTATED))[0] ?? {};
    const selected = (
      await api.request(
        `accounts(${ACCOUNT})?$select=${VALUES.map(([property]) => property).join()}`,
        ANNOTATED,
      )
    ).json;
    for (const row of [fetched, selected]) {
      for (const [property, value, formatted] of VALUES) {
        expect([property, member(row, property)]).toEqual([property, value]);
        expect([property, member(row, property + FORMATTED)]).toEqual([property, formatted]);
      }
      expect(member(row, `_new_payer_value@${CRM}lookuplogicalname`)).toBe("contact");
      expect(member(row, `_new_payer_value@${CRM}associatednavigationproperty`)).toBe("new_Payer_contact");
      expect(member(row, `_new_csm_value@${CRM}associatednavigationproperty`)).toBe("new_Csm");
    }
  });

  test("made before the columns are empty in them, later ones start with No", async () => {
    await using api = await startWebApi((org) => {
      org.createAccount({ name: "before" });
      customiseOrg(org);
      org.createAccount({ name: "later" });
    });
    const response = await api.request("accounts?$select=name,new_isstrategic,new_tier&$orderby=name");
    expect(rowsOf(response)).toMatchObject([
      { name: "before", new_isstrategic: null, new_tier: null },
      { name: "later", new_isstrategic: false, new_tier: null },
    ]);
  });

  test("hide a secured column from who has no profile for it, in every way of reading", async () => {
    let user = "";
    await using api = await startWebApi((org) => {
      addFilledAccount(org);
      const role = org.addRole("Reader", { prvReadAccount: "organisation" });
      user = org.addUser({ fullname: "Bo Berg", email: "bo@contoso.example", roles: [role] });
    });
    const as = { as: user };
    expect(columnOf(await api.request("accounts?$select=new_taxid", as), "new_taxid")).toEqual([null]);
    const fetched = rowsOf(await api.request(fetchOf('<attribute name="new_taxid" />'), as));
    expect(Object.keys(fetched[0] ?? {})).toEqual(["@odata.etag", "accountid"]);
    const filtered = await api.request("accounts?$select=name&$filter=new_taxid eq 'DE1'", as);
    expect(member(filtered.json, "error", "code")).toBe("0x8004F506");
  });
});

describe("conditions", () => {
  test.each([
    ["new_tier eq 808620003", true],
    [`${CRM}ContainValues(PropertyName='new_products',PropertyValues=['100000001'])`, true],
    ["new_products eq '100000001,100000002'", true],
    ["new_products eq '100000001'", false],
    ["new_renewaldate eq 2026-05-06", true],
    ["new_renewaldate gt 2026-05-06", false],
    ["new_golive eq 2026-03-29T02:30:00Z", true],
    ["new_discount lt 0.2", true],
    [`_new_payer_value eq ${CONTACT}`, true],
    ["new_Payer_contact/fullname eq 'Jo Doe'", true],
    ["new_Payer_account/name eq 'Jo Doe'", false],
    ["new_Csm/fullname eq 'Admin Contoso'", true],
    ["new_contract ne null", true],
  ])("$filter %s: %s", async (filter, found) => {
    await using api = await startWebApi(addFilledAccount);
    const response = await api.request(`accounts?$select=name&$filter=${encodeURIComponent(filter)}`);
    expect(columnOf(response, "name")).toEqual(found ? ["A"] : []);
  });

  test.each([
    ["new_payer_contact/fullname eq 'Jo Doe'", "new_payer_contact", "account"],
    ["ownerid/fullname eq 'Admin Contoso'", "fullname", "principal"],
  ])("$filter %s is refused: no %s on %s", async (filter, name, type) => {
    await using api = await startWebApi(addFilledAccount);
    const response = await api.request(`accounts?$select=name&$filter=${encodeURIComponent(filter)}`);
    expect(member(response.json, "error", "message")).toBe(
      `Could not find a property named '${name}' on type '${CRM}${type}'.`,
    );
  });

  test.each([
    ['attribute="new_tier" operator="in"><value>808620003</value>', true],
    ['attribute="new_products" operator="contain-values"><value>100000002</value>', true],
    ['attribute="new_products" operator="not-contain-values"><value>100000002</value>', false],
    ['attribute="new_renewaldate" operator="on" value="2026-05-06">', true],
    ['attribute="new_renewaldate" operator="on-or-after" value="2026-05-07">', false],
    // 02:30 wall clock time is on the 29th in every time zone; 23:00 UTC is the next day in UTC+1.
    ['attribute="new_golive" operator="on" value="2026-03-29">', true],
    ['attribute="new_founded" operator="on" value="2020-01-02">', true],
    ['attribute="new_isstrategic" operator="eq" value="1">', true],
    ['attribute="new_csm" operator="eq-userid">', true],
    ['attribute="new_payer" operator="not-null">', true],
    ['attribute="new_contract" operator="not-null">', true],
  ])("<condition %s: %s", async (condition, found) => {
    await using api = await startWebApi(addFilledAccount);
    const response = await api.request(
      fetchOf(`<attribute name="name" /><filter><condition ${condition}</condition></filter>`),
    );
    expect(columnOf(response, "name")).toEqual(found ? ["A"] : []);
  });
});

describe("a wall-clock column", () => {
  // If the Z were believed, 23:00 on 2 January would be 04:30 on the 3rd in Mumbai, where it is 08:34
  // on the 2nd.
  async function inMumbai(): Promise<WebApiClient> {
    return startWebApi((org) => {
      customiseOrg(org);
      org.utcOffsets.set(org.adminId, 330);
      org.createAccount({ name: "A", new_golive: "2026-01-02T23:00:00Z" });
    });
  }

  test.each([
    ['operator="on" value="2026-01-02"', true],
    ['operator="on" value="2026-01-03"', false],
    ['operator="today"', true],
    ['operator="tomorrow"', false],
    ['operator="eq" value="2026-01-02 23:00"', true],
    ['operator="eq" value="2026-01-02T23:00:00Z"', true],
    ['operator="in"><value>2026-01-02 23:00</value></condition', true],
    ['operator="next-x-hours" value="15"', true],
    ['operator="next-x-hours" value="13"', false],
  ])("does not move with the user's time zone: %s", async (condition, found) => {
    await using api = await inMumbai();
    const closed = condition.endsWith("</condition") ? `${condition}>` : `${condition}/>`;
    const response = await api.request(
      fetchOf(`<attribute name="name" /><filter><condition attribute="new_golive" ${closed}</filter>`),
    );
    expect(columnOf(response, "name")).toEqual(found ? ["A"] : []);
  });

  test("does not move in groups and in OData's functions either", async () => {
    await using api = await inMumbai();
    const xml =
      '<fetch aggregate="true"><entity name="account"><attribute name="new_golive" groupby="true" dategrouping="day" alias="day"/>' +
      '<attribute name="accountid" aggregate="count" alias="n"/></entity></fetch>';
    expect(rowsOf(await api.request(`accounts?fetchXml=${encodeURIComponent(xml)}`))).toEqual([
      { day: 2, n: 1 },
    ]);
    const on = (day: string) =>
      api.request(`accounts?$select=name&$filter=${CRM}On(PropertyName='new_golive',PropertyValue='${day}')`);
    expect(columnOf(await on("2026-01-02"), "name")).toEqual(["A"]);
    expect(columnOf(await on("2026-01-03"), "name")).toEqual([]);
  });
});

describe("writes", () => {
  test("take every kind of value as it is read", async () => {
    await using api = await startWebApi(addFilledAccount);
    const response = await api.request(`accounts(${ACCOUNT})`, {
      method: "PATCH",
      prefer: "return=representation",
      body: {
        new_tier: 808620000,
        new_products: "100000003,100000000",
        new_isstrategic: false,
        new_renewaldate: "2027-01-31",
        new_golive: "2027-03-28T02:30:00Z",
        new_arr: 99.5,
        new_logo: null,
        "new_Payer_account@odata.bind": `/accounts(${ACCOUNT})`,
        "new_Csm@odata.bind": null,
        // A calculated column ignores writes.
        new_weightedscore: 1,
      },
    });
    expect(response.json).toMatchObject({
      new_tier: 808620000,
      new_products: "100000000,100000003",
      new_isstrategic: false,
      new_renewaldate: "2027-01-31",
      new_golive: "2027-03-28T02:30:00Z",
      new_arr_base: 99.5,
      new_logo: null,
      new_logoid: null,
      new_logo_url: null,
      _new_payer_value: ACCOUNT,
      _new_csm_value: null,
      new_weightedscore: 5.5,
    });
  });

  test.each([
    [{ new_tier: 1 }, "0x8004431a"],
    [{ new_products: "100000000,7" }, "0x8004431a"],
    [{ new_discount: 2 }, "0x80044330"],
    [{ new_taxid: "x".repeat(41) }, "0x80044331"],
    [{ new_renewaldate: "2027-01-31T00:00:00Z" }, "0x80048d19"],
    [{ new_csm: CONTACT }, "0x80048d19"],
  ])("refuse %j: %s", async (body, code) => {
    await using api = await startWebApi(addFilledAccount);
    const response = await api.request(`accounts(${ACCOUNT})`, { method: "PATCH", body });
    expect([response.status, member(response.json, "error", "code")]).toEqual([400, code]);
  });
});

function fetchOf(inside: string): string {
  return `accounts?fetchXml=${encodeURIComponent(`<fetch><entity name="account">${inside}</entity></fetch>`)}`;
}
