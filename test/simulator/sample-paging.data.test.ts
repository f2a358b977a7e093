// Compares Microsoft's printed pages of FetchXML with the simulator's responses over the same rows,
// cookies literally; and tests that what is printed but not simulated is refused.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Org } from "../../simulator/org/org.ts";
import { outsideData } from "../harness/outside-data.ts";
import { member, rowsOf, startWebApi, type WebApiResponse } from "./web-api-client.ts";

const COOKIE = "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
const MORE = "@Microsoft.Dynamics.CRM.morerecords";
const PREFER = {
  prefer:
    'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"',
};

const sample = (file: string): unknown =>
  JSON.parse(readFileSync(outsideData(`reference/dataverse-samples/docs/${file}`), "utf8"));

type Row = Readonly<Record<string, unknown>>;

function printedRows(): Row[] {
  const value = member(sample("fetchxml-page1.json"), "value");
  return Array.isArray(value) ? value : [];
}

/** Adds the three contacts of the first page, and of the second the two that its cookie names. */
function contacts(org: Org): void {
  for (const { contactid, fullname, jobtitle, annualincome } of printedRows()) {
    org.create("contact", {
      contactid: String(contactid),
      fullname: String(fullname),
      jobtitle: String(jobtitle),
      ...(typeof annualincome === "number" ? { annualincome } : {}),
    });
  }
  for (const [contactid, fullname] of [
    ["84bf4d48-34cb-ed11-b596-0022481d68cd", "Susan Burk (sample)"],
    ["80bf4d48-34cb-ed11-b596-0022481d68cd", "Sidney Higa (sample)"],
    ["78bf4d48-34cb-ed11-b596-0022481d68cd", "Scott Konersmann (sample)"],
    ["70bf4d48-34cb-ed11-b596-0022481d68ce", "Robert Lyon (sample)"],
  ]) {
    org.create("contact", { contactid, fullname });
  }
}

function fetchOf(page: number, cookie = ""): string {
  const xml =
    `<fetch count="3" page="${page}"${cookie}><entity name="contact"><attribute name="fullname" /><attribute name="jobtitle" />` +
    '<attribute name="annualincome" /><order attribute="fullname" descending="true" /></entity></fetch>';
  return `contacts?fetchXml=${encodeURIComponent(xml)}`;
}

/** Decodes the inner cookie twice and escapes it, as Microsoft's page says. */
function nextCookie(response: WebApiResponse): string {
  const inner = /pagingcookie="([^"]*)"/.exec(String(member(response.json, COOKIE)))?.[1] ?? "";
  const cookie = decodeURIComponent(decodeURIComponent(inner));
  const escaped = cookie.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return ` paging-cookie="${escaped.replaceAll('"', "&quot;")}"`;
}

describe("printed pages", () => {
  test("the first page of FetchXML has that cookie, context and those members in that order", async () => {
    await using api = await startWebApi(contacts);
    const response = await api.request(fetchOf(1), PREFER);
    const printed = sample("fetchxml-page1.json");
    const context = (json: unknown) => String(member(json, "@odata.context")).replace(/^.*\$metadata/, "");
    expect(member(response.json, COOKIE)).toBe(member(printed, COOKIE));
    expect(member(response.json, MORE)).toBe(true);
    expect(context(response.json)).toBe(context(printed));
    expect(Object.keys(response.json ?? {})).toEqual(Object.keys(printed ?? {}));
    expect(rowsOf(response).map((row) => Object.keys(row))).toEqual(
      printedRows().map((row) => Object.keys(row)),
    );
    // The trailing zeros exist in the text alone.
    expect(response.text).toContain('"annualincome":45000.0000,');
  });

  test("the second page, requested with that cookie, has the printed cookie", async () => {
    await using api = await startWebApi(contacts);
    const first = await api.request(fetchOf(1), PREFER);
    const second = await api.request(fetchOf(2, nextCookie(first)), PREFER);
    const printed = sample("fetchxml-page2-header.json");
    expect([member(second.json, COOKIE), member(second.json, MORE)]).toEqual([
      member(printed, COOKIE),
      member(printed, MORE),
    ]);
    const last = await api.request(fetchOf(3, nextCookie(second)), PREFER);
    expect([rowsOf(last).length, member(last.json, COOKIE), member(last.json, MORE)]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  test("change tracking, of which there are prints, is refused, not ignored", async () => {
    await using api = await startWebApi(contacts);
    const response = await api.request("accounts?$select=name", { prefer: "odata.track-changes" });
    expect(member(sample("delta-initial.json"), "@odata.deltaLink")).toBeDefined();
    expect([response.status, member(response.json, "error", "code")]).toEqual([400, "0x80060888"]);
  });
});
