// Events: what people do in Sluice, to accounts, settings and teammates.
import type { Account } from "../reference/model-store.ts";
import { OWN_DOMAINS } from "./organisation.ts";
import { hasSite, hostOf, type EventKinds, type EventContext } from "./event-context.ts";

/** Picks an account with an active link. */
function syncedAccount({ random, expected }: EventContext): Account | undefined {
  const { store } = expected;
  const all = expected.accounts().filter((account) => store.linkOfAccount(account)?.stopReason === null);
  return all.length === 0 ? undefined : random.pick(all);
}

export const localEvents: EventKinds = {
  "teammate added": {
    weight: 1,
    needsFullRun: ["Owner"],
    perform: async ({ random, organisation, expected, localEdits }) => {
      const wanted = [...organisation.users.values()].flatMap(({ email }) => email?.toLowerCase() ?? []);
      const absent = wanted.filter((email) => !expected.store.teammates.has(email));
      if (absent.length > 0) await localEdits.addTeammate(random.pick(absent));
      return absent.length > 0;
    },
  },
  "teammate removed": {
    weight: 1,
    needsFullRun: ["Owner"],
    perform: async ({ random, expected, localEdits }) => {
      const there = [...expected.store.teammates];
      if (there.length < 4) return false;
      await localEdits.removeTeammate(random.pick(there));
      return true;
    },
  },
  "own domains edited": {
    weight: 1,
    perform: async ({ random, organisation, expected, localEdits }) => {
      const site = organisation.randomAccount(random, hasSite);
      const isLonger = expected.ownDomains.length > OWN_DOMAINS.length;
      const [added] = (site && expected.linkOf(site.id)?.account.domains) ?? [];
      if (added === undefined) return false;
      await localEdits.setOwnDomains(isLonger ? OWN_DOMAINS : [...OWN_DOMAINS, added]);
      return true;
    },
  },
  "synced field edited here": {
    weight: 3,
    perform: async (context) => {
      const account = syncedAccount(context);
      if (account)
        await context.localEdits.edit(account, context.random.below(100), context.random.chance(60));
      return account !== undefined;
    },
  },
  "account deleted here": {
    weight: 1,
    perform: async (context) => {
      const account = syncedAccount(context);
      if (account) await context.localEdits.remove(account, false);
      return account !== undefined;
    },
  },
  "account deleted here and excluded": {
    weight: 2,
    perform: async (context) => {
      const account = syncedAccount(context);
      if (account) await context.localEdits.remove(account, true);
      return account !== undefined;
    },
  },
  "excluded account included again": {
    weight: 1,
    perform: async ({ random, expected, localEdits }) => {
      const { excluded } = expected.store;
      if (excluded.size > 0) await localEdits.includeRecord(random.pick([...excluded]));
      return excluded.size > 0;
    },
  },
  "account created here before it syncs": {
    weight: 2,
    perform: async ({ random, organisation, localEdits }) => {
      const { values } = organisation.add(random);
      const byDomain = random.chance(50);
      await localEdits.make(
        byDomain ? `${values.name} Ltd` : values.name!,
        byDomain ? [hostOf(values.websiteurl!)] : [],
        null,
      );
      return true;
    },
  },
  "account created here under a record's id": {
    weight: 1,
    perform: async ({ random, organisation, localEdits }) => {
      const id = random.guid();
      await localEdits.make(`By the API ${id.slice(0, 4)}`, [], `{${id.toUpperCase()}}`);
      organisation.add(random, {}, id);
      return true;
    },
  },
};
