// Issues over other accounts and choices of people: names, domains, links, edits, exclusions.
import { includeRecord } from "../../../src/accounts/excluded.ts";
import { createAccount, editAccount } from "../../../src/accounts/store.ts";
import { LATER } from "../../harness/workspace.ts";
import {
  BY,
  deleteHere,
  INACTIVE,
  leaveView,
  unlinkHere,
  update,
  type Advice,
  type Remedy,
} from "./story.ts";

type Shared = { readonly name: string; readonly websiteurl?: string };

/** Syncs a record, and then another that has the same name or domain. */
function sharing(first: Shared, second: Shared): Advice["arrange"] {
  return async (space, settings) => {
    const other = space.org.createAccount({ ...first });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    const record = space.org.createAccount({ ...second, ...LATER });
    await space.sync(settings);
    return { space, settings, record, other };
  };
}

const INTO_THE_OTHER: Remedy["act"] = ({ space, record, other }) => space.org.mergeAccounts(other!, record!);
const INTO_THIS: Remedy["act"] = ({ space, record, other }) => space.org.mergeAccounts(record!, other!);

/** A retry reads the selected ones of its records; why others are not is left to the other runs. */
const NOT_RETRY = ["sync", "changes"] as const;

const UNLINKED: Omit<Remedy, "account"> = {
  advice: "If the record of the other account has left the view, you can also unlink that account",
  inView: true,
  act: async ({ space, settings, other }) => {
    space.org.updateAccount(other!, leaveView);
    await space.sync(settings);
    await unlinkHere(space, other!);
  },
};

/** What ends a conflict with another account, whatever it is over. */
function otherGoes(account: Remedy["account"]): Remedy[] {
  return [
    { ...UNLINKED, account },
    {
      how: "deactivate the other",
      act: ({ space, other }) => space.org.updateAccount(other!, INACTIVE),
      account,
    },
    {
      how: "delete the other in Dynamics 365",
      act: ({ space, other }) => space.org.deleteAccount(other!),
      account,
    },
  ];
}

export const domainLinkedElsewhere: Advice = {
  arrange: sharing(
    { name: "Acme old", websiteurl: "acme.net" },
    { name: "Acme new", websiteurl: "acme.net, acme.org" },
  ),
  remedies: [
    {
      advice: "merge them in Dynamics 365",
      how: "into the other",
      act: INTO_THE_OTHER,
      account: null,
      modes: NOT_RETRY,
    },
    {
      advice: "merge them in Dynamics 365",
      how: "into this one",
      act: INTO_THIS,
      account: { name: "Acme new", domains: ["acme.net", "acme.org"] },
    },
    {
      advice: "give each its own domain",
      act: update({ websiteurl: "acme.org" }),
      account: { name: "Acme new", domains: ["acme.org"] },
    },
    {
      advice: "give each its own domain",
      how: "another to the other",
      act: ({ space, other }) => space.org.updateAccount(other!, { websiteurl: "acme.com" }),
      account: { name: "Acme new", domains: ["acme.net", "acme.org"] },
    },
    {
      advice: "let the sync continue without the domain",
      act: () => ({ options: { allowDuplicateNames: false, onDomainTaken: "without-domain" } }),
      account: { name: "Acme new", domains: ["acme.org"] },
    },
    ...otherGoes({ name: "Acme new", domains: ["acme.net", "acme.org"] }),
  ],
};

export const nameInUse: Advice = {
  arrange: sharing({ name: "Acme", websiteurl: "acme.net" }, { name: "ACME", websiteurl: "acme.org" }),
  remedies: [
    {
      advice: "merge them in Dynamics 365",
      how: "into the other",
      act: INTO_THE_OTHER,
      account: null,
      modes: NOT_RETRY,
    },
    {
      advice: "merge them in Dynamics 365",
      how: "into this one",
      act: INTO_THIS,
      account: { name: "ACME", domains: ["acme.org"] },
    },
    {
      advice: "allow duplicate names for accounts in the sync settings",
      act: () => ({ options: { allowDuplicateNames: true, onDomainTaken: "skip" } }),
      account: { name: "ACME", domains: ["acme.org"] },
    },
    {
      advice: "give each affected account a name of its own in Dynamics 365",
      act: update({ name: "Acme Berlin" }),
      account: { name: "Acme Berlin", domains: ["acme.org"] },
    },
    {
      advice: "give each affected account a name of its own in Dynamics 365",
      how: "another to the other",
      act: ({ space, other }) => space.org.updateAccount(other!, { name: "Acme Paris" }),
      account: { name: "ACME", domains: ["acme.org"] },
    },
    ...otherGoes({ name: "ACME", domains: ["acme.org"] }),
  ],
};

export const linkedToOtherSource: Advice = {
  arrange: async (space, settings) => {
    const record = space.org.createAccount({ name: "Acme", websiteurl: "acme.net" });
    space.org.createAccount({ name: "Another" });
    const account = { origin: "api", name: "Acme of the API", externalId: record.toUpperCase() } as const;
    await createAccount(space.database, account, BY, space.clock.now());
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "delete the account here and sync again",
      act: ({ space }) => deleteHere(space, "Acme of the API"),
      account: { name: "Acme", origin: "dynamics", domains: ["acme.net"] },
    },
  ],
};

export const nameEmpty: Advice = {
  arrange: async (space, settings) => {
    const record = space.org.createAccount({ name: " ", websiteurl: "acme.net" });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "enter a name in Dynamics 365",
      act: update({ name: "Acme" }),
      account: { name: "Acme", domains: ["acme.net"] },
    },
  ],
};

export const excluded: Advice = {
  arrange: async (space, settings) => {
    const record = space.org.createAccount({ name: "Acme", websiteurl: "acme.net" });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    await deleteHere(space, "Acme", true);
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "remove it from the excluded accounts",
      act: async ({ space, record }) => void (await includeRecord(space.database, record!)),
      account: { name: "Acme", domains: ["acme.net"] },
    },
  ],
};

export const changedSincePlan: Advice = {
  arrange: async (space, settings) => {
    const record = space.org.createAccount({ name: "Acme", description: "one" });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    space.org.updateAccount(record, { description: "two" });
    const { id } = await space.plan(settings);
    const patch = { description: "by hand" };
    await editAccount(space.database, await space.numberOf("Acme"), patch, BY, space.clock.now());
    await space.apply(id, settings);
    return { space, settings, record };
  },
  remedies: [{ advice: "Sync again", act: () => undefined, account: { name: "Acme", description: "two" } }],
};

export const domainTaken: Advice = {
  arrange: async (space, settings) => {
    const other = space.org.createAccount({ name: "Acme", websiteurl: "acme.net" });
    const record = space.org.createAccount({ name: "Bolt", websiteurl: "bolt.net", ...LATER });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    space.org.updateAccount(record, { websiteurl: "bolt.net, acme.net" });
    await space.sync(settings);
    return { space, settings, record, other };
  },
  remedies: [
    {
      advice: "enter a domain that no other account has",
      act: update({ websiteurl: "bolt.net, bolt.org" }),
      account: { name: "Bolt", domains: ["bolt.net", "bolt.org"] },
    },
    {
      advice: "remove the domain here from an account that no longer syncs",
      act: async ({ space, settings, other }) => {
        space.org.updateAccount(other!, INACTIVE);
        await space.sync(settings);
        const id = await space.numberOf("Acme");
        await editAccount(space.database, id, { domains: [] }, BY, space.clock.now());
      },
      account: { name: "Bolt", domains: ["acme.net", "bolt.net"] },
    },
    {
      how: "give the other a domain of its own",
      act: ({ space, other }) => space.org.updateAccount(other!, { websiteurl: "acme.org" }),
      account: { name: "Bolt", domains: ["acme.net", "bolt.net"] },
    },
    {
      how: "delete the other account here, and keep it out of the sync",
      act: ({ space }) => deleteHere(space, "Acme", true),
      account: { name: "Bolt", domains: ["acme.net", "bolt.net"] },
    },
    {
      how: "merge them in Dynamics 365",
      act: INTO_THIS,
      account: { name: "Bolt", domains: ["acme.net", "bolt.net"] },
    },
  ],
};
