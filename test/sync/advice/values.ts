// Issues of values of one record, which is synced without them.
import { saveTeammate } from "../../../src/teammates/teammates.ts";
import { mapping, text, update, type Advice } from "./story.ts";

const ADDRESS = "ada@ourcompany.com";

/** Syncs a record with this value of Website. */
function withWebsite(websiteurl: string): Advice["arrange"] {
  return async (space, settings) => {
    const record = space.org.createAccount({ name: "Acme", websiteurl });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  };
}

const SYNCED = { name: "Acme", domains: ["acme.net"] };

export const domainInvalid: Advice = {
  arrange: withWebsite("nonsense"),
  remedies: [
    { advice: "a domain", act: update({ websiteurl: "acme.net" }), account: SYNCED },
    { advice: "an e-mail address", act: update({ websiteurl: "ada@acme.net" }), account: SYNCED },
    { advice: "a website", act: update({ websiteurl: "https://www.acme.net/about" }), account: SYNCED },
  ],
};

export const domainCommon: Advice = {
  arrange: withWebsite("gmail.com"),
  remedies: [
    {
      advice: "replace the common email domain in Dynamics 365 with the customer's own",
      act: update({ websiteurl: "acme.net" }),
      account: SYNCED,
    },
  ],
};

export const domainOwn: Advice = {
  arrange: withWebsite("ourcompany.com"),
  remedies: [
    {
      advice: "replace the domain in Dynamics 365 with the customer's own",
      act: update({ websiteurl: "acme.net" }),
      account: SYNCED,
    },
    {
      advice: "correct the list of your own domains",
      act: () => ({ ownDomains: [] }),
      account: { name: "Acme", domains: ["ourcompany.com"] },
    },
  ],
};

export const teammateNotFound: Advice = {
  arrange: async (space, base) => {
    const settings = { ...base, ...mapping({ column: "ownerid", field: "Owner", type: "teammate" }) };
    await saveTeammate(space.database.kysely, { email: "dana@ourcompany.com" });
    const ownerid = space.org.addUser({ fullname: "Ada North", email: ADDRESS });
    const record = space.org.createAccount({ name: "Acme", ownerid });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "Invite the person under the e-mail address that Dynamics 365 has",
      act: async ({ space }) => void (await saveTeammate(space.database.kysely, { email: ADDRESS })),
      account: { name: "Acme", fields: { Owner: ADDRESS } },
      // A run of changes reads no record that did not change.
      modes: ["sync", "retry"],
    },
    {
      advice: "choose another owner there",
      act: ({ space, record }) =>
        space.org.updateAccount(record!, {
          ownerid: space.org.addUser({ fullname: "Dana Ruiz", email: "dana@ourcompany.com" }),
        }),
      account: { name: "Acme", fields: { Owner: "dana@ourcompany.com" } },
    },
  ],
};

export const valueInvalid: Advice = {
  arrange: async (space, base) => {
    const settings = {
      ...base,
      ...mapping({ column: "lastonholdtime", field: "On hold", type: "datetime" }),
    };
    const record = space.org.createAccount({ name: "Acme", lastonholdtime: "soon" });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "correct the value in Dynamics 365",
      act: update({ lastonholdtime: "2026-03-01T09:00:00Z" }),
      account: { name: "Acme", fields: { "On hold": "2026-03-01T09:00:00Z" } },
    },
    {
      advice: "map it to a field of type Text",
      act: () => mapping(text("lastonholdtime", "On hold as text")),
      account: { name: "Acme", fields: { "On hold as text": "soon" } },
    },
  ],
};

export const numberRounded: Advice = {
  arrange: async (space, base) => {
    const settings = { ...base, ...mapping({ column: "new_exact", field: "Exact", type: "number" }) };
    space.org.addColumn({ schemaName: "new_Exact", type: "Decimal", label: "Exact", precision: 10 });
    const record = space.org.createAccount({ name: "Acme", new_exact: 12_345_678_901.25 });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "map it to a field of type Text",
      act: () => mapping(text("new_exact", "Exact as text")),
      account: { name: "Acme", fields: { Exact: 12_345_678_901.25, "Exact as text": "12345678901.25" } },
    },
    {
      how: "enter a number with fewer digits in Dynamics 365",
      act: ({ space, record }) => space.org.updateAccount(record!, { new_exact: 5 }),
      account: { name: "Acme", fields: { Exact: 5 } },
    },
  ],
};
