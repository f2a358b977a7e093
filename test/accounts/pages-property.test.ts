import * as fc from "fast-check";
import { expect, it } from "vitest";
import { countAccounts } from "../../src/accounts/list/list.ts";
import { nameKey } from "../../src/accounts/name-key.ts";
import type { StoredFields } from "../../src/accounts/tables.ts";
import { accountListStore, NO_FILTERS } from "./account-list-store.ts";
import { propertyRuns } from "../harness/counts.ts";

const { kysely, city, size, hold, since, owner, zoe, anna, create, all } = await accountListStore();

const text = fc.constantFrom("", "a", "B", "b", "ä", "Z", "zz", "%", "a b");
const account = fc.record({
  name: fc.constantFrom("Acme", "acme", "Beta", "béta", "Ω", "a", "b c"),
  day: fc.integer({ min: 1, max: 3 }),
  city: text,
  size: fc.constantFrom(null, -1, 0, 0.5, 2, 10, 1e21),
  hold: fc.constantFrom(null, true, false),
  since: fc.constantFrom(null, "2026-01-01T00:00:00Z", "2025-06-01T10:00:00Z"),
  owner: fc.constantFrom(null, zoe.id, anna.id),
});

type Values = {
  city: string;
  size: number | null;
  hold: boolean | null;
  since: string | null;
  owner: number | null;
};

function storedOf(values: Values): StoredFields {
  return {
    ...(values.city !== "" && { [city]: values.city }),
    ...(values.size !== null && { [size]: values.size }),
    ...(values.hold !== null && { [hold]: values.hold }),
    ...(values.since !== null && { [since]: values.since }),
    ...(values.owner !== null && { [owner]: values.owner }),
  };
}

function keysOf(values: Values): CreatedAccount["keys"] {
  return {
    [city]: values.city === "" ? undefined : ascii(values.city),
    [size]: values.size ?? undefined,
    [hold]: values.hold === null ? undefined : Number(values.hold),
    [since]: values.since ?? undefined,
    [owner]: values.owner === null ? undefined : values.owner === zoe.id ? "zoe" : anna.email,
  };
}

type CreatedAccount = { id: number; keys: Record<string, string | number | undefined> };

const ascii = (value: string) => value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function expectedOrder(accounts: readonly CreatedAccount[], sort: string): number[] {
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (a: CreatedAccount, b: CreatedAccount): number => {
    const [x, y] = [a.keys[sort.replace("-", "")], b.keys[sort.replace("-", "")]];
    if (x === undefined || y === undefined) {
      if (x !== y) return x === undefined ? 1 : -1;
    } else if (x !== y) {
      const isText = typeof x === "string";
      return sign * (isText ? Buffer.compare(Buffer.from(x), Buffer.from(String(y))) : x - Number(y));
    }
    return sign * (a.id - b.id);
  };
  return accounts.toSorted(compare).map(({ id }) => id);
}

it("pages of any accounts in any order equal a plain sort, without gaps or duplicates", async () => {
  const sorts = ["name", "updated", "created", city, size, hold, since, owner].flatMap((sort) => [
    sort,
    `-${sort}`,
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(account, { maxLength: 25 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(undefined, "a", "b", "zz"),
      async (accountsToCreate, limit, q) => {
        await kysely.deleteFrom("accounts").execute();
        const created: CreatedAccount[] = [];
        for (const { name, day, ...values } of accountsToCreate) {
          const id = await create({ name, fields: storedOf(values) }, new Date(Date.UTC(2026, 2, day)));
          created.push({ id, keys: { name: nameKey(name), updated: day, created: day, ...keysOf(values) } });
        }
        const holds = (key: string | number | undefined) => String(key ?? "").includes(q ?? "");
        const found = created.filter(({ keys }) => holds(keys["name"]) || holds(keys[city]));
        for (const sort of sorts) {
          const ids = (await all({ sort, limit, q })).map(({ id }) => id);
          expect({ sort, ids }).toEqual({ sort, ids: expectedOrder(found, sort) });
        }
        expect(await countAccounts(kysely, { q, ...NO_FILTERS })).toBe(found.length);
      },
    ),
    propertyRuns(10, 25),
  );
});
