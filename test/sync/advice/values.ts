// Issues of values of one record, which is synced without them.
import { removeTeammate, saveTeammate } from "../../../src/teammates/teammates.ts";
import { mapping, text, update, type Advice, type Remedy, type Story } from "./story.ts";

const ADDRESS = "ada@ourcompany.com";

const OWNED = mapping({ column: "ownerid", field: "Owner", type: "teammate" });

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
      advice: "replace the value in Dynamics 365 with the customer's own domain",
      act: update({ websiteurl: "acme.net" }),
      account: SYNCED,
    },
    {
      advice: "add it to the exceptions from the common domains",
      act: () => ({ commonDomains: { add: [], remove: ["gmail.com"] } }),
      account: { name: "Acme", domains: ["gmail.com"] },
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
    const settings = { ...base, ...OWNED };
    await saveTeammate(space.database.kysely, { email: "dana@ourcompany.com" });
    const ownerid = space.org.addUser({ fullname: "Ada North", email: ADDRESS });
    const record = space.org.createAccount({ name: "Acme", ownerid });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "Invite the person under the e-mail address or sign-in name that Dynamics 365 has and retry",
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

const BOTH_TEAMMATES = ["ada@ourcompany.com", "dana@ourcompany.com"] as const;

/** Syncs an account of the second of two users, who are teammates under these addresses. */
function ownedBySecond(
  first: { email: string; domainname: string },
  second: { email: string; domainname: string },
): Advice["arrange"] {
  return async (space, base) => {
    const settings = { ...base, ...OWNED };
    for (const email of BOTH_TEAMMATES) await saveTeammate(space.database.kysely, { email });
    space.org.addUser({ fullname: "Ada North", ...first });
    const user = space.org.addUser({ fullname: "Dana Ruiz", ...second });
    const account = space.org.createAccount({ name: "Acme", ownerid: user });
    await space.sync(settings);
    return { space, settings, other: account };
  };
}

/** Changes the user who owns the account. */
function updateOwner(change: (org: Story["space"]["org"], user: string) => void): Remedy["act"] {
  return ({ space: { org }, other }) => {
    const account = org.requireTable("account").get(other!);
    change(org, String(account!["ownerid"]));
  };
}

const ADA = { name: "Acme", fields: { Owner: BOTH_TEAMMATES[0] } };
const DANA = { name: "Acme", fields: { Owner: BOTH_TEAMMATES[1] } };

export const teammateShared: Advice = {
  arrange: ownedBySecond(
    { email: BOTH_TEAMMATES[0], domainname: BOTH_TEAMMATES[0] },
    { email: BOTH_TEAMMATES[0], domainname: "d.ruiz@contoso.example" },
  ),
  remedies: [
    {
      advice: "give each user an e-mail address of its own in Dynamics 365",
      act: updateOwner((org, user) =>
        org.update("systemuser", user, { internalemailaddress: BOTH_TEAMMATES[1] }),
      ),
      account: DANA,
      modes: ["sync"],
    },
    {
      advice: "disable the one that is not used",
      act: ({ space: { org } }) => {
        const users = org.requireTable("systemuser").rows();
        const ada = users.find((user) => user["fullname"] === "Ada North")!;
        org.disableUser(String(ada["systemuserid"]));
      },
      account: ADA,
      modes: ["sync", "changes"],
    },
  ],
};

export const teammateAmbiguous: Advice = {
  arrange: ownedBySecond(
    { email: "nobody@contoso.example", domainname: "nobody@contoso.example" },
    { email: BOTH_TEAMMATES[0], domainname: BOTH_TEAMMATES[1] },
  ),
  remedies: [
    {
      advice: "correct the user's e-mail address in Dynamics 365",
      act: updateOwner((org, user) =>
        org.update("systemuser", user, { internalemailaddress: BOTH_TEAMMATES[1] }),
      ),
      account: DANA,
      modes: ["sync"],
    },
    {
      advice: "remove the teammate who is not needed here",
      act: ({ space }) => removeTeammate(space.database.kysely, BOTH_TEAMMATES[1]),
      account: ADA,
      modes: ["sync", "changes"],
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
    const record = space.org.createAccount({ name: "Acme", new_exact: "12345678901.0123456789" });
    space.org.createAccount({ name: "Another" });
    await space.sync(settings);
    return { space, settings, record };
  },
  remedies: [
    {
      advice: "map it to a field of type Text",
      act: () => mapping(text("new_exact", "Exact as text")),
      account: {
        name: "Acme",
        fields: { Exact: 12345678901.012346, "Exact as text": "12345678901.0123456789" },
      },
    },
    {
      how: "enter a number with fewer digits in Dynamics 365",
      act: ({ space, record }) => space.org.updateAccount(record!, { new_exact: 5 }),
      account: { name: "Acme", fields: { Exact: 5 } },
    },
  ],
};
