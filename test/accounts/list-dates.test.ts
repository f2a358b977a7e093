// The three kinds of dates in a list: sorted, filtered and exported by the clocks of the workspace,
// which is in Berlin here.
import { expect, it } from "vitest";
import { saveDateFormats } from "../../src/accounts/custom-fields.ts";
import { exportAccounts } from "../../src/accounts/list/export-all.ts";
import { exportList } from "../../src/accounts/list/export-list.ts";
import { accountListStore, NO_FILTERS } from "./account-list-store.ts";

const { database, kysely, since, create, all } = await accountListStore();

/** In their order. Berlin is an hour ahead of UTC. */
const DATES = {
  "long ago": "0001-01-01T00:00:00Z",
  "the day before": "2014-12-31T22:59:59Z",
  "the date": "2015-01-01",
  "a second later": "2014-12-31T23:00:01Z",
  "a wall clock": "2015-01-01T09:30:00",
  "an hour later, of version 0.1.0": "2015-01-01T09:30:00Z",
  "the next date": "2015-01-02",
  "the end of time": "9999-12-31T23:59:59Z",
};
for (const [name, date] of Object.entries(DATES).toReversed())
  await create({ name, fields: { [since]: date } });
await create({ name: "no date", fields: { [since]: "Sat, 01 Jan 2000" } });

const namesWhere = async (is: "equals" | "below" | "above", value: string): Promise<string[]> =>
  (await all({ sort: since, filters: [{ field: since, is, value }] })).map(({ name }) => name);

it("they are sorted by the moment at which the workspace's clocks show them", async () => {
  expect((await all({ sort: since })).map(({ name }) => name)).toEqual([...Object.keys(DATES), "no date"]);
  expect((await all({ sort: `-${since}` })).at(-1)!.name).toBe("no date");
});

it("a day of the workspace's clocks has all of its times, and those before and after have the rest", async () => {
  expect(await namesWhere("equals", "2015-01-01")).toEqual(Object.keys(DATES).slice(2, 6));
  expect(await namesWhere("below", "2015-01-01")).toEqual(["long ago", "the day before"]);
  expect(await namesWhere("above", "2015-01-01")).toEqual(["the next date", "the end of time"]);
  expect(await namesWhere("above", "9999-12-31")).toEqual(["the end of time"]);
});

it("a time is a second, by the workspace's clocks or in UTC", async () => {
  expect(await namesWhere("equals", "2015-01-01T09:30")).toEqual(["a wall clock"]);
  expect(await namesWhere("equals", "2015-01-01T08:30:00Z")).toEqual(["a wall clock"]);
  expect(await namesWhere("above", "2015-01-01T09:30:00Z")).toEqual(["the next date", "the end of time"]);
  await expect(namesWhere("equals", "yesterday")).rejects.toThrow('"yesterday" is no value of "Since".');
});

it("an export has the stored text, and the date where the field shows dates alone", async () => {
  const exported = async (): Promise<unknown[]> => {
    const rows: unknown[] = [];
    for await (const batch of await exportList(database, { ...NO_FILTERS, sort: since }))
      rows.push(...batch.slice(0, 3));
    return rows.slice(1).map((row) => (Array.isArray(row) ? row.at(-2) : row));
  };
  expect(await exported()).toEqual(["0001-01-01T00:00:00Z", "2014-12-31T22:59:59Z", "2015-01-01"]);

  await saveDateFormats(kysely, new Map([[Number(since), "date"]]));

  expect(await exported()).toEqual(["0001-01-01", "2014-12-31", "2015-01-01"]);
  const byName = new Map<string, unknown>();
  await exportAccounts(
    database,
    (some) => {
      for (const { name, fields } of some) byName.set(name, fields["Since"]);
    },
    NO_FILTERS.timeZone,
  );
  expect([byName.get("a second later"), byName.get("a wall clock"), byName.get("the end of time")]).toEqual([
    "2015-01-01",
    "2015-01-01",
    "9999-12-31",
  ]);
});
