// Issues of the selection and of mapped columns, which concern all accounts.
import { mapping, text, type Advice, type Story } from "./story.ts";

function viewOf(column: string): string {
  return `<fetch><entity name="account"><attribute name="name"/>
    <filter><condition attribute="${column}" operator="eq" value="Gold"/></filter></entity></fetch>`;
}

const chooseAnotherView = ({ space }: Story) => ({
  selection: {
    kind: "view" as const,
    view: space.org.addView({ kind: "system", name: "Named Acme", fetchxml: viewOf("address1_city") }),
  },
});

export const viewNotFound: Advice = {
  arrange: async (space, base) => {
    const owner = space.org.addUser({ fullname: "Ada North", email: "ada@ourcompany.com" });
    const view = space.org.addView({
      kind: "personal",
      name: "Gold",
      fetchxml: viewOf("address1_city"),
      owner,
    });
    const settings = { ...base, selection: { kind: "view" as const, view } };
    space.org.shareView(view, space.org.adminId);
    const record = space.org.createAccount({ name: "Acme", address1_city: "Gold" });
    await space.sync(settings);
    space.org.unshareView(view, space.org.adminId);
    return { space, settings, record, other: view };
  },
  remedies: [
    {
      advice: "choose a new Dynamics 365 view",
      act: chooseAnotherView,
      account: { name: "Acme" },
      modes: ["sync", "changes"],
    },
    {
      advice: "ask the view's owner to share it again, and sync again",
      act: ({ space, other }) => space.org.shareView(other!, space.org.adminId),
      account: { name: "Acme" },
      modes: ["sync", "changes"],
    },
  ],
};

export const viewBroken: Advice = {
  arrange: async (space, base) => {
    space.org.addColumn({ schemaName: "new_Tier", type: "String", label: "Tier" });
    const view = space.org.addView({ kind: "system", name: "Gold", fetchxml: viewOf("new_tier") });
    const settings = { ...base, selection: { kind: "view" as const, view } };
    const record = space.org.createAccount({ name: "Acme", new_tier: "Gold", address1_city: "Gold" });
    await space.sync(settings);
    space.org.deleteColumn("new_tier");
    return { space, settings, record, other: view };
  },
  remedies: [
    {
      advice: "Open the view in Dynamics 365, repair and save it, and sync again",
      act: ({ space, other }) => space.org.updateView(other!, { fetchxml: viewOf("address1_city") }),
      account: { name: "Acme" },
      modes: ["sync", "changes"],
    },
    {
      advice: "choose another view in the sync settings",
      act: chooseAnotherView,
      account: { name: "Acme" },
      modes: ["sync", "changes"],
    },
  ],
};

/** Syncs a column, which then goes. */
function withTier(lose: (story: Story) => void): Advice["arrange"] {
  return async (space, base) => {
    const settings = { ...base, ...mapping(text("new_tier", "Tier")) };
    for (const schemaName of ["new_Tier", "new_Level"])
      space.org.addColumn({ schemaName, type: "String", label: schemaName });
    const record = space.org.createAccount({ name: "Acme", new_tier: "Gold", new_level: "First" });
    await space.sync(settings);
    const story = { space, settings };
    lose(story);
    await space.sync(settings);
    return { ...story, other: record };
  };
}

export const fieldNotFound: Advice = {
  arrange: withTier(({ space }) => space.org.deleteColumn("new_tier")),
  remedies: [
    {
      advice: "choose a new Dynamics 365 field to sync",
      act: () => mapping(text("new_level", "Tier")),
      account: { name: "Acme", fields: { Tier: "First" } },
      modes: ["sync", "changes"],
    },
    {
      advice: "remove the mapping",
      act: () => mapping(),
      account: { name: "Acme", fields: { Tier: "Gold" } },
      modes: ["sync", "changes"],
    },
  ],
};

export const fieldNotReadable: Advice = {
  arrange: withTier(({ space: { org } }) => {
    org.secureColumn("new_tier");
    org.removeRole(org.roles.get("System Administrator")!, org.adminId);
    org.assignRole(org.roles.get("Basic User")!, org.adminId);
  }),
  remedies: [
    {
      advice: "give that user the right to read the field through a field security profile",
      act: ({ space: { org } }) =>
        org.assignProfile(org.addFieldSecurityProfile("Tiers", ["new_tier"]), org.adminId),
      account: { name: "Acme", fields: { Tier: "Gold" } },
      modes: ["sync", "changes"],
    },
    {
      advice: "choose another field in the sync settings",
      act: () => mapping(text("new_level", "Tier")),
      account: { name: "Acme", fields: { Tier: "First" } },
      modes: ["sync", "changes"],
    },
  ],
};
