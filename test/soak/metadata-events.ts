// Events: changes of the view, labels, owners and columns in Dynamics 365. Most of them change no
// account's version, so that a changes-only run does not notice them.
import type { EventKinds } from "./event-context.ts";

export const metadataEvents: EventKinds = {
  "view edited": {
    weight: 2,
    perform: ({ random, organisation }) => {
      const type = 1 + random.below(8);
      if (organisation.viewTypes.size <= 5 && organisation.viewTypes.has(type)) return false;
      organisation.toggleViewType(type);
      return true;
    },
  },
  "option label renamed": {
    weight: 2,
    needsFullRun: ["Industry"],
    perform: ({ random, organisation }) => {
      organisation.relabel(1 + random.below(12), `Sector ${random.below(1000)}`);
      return true;
    },
  },
  "owner renamed": {
    weight: 1,
    needsFullRun: [],
    perform: ({ random, organisation }) => {
      organisation.renameUser(
        random.pick([...organisation.users.keys()]),
        `Newly Named ${random.below(1000)}`,
      );
      return true;
    },
  },
  "owner's e-mail changed": {
    weight: 2,
    needsFullRun: ["Owner"],
    perform: async ({ random, organisation, localEdits }) => {
      const email = `Person.${random.below(100_000)}@contoso.example`;
      organisation.changeEmail(random.pick([...organisation.users.keys()]), email);
      if (random.chance(60)) await localEdits.addTeammate(email);
      return true;
    },
  },
  "owner disabled or enabled": {
    weight: 1,
    needsFullRun: ["Owner"],
    perform: ({ random, organisation }) => {
      const { adminId } = organisation.org;
      const id = random.pick([...organisation.users.keys()].filter((one) => one !== adminId));
      organisation.disableUser(id, organisation.users.get(id)?.disabled === false);
      return true;
    },
  },
  "score recalculated": {
    weight: 2,
    needsFullRun: ["Score"],
    perform: ({ random, organisation }) => {
      for (let times = 0; times < 8; times += 1) {
        const account = organisation.randomAccount(random);
        if (account) organisation.recalculate(account, random.chance(80) ? random.below(1000) : null);
      }
      return true;
    },
  },
  "mapped column deleted": {
    weight: 1,
    perform: ({ organisation }) => {
      if (!organisation.hasRegion) return false;
      organisation.deleteRegion();
      return true;
    },
  },
  "mapped column added again": {
    weight: 1,
    perform: ({ random, organisation, expected }) => {
      // A column that was deleted and added again between two runs is noticed by a full run alone.
      const wasMissed = expected.issues.some((issue) => issue.includes("field-not-found"));
      if (organisation.hasRegion || !wasMissed) return false;
      organisation.addRegion();
      for (let times = 0; times < 6; times += 1) {
        const account = organisation.randomAccount(random);
        if (account) organisation.change(account, { new_region: `Region ${random.below(5)}` });
      }
      return true;
    },
  },
};
