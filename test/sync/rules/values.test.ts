// Rules 6 to 10: which values of a record are written to its account.
import { describe, expect, it } from "vitest";
import { createAccount, editAccount } from "../../../src/accounts/store.ts";
import type { ExportedAccount } from "../../../src/accounts/list/export-all.ts";
import { customFields } from "../../../src/accounts/custom-fields.ts";
import { saveTeammate } from "../../../src/teammates/teammates.ts";
import { issueTexts, workspace } from "../../harness/workspace.ts";

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
