// Tests the organisation itself: ids, order, versions, and derived values.
import { describe, expect, test } from "vitest";
import { compareGuids, guidFrom } from "../../simulator/org/guids.ts";
import { customiseOrg } from "../../simulator/org/customise.ts";
import { Org } from "../../simulator/org/org.ts";

const NOW = () => new Date("2026-01-02T03:04:05Z");

describe("guids", () => {
  test("are ordered as SQL Server orders uniqueidentifier: the last group first, the first three backwards", () => {
    // This is the list of Microsoft's own example for SqlGuid, in SQL Server's order.
    const sorted = [
      "01000000-0000-0000-0000-000000000000",
      "10000000-0000-0000-0000-000000000000",
      "00010000-0000-0000-0000-000000000000",
      "00000100-0000-0000-0000-000000000000",
      "00000001-0000-0000-0000-000000000000",
      "00000000-0100-0000-0000-000000000000",
      "00000000-0001-0000-0000-000000000000",
      "00000000-0000-0100-0000-000000000000",
      "00000000-0000-0001-0000-000000000000",
      "00000000-0000-0000-0001-000000000000",
      "00000000-0000-0000-0100-000000000000",
      "00000000-0000-0000-0000-000000000001",
      "00000000-0000-0000-0000-000000010000",
      "00000000-0000-0000-0000-010000000000",
    ];
    expect(sorted.toReversed().toSorted(compareGuids)).toEqual(sorted);
  });

  test("come from the seed", () => {
    expect(guidFrom("a", 1)).toBe(guidFrom("a", 1));
    expect(guidFrom("a", 1)).not.toBe(guidFrom("a", 2));
    expect(new Org({ seed: "x" }).id).toBe(new Org({ seed: "x" }).id);
  });
});

describe("accounts", () => {
  test("keep their order through insertions, deletions and a second bulk", () => {
    const org = new Org({ now: NOW });
    const ids = Array.from({ length: 50 }, (_, at) => org.createAccount({ name: `A${at}` }));
    expect(org.accounts.rows().map((row) => row["accountid"])).toEqual(ids.toSorted(compareGuids));
    org.deleteAccount(String(ids[7]));
    const more = Array.from({ length: 30 }, (_, at) => org.createAccount({ name: `B${at}` }));
    const left = [...ids.filter((_, at) => at !== 7), ...more].toSorted(compareGuids);
    expect(org.accounts.rows().map((row) => row["accountid"])).toEqual(left);
    expect(org.accounts.rows()[org.accounts.indexAfter(String(left[10]))]?.["accountid"]).toBe(left[11]);
  });

  test("a change moves the version and modifiedon; a recalculation moves neither", () => {
    const org = new Org({ now: NOW });
    const id = org.createAccount({ name: "A" });
    const before = { ...org.accounts.get(id) };
    org.now = () => new Date("2026-02-01T00:00:00Z");
    org.recalculate(id, { numberofemployees: 5 });
    expect(org.accounts.get(id)).toMatchObject({
      numberofemployees: 5,
      versionnumber: before["versionnumber"],
    });
    org.updateAccount(id, { name: "B" });
    expect(org.accounts.get(id)).toMatchObject({ name: "B", modifiedon: "2026-02-01T00:00:00Z" });
    expect(Number(org.accounts.get(id)?.["versionnumber"])).toBeGreaterThan(Number(before["versionnumber"]));
  });

  test("a merge leaves the loser inactive and pointing at the survivor", () => {
    const org = new Org({ now: NOW });
    const [survivor, loser] = [org.createAccount({ name: "A" }), org.createAccount({ name: "A" })];
    org.mergeAccounts(survivor, loser);
    expect(org.accounts.get(loser)).toMatchObject({
      merged: true,
      masterid: survivor,
      statecode: 1,
      statuscode: 2,
    });
    expect(org.accounts.get(survivor)?.["merged"]).toBe(false);
  });

  test("status follows state, base amounts follow money, the composite address its parts", () => {
    const org = new Org({ now: NOW });
    const id = org.createAccount({
      statecode: 1,
      revenue: 12.5,
      address1_line1: "Main St 1",
      address1_city: "Oslo",
    });
    expect(org.accounts.get(id)).toMatchObject({
      statuscode: 2,
      revenue_base: 12.5,
      address1_composite: "Main St 1\r\nOslo",
    });
  });

  test("an owner that is a team fills owningteam and empties owninguser", () => {
    const org = new Org({ now: NOW });
    const team = org.addTeam({ name: "North" });
    const id = org.createAccount({ name: "A", ownerid: team });
    expect(org.accounts.get(id)).toMatchObject({
      ownerid: team,
      "ownerid.table": "team",
      owningteam: team,
      owninguser: null,
    });
  });
});

describe("columns", () => {
  test("215 of them, 147 of which can be offered", () => {
    const columns = [...new Org().accounts.columns()];
    const offered = columns.filter((one) => one.readable && one.odata && one.attributeOf === undefined);
    expect([columns.length, offered.length]).toEqual([215, 147]);
  });

  test("a deleted column is gone with its companion and its values", () => {
    const org = new Org({ now: NOW });
    customiseOrg(org);
    const id = org.createAccount({ new_tier: 808620000 });
    org.deleteColumn("new_tier");
    org.addColumn({ schemaName: "new_Tier", type: "String" });
    expect(org.accounts.column("new_tiername")).toBeUndefined();
    expect(org.accounts.get(id)?.["new_tier"]).toBeNull();
  });
});
