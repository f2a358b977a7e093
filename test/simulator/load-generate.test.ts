import { describe, expect, test } from "vitest";
import { changeAccounts } from "../../simulator/load/change-accounts.ts";
import { generateDemo } from "../../simulator/load/demo-accounts.ts";
import { accountAt } from "../../simulator/load/account-row.ts";
import { generateAccounts } from "../../simulator/load/generate-accounts.ts";
import { addPeople, ownersOf } from "../../simulator/load/people.ts";
import { Org } from "../../simulator/org/org.ts";
import type { Row } from "../../simulator/fetchxml/query-store.ts";

function organisation(): Org {
  const org = new Org({ seed: "generate" });
  addPeople(org);
  return org;
}

function generated(options: Parameters<typeof generateAccounts>[1]): Org {
  const org = organisation();
  generateAccounts(org, options);
  return org;
}

const share = (rows: readonly Row[], holds: (row: Row) => boolean): number =>
  (100 * rows.filter(holds).length) / rows.length;

/** The percentage of rows whose key another row has too. */
function shared(rows: readonly Row[], key: (row: Row) => string): number {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return share(rows, (row) => (counts.get(key(row)) ?? 0) > 1);
}

describe("accounts from a seed", () => {
  test("the same seed makes the same accounts, another seed others", () => {
    const [first, second, other] = ["a", "a", "b"].map((seed) => generated({ count: 50, seed }));
    expect(first?.accounts.rows()).toEqual(second?.accounts.rows());
    expect(other?.accounts.rows()).not.toEqual(first?.accounts.rows());
  });

  test("a row by itself is what the organisation would make of it", () => {
    const org = organisation();
    const plan = { seed: "s", owners: ownersOf(org) };
    for (let index = 0; index < 40; index += 1) {
      const { versionnumber: _, ...row } = accountAt(plan, index);
      const given = Object.fromEntries(
        Object.entries(row).filter(([name]) => !/^owning|_base$|_composite$|\.table$/.test(name)),
      );
      const stored = org.accounts.get(org.createAccount(given));
      for (const [name, value] of Object.entries(row)) {
        // The target table of an empty lookup does not matter.
        if (value === null && name.endsWith(".table")) continue;
        expect([name, stored?.[name] ?? null]).toEqual([name, value]);
      }
    }
  });

  test("rows made when they are read have the same values, and keep what is set", () => {
    const [lazy, eager] = [generated({ count: 30, lazy: true }), generated({ count: 30, lazy: false })];
    for (const row of eager.accounts.rows()) {
      const same = lazy.accounts.get(String(row["accountid"])) ?? {};
      for (const name of [...Object.keys(row), "transactioncurrencyid"]) expect(same[name]).toBe(row[name]);
    }
    const [first] = lazy.accounts.rows();
    const id = String(first?.["accountid"]);
    const before = Number(first?.["versionnumber"]);
    lazy.updateAccount(id, { name: "Changed", revenue: 5 });
    expect(lazy.accounts.get(id)).toMatchObject({ name: "Changed", revenue_base: 5 });
    expect(Number(lazy.accounts.get(id)?.["versionnumber"])).toBeGreaterThan(before);
    expect(lazy.accounts.get(id)?.["address1_city"]).toBe(eager.accounts.get(id)?.["address1_city"]);
  });

  test("a change of one percent changes about one account in a hundred, and no other", () => {
    const org = generated({ count: 5000, lazy: true });
    const versions = new Map(
      org.accounts.rows().map((row) => [String(row["accountid"]), row["versionnumber"]]),
    );
    const changed = changeAccounts(org, { percent: 1, seed: "edit" });
    expect(changed.length).toBeGreaterThan(25);
    expect(changed.length).toBeLessThan(80);
    const moved = [...versions.keys()].filter(
      (id) => org.accounts.get(id)?.["versionnumber"] !== versions.get(id),
    );
    expect(moved.toSorted()).toEqual(changed.toSorted());
  });

  test("20,000 accounts are as untidy as real ones", () => {
    const org = generated({ count: 20_000 });
    const rows = [...org.accounts.rows()];
    expect(new Set(rows.map((row) => row["accountid"])).size).toBe(20_000);
    expect(shared(rows, (row) => String(row["name"]).toLowerCase())).toBeGreaterThan(4);
    expect(shared(rows, (row) => String(row["name"]).toLowerCase())).toBeLessThan(9);
    const withEmail = rows.filter((row) => String(row["emailaddress1"] ?? "").includes("@"));
    expect(
      share(withEmail, (row) => /@(gmail|outlook|yahoo)\.com$/.test(String(row["emailaddress1"]))),
    ).toBeGreaterThan(2);
    expect(share(rows, (row) => /[^ -~]/.test(String(row["name"])))).toBeGreaterThan(4);
    expect(share(rows, (row) => row["websiteurl"] === null)).toBeGreaterThan(5);
    expect(share(rows, (row) => row["statecode"] === 1)).toBeGreaterThan(1);
    const owners = new Set(rows.map((row) => row["ownerid"]));
    const disabled = [...org.requireTable("systemuser").rows()].filter((user) => user["isdisabled"] === true);
    expect(disabled.some((user) => owners.has(user["systemuserid"]))).toBe(true);
    expect(rows.some((row) => row["ownerid.table"] === "team" && row["owninguser"] === null)).toBe(true);
  });

  test("the demo has a couple of thousand real organisations with an industry each", () => {
    const org = organisation();
    const ids = generateDemo(org);
    expect(ids.length).toBeGreaterThan(2000);
    const industries = org.accounts.column("new_industry")?.choices ?? [];
    expect(industries.map((choice) => choice.label)).toContain("analytics");
    const values = new Set(industries.map((choice) => choice.value));
    expect(ids.every((id) => values.has(Number(org.accounts.get(id)?.["new_industry"])))).toBe(true);
    expect(ids.map((id) => org.accounts.get(id)?.["name"])).toContain("Google Analytics");
  });
});
