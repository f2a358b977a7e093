// What people do here: to accounts, to settings, to the team.
import type { Account } from "../reference/model-store.ts";
import { OWN_DOMAINS } from "./organisation.ts";
import { hasSite, hostOf, type Kinds, type Scene } from "./event-context.ts";

/** An account of ours that syncs. */
function synced({ random, expected }: Scene): Account | undefined {
  const { world } = expected;
  const all = expected.accounts().filter((account) => world.linkOfAccount(account)?.left === null);
  return all.length === 0 ? undefined : random.pick(all);
}

export const ourEvents: Kinds = {
  "teammate came": {
    cards: 1,
    onlyFull: ["Owner"],
    happen: async ({ random, organisation, expected, ours }) => {
      const wanted = [...organisation.users.values()].flatMap(({ email }) => email?.toLowerCase() ?? []);
      const absent = wanted.filter((email) => !expected.world.teammates.has(email));
      if (absent.length > 0) await ours.addTeammate(random.pick(absent));
      return absent.length > 0;
    },
  },
  "teammate left": {
    cards: 1,
    onlyFull: ["Owner"],
    happen: async ({ random, expected, ours }) => {
      const there = [...expected.world.teammates];
      if (there.length < 4) return false;
      await ours.removeTeammate(random.pick(there));
      return true;
    },
  },
  "own domains edited": {
    cards: 1,
    happen: async ({ random, organisation, expected, ours }) => {
      const site = organisation.some(random, hasSite);
      const isLonger = expected.ownDomains.length > OWN_DOMAINS.length;
      const [added] = (site && expected.linkOf(site.id)?.account.domains) ?? [];
      if (added === undefined) return false;
      await ours.setOwnDomains(isLonger ? OWN_DOMAINS : [...OWN_DOMAINS, added]);
      return true;
    },
  },
  "synced field edited here": {
    cards: 3,
    happen: async (scene) => {
      const account = synced(scene);
      if (account) await scene.ours.edit(account, scene.random.below(100), scene.random.chance(60));
      return account !== undefined;
    },
  },
  "account deleted here": {
    cards: 1,
    happen: async (scene) => {
      const account = synced(scene);
      if (account) await scene.ours.remove(account, false);
      return account !== undefined;
    },
  },
  "account deleted here and excluded": {
    cards: 2,
    happen: async (scene) => {
      const account = synced(scene);
      if (account) await scene.ours.remove(account, true);
      return account !== undefined;
    },
  },
  "excluded account let in again": {
    cards: 1,
    happen: async ({ random, expected, ours }) => {
      const { excluded } = expected.world;
      if (excluded.size > 0) await ours.includeAgain(random.pick([...excluded]));
      return excluded.size > 0;
    },
  },
  "account made here first": {
    cards: 2,
    happen: async ({ random, organisation, ours }) => {
      const { values } = organisation.add(random);
      const byDomain = random.chance(50);
      await ours.make(
        byDomain ? `${values.name} Ltd` : values.name!,
        byDomain ? [hostOf(values.websiteurl!)] : [],
        null,
      );
      return true;
    },
  },
  "account made here under a record's id": {
    cards: 1,
    happen: async ({ random, organisation, ours }) => {
      const id = random.guid();
      await ours.make(`By the API ${id.slice(0, 4)}`, [], `{${id.toUpperCase()}}`);
      organisation.add(random, {}, id);
      return true;
    },
  },
};
