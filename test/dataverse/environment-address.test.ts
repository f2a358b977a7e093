import { describe, expect, test } from "vitest";
import { AddressError, normaliseAddress } from "../../src/dataverse/auth/environment-address.ts";

const CONTOSO = "https://contoso.crm4.dynamics.com";
const APP = "0d1c6a2e-1111-4222-8333-444455556666";

test.each([
  "https://contoso.crm4.dynamics.com",
  "https://contoso.crm4.dynamics.com/",
  "  contoso.crm4.dynamics.com ",
  "CONTOSO.CRM4.Dynamics.COM",
  "https://contoso.crm4.dynamics.com.",
  "<https://contoso.crm4.dynamics.com/>",
  "https://contoso.crm4.dynamics.com:443/",
  "\u200Bhttps://contoso.crm4.dynamics.com",
  "https://contoso.api.crm4.dynamics.com/api/data/v9.2/",
  "https://contoso.crm4.dynamics.com/main.aspx#123",
  "https://contoso.crm4.dynamics.com/apps/sales",
  "https://contoso.crm4.dynamics.com/main.aspx?etn=account&pagetype=entityrecord&id=%7bGUID%7d",
])("%j is the environment", (pasted) => {
  expect(normaliseAddress(pasted)).toEqual({
    origin: CONTOSO,
    apiRoot: `${CONTOSO}/api/data/v9.2/`,
    region: "crm4",
  });
});

test.each([
  ["https://a.crm.dynamics.com", "crm"],
  ["https://a.crm9.dynamics.com", "crm9"],
  ["https://a.crm22.dynamics.com", "crm22"],
  ["https://a.crm.microsoftdynamics.us", "gcc-high"],
  ["https://a.api.crm.microsoftdynamics.us", "gcc-high"],
  ["https://a.crm.appsplatform.us", "dod"],
  ["https://a.crm.dynamics.cn", "china"],
])("%s is in %s", (pasted, region) => {
  expect(normaliseAddress(pasted).region).toBe(region);
});

test.each([
  ["", "empty"],
  [" \u200B ", "empty"],
  ["our crm", "garbage"],
  ["contoso", "garbage"],
  ["javascript:alert(1)", "garbage"],
  ["ftp://contoso.crm4.dynamics.com", "garbage"],
  ["http://contoso.crm4.dynamics.com", "not-https"],
  ["https://10.0.0.1", "ip-address"],
  ["https://0x7f000001", "ip-address"],
  ["https://[::1]/", "ip-address"],
  ["http://127.0.0.1:8080", "ip-address"],
  ["https://contoso.crm4.dynamics.com@evil.example", "credentials"],
  ["https://user:pass@contoso.crm4.dynamics.com", "credentials"],
  ["https://crm.contoso.example/Contoso/main.aspx", "self-hosted"],
  ["https://contoso.crm4.dynamics.com.evil.example", "self-hosted"],
  ["https://contosocrm4.dynamics.com", "self-hosted"],
  ["https://a.b.crm4.dynamics.com", "self-hosted"],
  ["https://contoso.crm4.dynamics.com:8443", "self-hosted"],
  ["https://crm4.dynamics.com", "no-organisation"],
  ["https://api.crm4.dynamics.com", "no-organisation"],
  ["https://businesscentral.dynamics.com/tenant/Production", "business-central"],
  ["https://contoso.operations.dynamics.com", "finance-operations"],
  ["https://contoso-uat.sandbox.operations.dynamics.com/?cmp=usmf", "finance-operations"],
  ["https://contosodev.cloudax.dynamics.com", "finance-operations"],
  [`https://make.powerapps.com/environments/${APP}/home`, "maker-portal"],
  ["https://make.gov.powerapps.us", "maker-portal"],
  ["https://admin.powerplatform.microsoft.com/environments", "maker-portal"],
  ["https://home.dynamics.com", "maker-portal"],
  ["https://globaldisco.crm.dynamics.com/api/discovery/v2.0/Instances", "maker-portal"],
  ["https://contoso.powerappsportals.com/profile", "power-pages"],
  ["https://contoso.crm.microsoftdynamics.de", "closed-cloud"],
])("%j is refused as %s, with a sentence of its own", (pasted, code) => {
  const refuse = () => normaliseAddress(pasted);
  expect(refuse).toThrow(AddressError);
  expect(refuse).toThrow(expect.objectContaining({ code, message: expect.stringMatching(/\. .+\.$|\.$/) }));
});

describe("the simulator's origin", () => {
  const simulatorOrigin = "http://127.0.0.1:4711";

  test("is accepted if it is set, with any path, and on no other port", () => {
    const environment = normaliseAddress("127.0.0.1:4711/main.aspx".replace(/^/, "http://"), {
      simulatorOrigin,
    });
    expect(environment).toMatchObject({ origin: simulatorOrigin, region: "simulator" });
    expect(() => normaliseAddress("http://127.0.0.1:4712", { simulatorOrigin })).toThrow(AddressError);
  });

  test.each([
    "http://localhost:4711",
    "https://127.0.0.1:4711",
    "http://10.0.0.1:80",
    "http://127.0.0.1.evil.example:1",
  ])("cannot be set to %s", (setting) => {
    expect(() => normaliseAddress(setting, { simulatorOrigin: setting })).toThrow(AddressError);
  });
});
