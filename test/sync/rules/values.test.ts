// Rules 6 to 10: which values of a record are written to its account.
import { describe, expect, it } from "vitest";
import { createAccount, editAccount } from "../../../src/accounts/store.ts";
import type { ExportedAccount } from "../../../src/accounts/list/export-all.ts";
import { customFields } from "../../../src/accounts/custom-fields.ts";
import { saveTeammate } from "../../../src/teammates/teammates.ts";
import { planReport } from "../../../src/cli/output/plan-report.ts";
import { runSync } from "../../../src/sync/run.ts";
import { issueTexts, workspace, type Workspace } from "../../harness/workspace.ts";

function withDomains({ name, domains }: ExportedAccount): string {
  return `${name}: ${domains.toSorted().join(" ")}`;
}

describe("rule 6: domains", () => {
  it("come from website and e-mail in mapping order, except for common, own and invalid ones", async () => {
    const space = await workspace();
    space.org.createAccount({
      name: "Acme",
      websiteurl: "https://www.acme.co.uk/about, http://10.0.0.1/, www.ourcompany.com",
      emailaddress1: "acme@gmail.com",
      description: "kept",
    });

    const run = await space.sync();

    expect(await space.account("Acme")).toMatchObject({ domains: ["acme.co.uk"], description: "kept" });
    expect(issueTexts(await space.issues(run.id))).toEqual([
      "domain-common Acme gmail.com",
      expect.stringMatching(/^domain-invalid Acme .*10\.0\.0\.1/),
      "domain-own Acme ourcompany.com",
    ]);
  });

  it("are all found between any separators, and words of prose beside them are no issue", async () => {
    const space = await workspace();
    const websites = {
      Acme: "acme.com / acme.de",
      Bravo: "bravo.com/,bravo.fr/",
      Charlie: "a@charlie.com/b@charlie.de",
      Delta: "delta.com|delta.de",
      Echo: "see our page at echo.com please",
      Foxtrot: "we have no page yet",
    };
    for (const [name, websiteurl] of Object.entries(websites)) space.org.createAccount({ name, websiteurl });

    const run = await space.sync();

    expect((await space.accounts()).map(withDomains)).toEqual([
      "Acme: acme.com acme.de",
      "Bravo: bravo.com bravo.fr",
      "Charlie: charlie.com charlie.de",
      "Delta: delta.com delta.de",
      "Echo: echo.com",
      "Foxtrot: ",
    ]);
    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-invalid Foxtrot we have no page yet"]);
  });

  it("leave out placeholders and pages on other people's sites, but not the sites' own domains", async () => {
    const space = await workspace();
    const websites = {
      Acme: "linkedin.com/company/acme",
      Bravo: "https://sites.google.com/view/bravo",
      Charlie: "noemail@noemail.com",
      Facebook: "https://www.facebook.com",
      LinkedIn: "jane@linkedin.com",
    };
    for (const [name, websiteurl] of Object.entries(websites)) space.org.createAccount({ name, websiteurl });

    const run = await space.sync();

    expect((await space.accounts()).map(withDomains)).toEqual([
      "Acme: ",
      "Bravo: ",
      "Charlie: ",
      "Facebook: facebook.com",
      "LinkedIn: linkedin.com",
    ]);
    expect(issueTexts(await space.issues(run.id))).toEqual([
      "domain-common Acme linkedin.com",
      "domain-common Bravo sites.google.com",
      "domain-common Charlie noemail.com",
    ]);
  });

  it("of a linked account are replaced by the accepted ones, possibly none", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Acme", websiteurl: "acme.com acme.org" });
    await space.sync();
    space.org.updateAccount(id, { websiteurl: null });

    await space.sync();

    expect((await space.account("Acme")).domains).toEqual([]);
  });
});

const OWNED = {
  mapping: {
    name: "name",
    domains: [],
    fields: [{ column: "ownerid", field: "Owner", type: "teammate" as const }],
  },
};

describe("rule 7: teammates", () => {
  it("finds the owner's teammate by e-mail, whatever its case", async () => {
    const space = await workspace();
    await saveTeammate(space.database.kysely, { email: "Dana@OurCompany.com" });
    const dana = space.org.addUser({ fullname: "Dana Ruiz", email: "dana@ourcompany.COM" });
    space.org.createAccount({ name: "Acme", ownerid: dana });

    const run = await space.sync(OWNED);

    expect((await space.account("Acme")).fields).toMatchObject({ Owner: "dana@ourcompany.com" });
    expect(run.issues).toEqual({});
  });

  it("finds the owner's teammate by the sign-in name, if none has the e-mail address", async () => {
    const space = await workspace();
    await saveTeammate(space.database.kysely, { email: "flast@ourcompany.com" });
    const ownerid = space.org.addUser({
      fullname: "First Last",
      email: "first.last@ourcompany.com",
      domainname: "FLast@ourcompany.com",
    });
    space.org.createAccount({ name: "Acme", ownerid });

    const run = await space.sync(OWNED);

    expect((await space.account("Acme")).fields).toMatchObject({ Owner: "flast@ourcompany.com" });
    expect(run.issues).toEqual({});
  });

  it("notes two users who are one teammate, and a user who could be two, without dropping anything", async () => {
    const space = await workspace();
    for (const email of ["ada@ourcompany.com", "al@ourcompany.com"])
      await saveTeammate(space.database.kysely, { email });
    const ada = space.org.addUser({
      fullname: "Ada",
      email: "ada@ourcompany.com",
      domainname: "al@ourcompany.com",
    });
    space.org.addUser({ fullname: "Ada Admin", email: "ada@ourcompany.com" });
    space.org.createAccount({ name: "Acme", ownerid: ada });

    const first = await space.sync(OWNED);
    space.org.disableUser(ada);
    const second = await space.sync(OWNED);

    expect(await space.issues(first.id)).toMatchObject([
      {
        kind: "teammate-ambiguous",
        recordId: null,
        value: "Ada (ada@ourcompany.com, signs in as al@ourcompany.com)",
      },
      { kind: "teammate-shared", recordId: null, value: "ada@ourcompany.com (Ada, Ada Admin)" },
    ]);
    expect(first).toMatchObject({ created: 1, skipped: 0 });
    expect(second.issues).toEqual({ "teammate-not-found": 1 });
  });

  it("leaves the field empty for a team, a disabled user or somebody who is no teammate, with an issue", async () => {
    const space = await workspace();
    await saveTeammate(space.database.kysely, { email: "left@ourcompany.com" });
    const left = space.org.addUser({
      fullname: "Left Long Ago",
      email: "left@ourcompany.com",
      disabled: true,
    });
    space.org.createAccount({ name: "One", ownerid: left });
    space.org.createAccount({ name: "Two", ownerid: space.org.addTeam({ name: "Sales" }) });
    space.org.createAccount({
      name: "Three",
      ownerid: space.org.addUser({ fullname: "Not Here", email: "x@elsewhere.com" }),
    });

    const run = await space.sync(OWNED);

    expect(run.issues).toEqual({ "teammate-not-found": 3 });
    expect((await space.accounts()).map((account) => account.fields["Owner"])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("fills the field once the teammate joins, although nothing changed at the source", async () => {
    const space = await workspace();
    const dana = space.org.addUser({ fullname: "Dana Ruiz", email: "dana@ourcompany.com" });
    space.org.createAccount({ name: "Acme", ownerid: dana });
    await space.sync(OWNED);
    await saveTeammate(space.database.kysely, { email: "dana@ourcompany.com" });

    const run = await space.sync(OWNED);

    expect(run).toMatchObject({ updated: 1, issues: {} });
  });
});

describe("rule 8: values", () => {
  it("of blanks alone are empty, and clear what was there", async () => {
    const space = await workspace();
    const mapping = {
      name: "name",
      description: "description",
      domains: [],
      fields: [{ column: "address1_city", field: "City", type: "text" as const }],
    };
    const id = space.org.createAccount({ name: "Acme", description: "Maker", address1_city: "Rome" });
    await space.sync({ mapping });
    space.org.updateAccount(id, { description: " \u200b\r\n", address1_city: "\u3164 \u00a0" });

    const run = await space.sync({ mapping });

    expect(run).toMatchObject({ updated: 1 });
    expect(await space.account("Acme")).toMatchObject({ description: null, fields: {} });
  });

  it("fills a field under no second spelling of its name", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    const text = (field: string) => ({
      mapping: {
        name: "name",
        domains: [],
        fields: [{ column: "industrycode", field, type: "text" as const }],
      },
    });
    await space.sync(text("Industry"));

    await expect(space.sync(text("industry"))).rejects.toThrow('There is a field "Industry" already.');

    const { rows } = await space.database.pool.query("select name from custom_fields");
    expect(rows).toEqual([{ name: "Industry" }]);
  });

  it("are labels, plain decimals, ISO dates, numbers and yes or no", async () => {
    const space = await workspace();
    space.org.createAccount({
      name: "Acme",
      industrycode: 1,
      revenue: 5_000_000,
      numberofemployees: 25,
      donotemail: true,
      lastonholdtime: "2024-06-12T14:13:25Z",
    });
    const fields = [
      { column: "industrycode", field: "Industry", type: "text" as const },
      { column: "revenue", field: "Revenue", type: "text" as const },
      { column: "numberofemployees", field: "Employees", type: "number" as const },
      { column: "donotemail", field: "Mail", type: "text" as const },
      { column: "donotemail", field: "No mail", type: "boolean" as const },
      { column: "lastonholdtime", field: "On hold", type: "datetime" as const },
    ];

    await space.sync({ mapping: { name: "name", domains: [], fields } });

    expect((await space.account("Acme")).fields).toEqual({
      Industry: "Accounting",
      Revenue: "5000000",
      Employees: 25,
      Mail: "Do Not Allow",
      "No mail": true,
      "On hold": "2024-06-12T14:13:25Z",
    });
  });

  it("updates the renamed label of a choice in the next full run", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme", industrycode: 1 });
    await space.sync();
    space.org.renameChoice("industrycode", 1, "Bookkeeping");

    const run = await space.sync();

    expect(run).toMatchObject({ updated: 1 });
    expect((await space.account("Acme")).fields).toMatchObject({ Industry: "Bookkeeping" });
  });
});

const EXACT = {
  mapping: {
    name: "name",
    domains: [],
    fields: [
      { column: "new_exact", field: "Exact", type: "text" as const },
      { column: "new_exact", field: "Number", type: "number" as const },
    ],
  },
};

/** A selection whose query is too long for a URL, so that it is sent in a batch. */
function longView({ org }: Workspace): string {
  const names = Array.from({ length: 400 }, (_, n) => `<value>${"x".repeat(60)} ${n}</value>`).join("");
  return org.addView({
    kind: "personal",
    name: "Long",
    fetchxml: `<fetch><entity name="account"><attribute name="name"/><filter><condition attribute="name" operator="not-in">${names}</condition></filter></entity></fetch>`,
  });
}

async function exactWorkspace(): Promise<Workspace> {
  const space = await workspace();
  space.org.addColumn({ schemaName: "new_Exact", type: "Decimal", label: "Exact", precision: 10 });
  return space;
}

describe("rule 8: numbers", () => {
  it("become text with every digit, and the same text whichever way the row came", async () => {
    const space = await exactWorkspace();
    const view = { kind: "view" as const, view: longView(space) };
    space.org.createAccount({ name: "Acme", new_exact: "12345678901.0123456789" });
    space.org.createAccount({ name: "Bolt", new_exact: "5000000.0000000000" });

    const created = await space.sync(EXACT);
    const inBatch = await space.sync({ ...EXACT, selection: view });
    const changes = await runSync(space.context({ ...EXACT, selection: view }), "changes");

    expect([created.created, inBatch.unchanged, changes.unchanged]).toEqual([2, 2, 2]);
    expect((await space.account("Acme")).fields["Exact"]).toBe("12345678901.0123456789");
    expect((await space.account("Bolt")).fields).toEqual({ Exact: "5000000", Number: 5_000_000 });
    expect(issueTexts(await space.issues(created.id))).toEqual([
      "number-rounded Acme Number 12345678901.012346",
    ]);
  });

  it("that differ only beyond the double are another value, which a changes-only run finds", async () => {
    const space = await exactWorkspace();
    const id = space.org.createAccount({ name: "Acme", new_exact: "12345678901.0123456789" });
    await space.sync(EXACT);
    space.org.updateAccount(id, { new_exact: "12345678901.0123456788" });

    const run = await runSync(space.context(EXACT), "changes");

    expect(run).toMatchObject({ updated: 1 });
    expect((await space.account("Acme")).fields["Exact"]).toBe("12345678901.0123456788");
    expect(await space.sync(EXACT)).toMatchObject({ unchanged: 1 });
  });

  it("that a double holds are not rounded, however many zeros they are sent with", async () => {
    const space = await exactWorkspace();
    space.org.createAccount({ name: "Acme", new_exact: "1500000000000.00" });

    const run = await space.sync(EXACT);

    expect(run).toMatchObject({ created: 1, issues: {} });
    expect((await space.account("Acme")).fields).toEqual({ Exact: "1500000000000", Number: 1.5e12 });
  });

  it("of more than 400 digits are no text", async () => {
    const space = await workspace();
    space.org.addColumn({ schemaName: "new_Measure", type: "Double", label: "Measure" });
    space.org.createAccount({ name: "Acme", new_measure: "1e400" });
    const fields = [{ column: "new_measure", field: "Measure", type: "text" as const }];

    const run = await space.sync({ mapping: { name: "name", domains: [], fields } });

    expect(run.issues).toEqual({ "value-invalid": 1 });
    expect((await space.account("Acme")).fields).toEqual({});
  });
});

const DATES = {
  mapping: {
    name: "name",
    domains: [],
    fields: [
      { column: "new_renewal", field: "Renewal", type: "datetime" as const },
      { column: "new_golive", field: "Go-live", type: "datetime" as const },
      { column: "new_golive", field: "Go-live text", type: "text" as const },
      { column: "lastonholdtime", field: "On hold", type: "datetime" as const },
      { column: "lastusedincampaign", field: "Campaign", type: "datetime" as const },
      { column: "lastusedincampaign", field: "Campaign text", type: "text" as const },
    ],
  },
};

async function datesWorkspace(): Promise<Workspace> {
  const space = await workspace();
  const date = { type: "DateTime" } as const;
  space.org.addColumn({ ...date, schemaName: "new_Renewal", format: "DateOnly", dateBehavior: "DateOnly" });
  space.org.addColumn({
    ...date,
    schemaName: "new_GoLive",
    format: "DateAndTime",
    dateBehavior: "TimeZoneIndependent",
  });
  return space;
}

describe("rule 8: dates", () => {
  it("are a date, a wall clock or an instant, by the behaviour of their column", async () => {
    const space = await datesWorkspace();
    space.org.createAccount({
      name: "Acme",
      new_renewal: "2015-01-01",
      new_golive: "2015-01-01T09:30:00Z",
      lastonholdtime: "2015-01-01T09:30:00Z",
      lastusedincampaign: "2014-12-31T23:00:00Z",
    });

    await space.sync(DATES, { timeZone: "Europe/Berlin" });

    const { rows } = await space.database.pool.query(`
      select f.name, value #>> '{}' as value, f.date_format
      from accounts, jsonb_each(fields) join custom_fields f on f.id = key::int
      order by f.id`);
    expect(rows.map(Object.values)).toEqual([
      ["Renewal", "2015-01-01", "date-and-time"],
      ["Go-live", "2015-01-01T09:30:00", "date-and-time"],
      ["Go-live text", "2015-01-01T09:30:00", "date-and-time"],
      ["On hold", "2015-01-01T09:30:00Z", "date-and-time"],
      ["Campaign", "2014-12-31T23:00:00Z", "date"],
      ["Campaign text", "2015-01-01", "date-and-time"],
    ]);
    expect(await space.sync(DATES, { timeZone: "Europe/Berlin" })).toMatchObject({ unchanged: 1 });
  });

  it("that version 0.1.0 stored with a time are updates, which the plan shows", async () => {
    const space = await datesWorkspace();
    space.org.createAccount({
      name: "Acme",
      new_renewal: "2015-01-01",
      new_golive: "2015-01-01T09:30:00Z",
    });
    await space.sync(DATES);
    await space.database.pool.query(`
      update accounts set fields = (
        select jsonb_object_agg(key, case value #>> '{}'
          when '2015-01-01' then '"2015-01-01T00:00:00Z"'
          when '2015-01-01T09:30:00' then '"2015-01-01T09:30:00Z"'
          else value end)
        from jsonb_each(fields))`);
    await space.database.pool.query("update account_links set fingerprint = 0");

    const run = await space.plan(DATES);

    const [change] = await space.changes(run.id);
    expect(change!.values).toEqual([
      {
        field: "Renewal",
        before: "2015-01-01T00:00:00Z",
        after: "2015-01-01",
        dateFormat: "date-and-time",
      },
      {
        field: "Go-live",
        before: "2015-01-01T09:30:00Z",
        after: "2015-01-01T09:30:00",
        dateFormat: "date-and-time",
      },
      { field: "Go-live text", before: "2015-01-01T09:30:00Z", after: "2015-01-01T09:30:00" },
    ]);
    const report = planReport(run, [change!], "America/New_York");
    expect(report.join("\n")).toContain("31 Dec 2014, 19:00 UTC\u22125 → 1 Jan 2015");
  });
});

describe("text that PostgreSQL cannot hold", () => {
  it("loses U+0000 and half surrogate pairs, and nothing else", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Ac\0me \ud83d", description: "cut \ud83d" });

    const run = await space.sync();

    expect(run).toMatchObject({ created: 1 });
    expect(await space.accounts()).toMatchObject([{ name: "Acme \ufffd", description: "cut \ufffd" }]);
    expect(await space.sync()).toMatchObject({ unchanged: 1, updated: 0 });
  });
});

describe("rule 9: the name", () => {
  it.each([
    ["empty", null],
    ["blank", " \t "],
  ])("must not be %s: the record is skipped", async (_, name) => {
    const space = await workspace();
    space.org.createAccount({ name, websiteurl: "acme.com" });

    const run = await space.sync();

    expect(run).toMatchObject({ read: 1, skipped: 1, issues: { "name-empty": 1 } });
    expect(await space.accounts()).toEqual([]);
  });

  it("that becomes blank leaves the linked account unchanged", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Acme", websiteurl: "acme.com" });
    await space.sync();
    space.org.updateAccount(id, { name: "", websiteurl: "other.com" });

    const run = await space.sync();

    expect(run).toMatchObject({ skipped: 1, updated: 0 });
    expect((await space.account("Acme")).domains).toEqual(["acme.com"]);
  });

  it("is stored as sent", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "  Änderung\u00a0GmbH " });

    await space.sync();

    expect((await space.accounts())[0]!.name).toBe("  Änderung\u00a0GmbH ");
  });
});

describe("rule 10: Dynamics wins on mapped fields", () => {
  it("undoes an edit here in the next run, and does not change unmapped fields", async () => {
    const space = await workspace();
    const notes = await space.database.kysely
      .insertInto("custom_fields")
      .values({ name: "Notes", type: "text" })
      .returning("id")
      .executeTakeFirstOrThrow();
    space.org.createAccount({ name: "Acme", numberofemployees: 25, websiteurl: "acme.com" });
    await space.sync();
    const employees = (await customFields(space.database.kysely)).find(
      (field) => field.name === "Employees",
    )!;
    await editAccount(
      space.database,
      await space.numberOf("Acme"),
      { fields: { [employees.id]: 7, [notes.id]: "ours" }, domains: ["wrong.com"] },
      { kind: "api" },
      space.clock.now(),
    );

    const run = await space.sync();

    expect(run).toMatchObject({ updated: 1 });
    expect(await space.account("Acme")).toMatchObject({
      domains: ["acme.com"],
      fields: { Employees: 25, Notes: "ours" },
    });
  });

  it("clears a field whose value is gone", async () => {
    const space = await workspace();
    const id = space.org.createAccount({ name: "Acme", description: "Old", industrycode: 1 });
    await space.sync();
    space.org.updateAccount(id, { description: null, industrycode: null });

    await space.sync();

    expect(await space.account("Acme")).toMatchObject({ description: null });
    expect((await space.account("Acme")).fields).not.toHaveProperty("Industry");
  });

  it("links an account that was here before, and does not change what is not mapped", async () => {
    const space = await workspace();
    await createAccount(
      space.database,
      { name: "acme", description: "by hand", domains: ["acme.com"], origin: "manual" },
      { kind: "api" },
      space.clock.now(),
    );
    space.org.createAccount({ name: "Acme" });

    await space.sync({ mapping: { name: "name", domains: [], fields: [] } });

    expect(await space.accounts()).toMatchObject([
      { name: "Acme", description: "by hand", domains: ["acme.com"] },
    ]);
  });
});

describe("rule 9: the name", () => {
  it.each([["\u200b"], ["\u3164"], ["\u00ad\ufe0f \u0001"]])(
    "is blank if nothing of it shows: %j",
    async (name) => {
      const space = await workspace();
      space.org.createAccount({ name });

      const run = await space.sync();

      expect(run).toMatchObject({ created: 0, skipped: 1, issues: { "name-empty": 1 } });
    },
  );
});
