// Rules 1 to 5: which account a record is matched to.
import { describe, expect, it } from "vitest";
import { createAccount, editAccount } from "../../../src/accounts/store.ts";
import { LATER, issueTexts, workspace, type Workspace } from "../../harness/workspace.ts";

const ACME = { name: "Acme", websiteurl: "https://www.acme.com/" };
const WITHOUT_DOMAIN = { options: { allowDuplicateNames: false, onDomainTaken: "without-domain" as const } };

function createManually(
  space: Workspace,
  account: { name: string; domains?: string[]; externalId?: string },
): Promise<number> {
  return createAccount(space.database, { origin: "manual", ...account }, { kind: "api" }, space.clock.now());
}

describe("rule 1: a Link ties a record to an account", () => {
  it("keeps the link when record and account are renamed", async () => {
    const space = await workspace();
    const id = space.org.createAccount(ACME);
    await space.sync();
    await editAccount(
      space.database,
      await space.numberOf("Acme"),
      { name: "Our Acme" },
      { kind: "api" },
      space.clock.now(),
    );
    space.org.updateAccount(id, { name: "Acme Holding", websiteurl: null });

    const run = await space.sync();

    expect(run).toMatchObject({ created: 0, updated: 1 });
    expect(await space.accounts()).toMatchObject([
      { name: "Acme Holding", externalId: id.toLowerCase(), origin: "dynamics" },
    ]);
  });

  it("mirrors the record's id, in lower case, as externalId of an account that was here before", async () => {
    const space = await workspace();
    await createManually(space, { name: "acme" });
    const id = space.org.createAccount({ ...ACME, accountid: "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE" });

    await space.sync();

    expect(await space.accounts()).toMatchObject([{ externalId: id.toLowerCase(), origin: "manual" }]);
  });
});

describe("a name that differs in invisible characters alone", () => {
  it.each([["Acme\u200b Ltd"], ["\ufeffAcme\u00ad Ltd\u202c"], ["Acme\u0001 Ltd"]])(
    "is the same name: %j links to the account, which takes the name as sent",
    async (name) => {
      const space = await workspace();
      await createManually(space, { name: "Acme Ltd" });
      space.org.createAccount({ name });

      const run = await space.sync();

      expect(run).toMatchObject({ created: 0, linked: 1 });
      expect(await space.accounts()).toMatchObject([{ name }]);
    },
  );

  it("is in use if the other is linked, and a second run plans nothing", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme Ltd" });
    space.org.createAccount({ name: "Acme\u2060 Ltd" });

    const first = await space.sync();
    const second = await space.sync();

    expect(first).toMatchObject({ created: 1, skipped: 1, issues: { "name-in-use": 1 } });
    expect(second).toMatchObject({ created: 0, linked: 0, updated: 0, unchanged: 1, skipped: 1 });
  });
});

describe("rule 2: the same externalId from another origin", () => {
  it.each([["as it is"], ["in braces and capitals"]])("is reported and not synced (%s)", async (form) => {
    const space = await workspace();
    const id = space.org.createAccount(ACME);
    const written = form === "as it is" ? id : `{${id.toUpperCase()}}`;
    await createAccount(
      space.database,
      { name: "From the API", origin: "api", externalId: written },
      { kind: "api" },
      space.clock.now(),
    );

    const run = await space.sync();

    expect(run).toMatchObject({ read: 1, skipped: 1, created: 0, linked: 0 });
    expect(issueTexts(await space.issues(run.id))).toEqual(["linked-to-other-source Acme"]);
  });

  it("makes an account with any externalId of another origin count as linked elsewhere", async () => {
    const space = await workspace();
    await createManually(space, { name: "Somebody", domains: ["acme.com"], externalId: "crm-7" });
    space.org.createAccount(ACME);

    const run = await space.sync();

    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-linked-elsewhere Acme acme.com"]);
  });
});

describe("rule 3: by domain", () => {
  it("links the unlinked account that has the first domain that is in use, and updates it", async () => {
    const space = await workspace();
    await createManually(space, { name: "ACME Incorporated", domains: ["acme.com", "old-acme.com"] });
    space.org.createAccount({ ...ACME, emailaddress1: "info@acme.org" });

    const run = await space.sync();

    expect(run).toMatchObject({ linked: 1, created: 0 });
    expect(await space.accounts()).toMatchObject([
      { name: "Acme", domains: ["acme.com", "acme.org"], origin: "manual" },
    ]);
    expect(await space.changes(run.id)).toMatchObject([{ action: "link", rule: "domain" }]);
  });

  it("skips the whole record when that account is linked elsewhere", async () => {
    const space = await workspace();
    space.org.createAccount(ACME);
    space.org.createAccount({ name: "Acme Berlin", websiteurl: "acme.com", ...LATER });

    const run = await space.sync();

    expect(run).toMatchObject({ created: 1, skipped: 1 });
    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-linked-elsewhere Acme Berlin acme.com"]);
    expect((await space.accounts()).map((account) => account.name)).toEqual(["Acme"]);
  });

  it("with without-domain omits that domain and matches by name", async () => {
    const space = await workspace();
    space.org.createAccount(ACME);
    space.org.createAccount({
      name: "Acme Berlin",
      websiteurl: "acme.com",
      emailaddress1: "x@acme.de",
      ...LATER,
    });

    const run = await space.sync(WITHOUT_DOMAIN);

    expect(run).toMatchObject({ created: 2, skipped: 0 });
    expect((await space.account("Acme Berlin")).domains).toEqual(["acme.de"]);
    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-taken Acme Berlin acme.com"]);
  });

  it("omits a domain of another account from a linked one, and syncs the rest", async () => {
    const space = await workspace();
    space.org.createAccount(ACME);
    const berlin = space.org.createAccount({ name: "Acme Berlin", websiteurl: "acme.de" });
    await space.sync();
    space.org.updateAccount(berlin, { websiteurl: "acme.de, acme.com", description: "in Berlin" });

    const run = await space.sync();

    expect(run).toMatchObject({ updated: 1, skipped: 0 });
    expect(await space.account("Acme Berlin")).toMatchObject({
      domains: ["acme.de"],
      description: "in Berlin",
    });
    expect(issueTexts(await space.issues(run.id))).toEqual(["domain-taken Acme Berlin acme.com"]);
  });

  it("is not tried without a Domains mapping", async () => {
    const space = await workspace();
    await createManually(space, { name: "Somebody", domains: ["acme.com"] });
    space.org.createAccount(ACME);

    const run = await space.sync({ mapping: { name: "name", domains: [], fields: [] } });

    expect(run).toMatchObject({ created: 1, linked: 0 });
    expect((await space.account("Somebody")).domains).toEqual(["acme.com"]);
  });
});

describe("rule 4: by name", () => {
  it("links the oldest unlinked account of the same name, whatever its case, even beside a linked one", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    await space.sync();
    const older = await createManually(space, { name: " ACME " });
    await createManually(space, { name: "acme" });
    space.org.createAccount({ name: "aCmE" });

    const run = await space.sync();

    expect(run).toMatchObject({ linked: 1, created: 0 });
    expect(await space.changes(run.id)).toMatchObject([{ action: "link", rule: "name", accountId: older }]);
  });

  it("skips when only linked accounts have the name", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    space.org.createAccount({ name: "ACME", ...LATER });

    const run = await space.sync();

    expect(run).toMatchObject({ created: 1, skipped: 1 });
    expect(issueTexts(await space.issues(run.id))).toEqual(["name-in-use ACME"]);
  });

  it("creates when duplicates are allowed", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme" });
    space.org.createAccount({ name: "ACME" });

    const run = await space.sync({ options: { allowDuplicateNames: true, onDomainTaken: "skip" } });

    expect(run).toMatchObject({ created: 2, skipped: 0 });
  });

  it("distinguishes names that differ in inner white space", async () => {
    const space = await workspace();
    space.org.createAccount({ name: "Acme Inc" });
    space.org.createAccount({ name: "Acme  Inc" });

    expect(await space.sync()).toMatchObject({ created: 2 });
  });
});

describe("rule 5: order and stability", () => {
  it("assigns a domain to the first by createdon, then by id as text", async () => {
    const space = await workspace();
    const make = (name: string, createdon: string, accountid: string) =>
      space.org.createAccount({ name, createdon, accountid, websiteurl: "shared.com" });
    // SQL Server sorts the last six bytes first; as text 0… comes before f….
    make("Third", "2024-01-01T00:00:01Z", "00000000-0000-4000-8000-000000000009");
    make("Second", "2024-01-01T00:00:00Z", "ffffffff-0000-4000-8000-000000000001");
    make("First", "2024-01-01T00:00:00Z", "0fffffff-0000-4000-8000-000000000002");

    await space.sync();

    expect((await space.accounts()).map((account) => account.name)).toEqual(["First"]);
  });

  it("lets two linked accounts swap their domains", async () => {
    const space = await workspace();
    const one = space.org.createAccount({ name: "One", websiteurl: "one.com" });
    const two = space.org.createAccount({ name: "Two", websiteurl: "two.com" });
    await space.sync();
    space.org.updateAccount(one, { websiteurl: "two.com" });
    space.org.updateAccount(two, { websiteurl: "one.com" });

    const run = await space.sync();

    expect(run).toMatchObject({ updated: 2, issues: {} });
    expect((await space.account("One")).domains).toEqual(["two.com"]);
    expect((await space.account("Two")).domains).toEqual(["one.com"]);
  });

  it("releases a name before any record claims it", async () => {
    const space = await workspace();
    const one = space.org.createAccount({ name: "Acme" });
    await space.sync();
    space.org.updateAccount(one, { name: "Acme Holding" });
    space.org.createAccount({ name: "Acme", createdon: "2001-01-01T00:00:00Z" });

    expect(await space.sync()).toMatchObject({ created: 1, updated: 1, skipped: 0 });
  });

  it("assigns an omitted domain that an account linked later in the run releases", async () => {
    const space = await workspace();
    const early = space.org.createAccount({ name: "Early", websiteurl: "early.com" });
    await space.sync();
    await createManually(space, { name: "Late", domains: ["wanted.com"] });
    space.org.updateAccount(early, { websiteurl: "early.com wanted.com" });
    space.org.createAccount({ name: "Late", websiteurl: "late.com" });

    const run = await space.sync();

    expect((await space.account("Early")).domains).toEqual(["early.com", "wanted.com"]);
    expect((await space.account("Late")).domains).toEqual(["late.com"]);
    expect(run.issues).toEqual({});
  });

  it("plans nothing in a second run on an unchanged source, refusals included", async () => {
    const space = await workspace();
    for (const website of ["a.com", "a.com b.com", "b.com", "gmail.com"]) {
      space.org.createAccount({ name: "Same", websiteurl: website });
    }
    const first = await space.sync();

    const second = await space.sync();

    expect(await space.changes(second.id)).toEqual([]);
    expect(second).toMatchObject({ created: 0, linked: 0, updated: 0, stopped: 0, skipped: first.skipped });
    expect(issueTexts(await space.issues(second.id))).toEqual(issueTexts(await space.issues(first.id)));
  });
});
