import { beforeEach, describe, expect, it } from "vitest";
import { ensureCustomFields } from "../../src/accounts/custom-fields.ts";
import { accountPage, countAccounts, type PageRequest } from "../../src/accounts/list/list.ts";
import { deleteAccount, editAccount } from "../../src/accounts/store.ts";
import { EDITOR, accountListStore, NO_FILTERS, NOW } from "./account-list-store.ts";

const { database, kysely, city, size, hold, since, owner, zoe, anna, create, all } = await accountListStore();

beforeEach(async () => {
  await kysely.deleteFrom("accounts").execute();
});

const namesOf = async (request: Partial<PageRequest> = {}) => (await all(request)).map(({ name }) => name);

const filtered = (field: string, is: PageRequest["filters"][number]["is"], value = "") =>
  namesOf({ filters: [{ field, is, value }] });

describe("a list in pages", () => {
  it("has every account once, by name, whatever its case", async () => {
    for (const name of ["beta", "Alpha", "alpha 2", "Éclair", "Gamma", "ALPHA"]) await create({ name });
    expect(await namesOf()).toEqual(["Alpha", "ALPHA", "alpha 2", "beta", "Gamma", "Éclair"]);
    expect(await namesOf({ sort: "-name" })).toEqual([
      "Éclair",
      "Gamma",
      "beta",
      "alpha 2",
      "ALPHA",
      "Alpha",
    ]);
  });

  it("puts empty values last in both directions", async () => {
    await create({ name: "None" });
    await create({ name: "Two", fields: { [size]: 2 } });
    await create({ name: "Ten", fields: { [size]: 10 } });
    await create({ name: "Minus", fields: { [size]: -0.5 } });
    expect(await namesOf({ sort: size })).toEqual(["Minus", "Two", "Ten", "None"]);
    expect(await namesOf({ sort: `-${size}` })).toEqual(["Ten", "Two", "Minus", "None"]);
  });

  it("sorts teammates by name", async () => {
    await create({ name: "Of Zoe", fields: { [owner]: zoe.id } });
    await create({ name: "Of Anna", fields: { [owner]: anna.id } });
    expect(await namesOf({ sort: owner })).toEqual(["Of Anna", "Of Zoe"]);
  });

  it("continues after a deleted account, and neither repeats nor skips others", async () => {
    const ids = new Map<string, number>();
    for (const name of ["A", "B", "C", "D", "E", "F"]) ids.set(name, await create({ name }));
    const first = await accountPage(kysely, { sort: "name", limit: 3, ...NO_FILTERS });
    await deleteAccount(database, ids.get("C")!, { exclude: false }, EDITOR, NOW);
    await editAccount(database, ids.get("E")!, { name: "Ab" }, EDITOR, NOW);
    await create({ name: "Ba" });
    const second = await accountPage(kysely, { sort: "name", limit: 3, ...NO_FILTERS, after: first.next! });
    expect(second).toMatchObject({ accounts: [{ name: "D" }, { name: "F" }], next: null });
  });

  it("refuses a cursor of another order, and a forged one", async () => {
    for (const name of ["A", "B"]) await create({ name });
    const { next } = await accountPage(kysely, { sort: "name", limit: 1, ...NO_FILTERS });
    const forged = ["", "x", "bnVsbA", Buffer.from('["created","yesterday",1]').toString("base64url")];
    for (const [sort, after] of [
      ["-name", next!],
      ...forged.map((cursor) => ["created", cursor] as const),
    ] as const) {
      const page = accountPage(kysely, { sort, limit: 1, ...NO_FILTERS, after });
      await expect(page).rejects.toMatchObject({ code: "cursor", field: "after" });
    }
  });

  it("says which field it cannot sort by", async () => {
    await expect(namesOf({ sort: "99" })).rejects.toThrow('There is no field "99" to sort accounts by.');
    await expect(namesOf({ sort: "constructor" })).rejects.toThrow("to sort accounts by");
  });

  it("filters by sync state", async () => {
    const [synced, stopped] = [await create({ name: "Synced" }), await create({ name: "Stopped" })];
    await create({ name: "Neither" });
    const organizationId = "00000000-0000-4000-8000-000000000001";
    const link = { organization_id: organizationId, matched_by: "create" as const };
    await kysely
      .insertInto("account_links")
      .values([
        { ...link, account_id: synced, record_id: "00000000-0000-4000-8000-00000000000a" },
        {
          ...link,
          account_id: stopped,
          record_id: "00000000-0000-4000-8000-00000000000b",
          stop_reason: "deleted",
        },
      ])
      .execute();
    expect(await namesOf({ sync: "synced", organizationId })).toEqual(["Synced"]);
    expect(await namesOf({ sync: "disconnected", organizationId })).toEqual([]);
    expect(await namesOf({ sync: "stopped", organizationId })).toEqual(["Stopped"]);
    expect(await namesOf({ sync: "not-synced", organizationId })).toEqual(["Neither"]);
    for (const connected of [null, "00000000-0000-4000-8000-000000000002"]) {
      expect(await namesOf({ sync: "synced", organizationId: connected })).toEqual([]);
      expect(await namesOf({ sync: "disconnected", organizationId: connected })).toEqual(["Synced"]);
      expect(await namesOf({ sync: "stopped", organizationId: connected })).toEqual(["Stopped"]);
    }
  });
});

describe("a search", () => {
  it("finds a substring of a name, a domain, the description or a text field", async () => {
    await create({ name: "Contoso GmbH" });
    await create({ name: "By domain", domains: ["contoso.com"] });
    await create({ name: "By description", description: "Part of CONTOSO since 2020" });
    await create({ name: "By field", fields: { [city]: 'Port "Contoso"' } });
    await create({ name: "Other", fields: { [size]: 5 } });
    expect(await namesOf({ q: " ntOSo " })).toEqual([
      "By description",
      "By domain",
      "By field",
      "Contoso GmbH",
    ]);
    expect(await namesOf({ q: 'Port "c' })).toEqual(["By field"]);
    expect(await countAccounts(kysely, { q: "contoso", ...NO_FILTERS })).toBe(4);
  });

  it("finds the account of somebody's e-mail address or website", async () => {
    await create({ name: "Acme", domains: ["acme.co.uk"] });
    await create({ name: "Other", domains: ["other.com"] });
    expect(await namesOf({ q: "Jane@mail.acme.co.uk" })).toEqual(["Acme"]);
    expect(await namesOf({ q: "https://www.acme.co.uk/about" })).toEqual(["Acme"]);
  });

  it("takes wildcards, quotes and NUL characters as text", async () => {
    await create({ name: "100% pure" });
    await create({ name: "1000 pure" });
    await create({ name: "back\\slash_es" });
    expect(await namesOf({ q: "100%" })).toEqual(["100% pure"]);
    expect(await namesOf({ q: "h_e" })).toEqual(["back\\slash_es"]);
    expect(await namesOf({ q: "k\\s" })).toEqual(["back\\slash_es"]);
    expect(await namesOf({ q: "'; drop table accounts; --" })).toEqual([]);
    expect(await namesOf({ q: "pure\0" })).toEqual(["100% pure", "1000 pure"]);
  });

  it("finds text among many fields, with characters that JSON escapes", async () => {
    const names = Array.from({ length: 12 }, (_, n) => `Text ${n}`);
    const many = await ensureCustomFields(
      kysely,
      names.map((name) => ({ name, type: "text" })),
    );
    const id = String(many.get("Text 11")!.id);
    await create({ name: "One", fields: { [id]: 'C:\\Data\n"Big" Tab\there', [size]: 4711 } });
    for (const q of ["c:\\data", '"BIG"', "tab\there", 'data\n"'])
      expect(await namesOf({ q })).toEqual(["One"]);
    for (const q of ["4711", `"${id}"`, "nbig"]) expect(await namesOf({ q })).toEqual([]);
  });

  it("does not find numbers, booleans or the ids of fields", async () => {
    await create({ name: "One", fields: { [size]: 4711, [hold]: true } });
    expect(await namesOf({ q: "4711" })).toEqual([]);
    expect(await namesOf({ q: "true" })).toEqual([]);
  });
});

describe("a filter", () => {
  beforeEach(async () => {
    await create({
      name: "Full",
      description: "Long",
      domains: ["full.com", "full.de"],
      externalId: "CRM-1",
      fields: {
        [city]: "Berlin",
        [size]: 10,
        [hold]: false,
        [since]: "2026-01-31T10:00:00Z",
        [owner]: zoe.id,
      },
    });
    await create({ name: "Bare" });
  });

  it.each([
    ["name", "contains", "ULL"],
    ["name", "equals", "full"],
    ["domain", "contains", "full.d"],
    ["domain", "equals", "www.full.com"],
    ["domain", "filled", ""],
    ["description", "equals", "long"],
    ["externalId", "contains", "crm"],
    [city, "contains", "erl"],
    [city, "equals", "berlin"],
    [size, "equals", "10.0"],
    [size, "below", "10.5"],
    [size, "above", "9"],
    [hold, "equals", "false"],
    [since, "equals", "2026-01-31"],
    [since, "equals", "2026-01-31T11:00:00+01:00"],
    [since, "below", "2026-02-01"],
    [since, "above", "2026-01-31T09:59:59Z"],
    [owner, "equals", String(zoe.id)],
    [owner, "filled", ""],
  ] as const)("%s %s %s", async (field, is, value) => {
    expect(await filtered(field, is, value)).toEqual(["Full"]);
  });

  it.each([
    ["domain", "empty", ""],
    ["description", "empty", ""],
    ["externalId", "empty", ""],
    [hold, "empty", ""],
  ] as const)("%s %s", async (field, is, value) => {
    expect(await filtered(field, is, value)).toEqual(["Bare"]);
  });

  it.each([
    [size, "below", "many", '"many" is no value of "Size".'],
    [city, "below", "Berlin", '"City" cannot be filtered by "below".'],
    [hold, "equals", "maybe", '"maybe" is no value of "Hold".'],
    ["colour", "filled", "", 'There is no field "colour" to filter accounts by.'],
    ["toString", "filled", "", 'There is no field "toString" to filter accounts by.'],
  ] as const)("%s %s %s is refused", async (field, is, value, sentence) => {
    await expect(filtered(field, is, value)).rejects.toThrow(sentence);
  });
});
