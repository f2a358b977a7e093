// What happens in Dynamics 365 around the accounts: the view, labels, owners, columns. Most of it moves no account's version.
import type { Kinds } from "./event-context.ts";

export const settingsEvents: Kinds = {
  "view edited": {
    cards: 2,
    happen: ({ random, organisation }) => {
      const type = 1 + random.below(8);
      if (organisation.viewTypes.size <= 5 && organisation.viewTypes.has(type)) return false;
      organisation.toggleViewType(type);
      return true;
    },
  },
  "option label renamed": {
    cards: 2,
    onlyFull: ["Industry"],
    happen: ({ random, organisation }) => {
      organisation.relabel(1 + random.below(12), `Sector ${random.below(1000)}`);
      return true;
    },
  },
  "owner renamed": {
    cards: 1,
    onlyFull: [],
    happen: ({ random, organisation }) => {
      organisation.renameUser(
        random.pick([...organisation.users.keys()]),
        `Newly Named ${random.below(1000)}`,
      );
      return true;
    },
  },
  "owner's e-mail changed": {
    cards: 2,
    onlyFull: ["Owner"],
    happen: async ({ random, organisation, ours }) => {
      const email = `Person.${random.below(100_000)}@contoso.example`;
      organisation.changeEmail(random.pick([...organisation.users.keys()]), email);
      if (random.chance(60)) await ours.addTeammate(email);
      return true;
    },
  },
  "owner disabled or enabled": {
    cards: 1,
    onlyFull: ["Owner"],
    happen: ({ random, organisation }) => {
      const { adminId } = organisation.org;
      const id = random.pick([...organisation.users.keys()].filter((one) => one !== adminId));
      organisation.disableUser(id, organisation.users.get(id)?.disabled === false);
      return true;
    },
  },
  "score calculated anew": {
    cards: 2,
    onlyFull: ["Score"],
    happen: ({ random, organisation }) => {
      for (let times = 0; times < 8; times += 1) {
        const account = organisation.some(random);
        if (account) organisation.recalculate(account, random.chance(80) ? random.below(1000) : null);
      }
      return true;
    },
  },
  "mapped column deleted": {
    cards: 1,
    happen: ({ organisation }) => {
      if (!organisation.regionIsThere) return false;
      organisation.deleteRegion();
      return true;
    },
  },
  "mapped column brought back": {
    cards: 1,
    happen: ({ random, organisation, expected }) => {
      // One that goes and comes between two runs looks as if it had never gone, until a full run reads every row.
      const wasMissed = expected.issues.some((issue) => issue.includes("field-not-found"));
      if (organisation.regionIsThere || !wasMissed) return false;
      organisation.addRegion();
      for (let times = 0; times < 6; times += 1) {
        const account = organisation.some(random);
        if (account) organisation.change(account, { new_region: `Region ${random.below(5)}` });
      }
      return true;
    },
  },
};
