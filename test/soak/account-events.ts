// Events: what happens to accounts in Dynamics 365.
import { OWN_DOMAINS, type Account } from "./organisation.ts";
import { hasSite, isNamed, siteOf, type EventKinds, type EventContext } from "./event-context.ts";

function twoAccounts(
  { random, organisation }: EventContext,
  test: (account: Account) => boolean,
): readonly [Account, Account] | undefined {
  const a = organisation.randomAccount(random, test);
  const b = organisation.randomAccount(random, (other) => other !== a && test(other));
  return a && b && [a, b];
}

/** Returns new values of one column. */
function randomEdit({ random, organisation }: EventContext) {
  return random.pick([
    { numberofemployees: random.below(10_000) },
    { numberofemployees: null },
    { description: `Talked to on day ${random.below(30)}` },
    { description: null },
    { industrycode: 1 + random.below(12) },
    { donotemail: random.chance(50) },
    { customertypecode: 1 + random.below(8) },
    { ownerid: random.pick(organisation.owners()) },
    organisation.hasRegion ? { new_region: `Region ${random.below(5)}` } : { industrycode: null },
  ]);
}

export const accountEvents: EventKinds = {
  "account edited": {
    weight: 12,
    perform: (context) => {
      const account = context.organisation.randomAccount(context.random);
      if (account) context.organisation.change(account, { ...randomEdit(context), ...randomEdit(context) });
      return account !== undefined;
    },
  },
  "account created": {
    weight: 4,
    perform: ({ random, organisation }) => {
      organisation.add(random);
      return true;
    },
  },
  "account deleted": {
    weight: 3,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random);
      if (account) organisation.remove(account);
      return account !== undefined;
    },
  },
  "stopped account deleted": {
    weight: 1,
    perform: ({ random, organisation, expected }) => {
      const account = organisation.randomAccount(
        random,
        ({ id }) => (expected.linkOf(id)?.stopReason ?? null) !== null,
      );
      if (account) organisation.remove(account);
      return account !== undefined;
    },
  },
  "account deactivated": {
    weight: 3,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random);
      if (account) organisation.setActive(account, false);
      return account !== undefined;
    },
  },
  "account reactivated": {
    weight: 3,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, ({ active }) => !active);
      if (account) organisation.setActive(account, true);
      return account !== undefined;
    },
  },
  "accounts merged": {
    weight: 2,
    perform: (context) => {
      const two = twoAccounts(context, hasSite);
      if (!two) return false;
      const [survivor, loser] = two;
      const { organisation, random } = context;
      const sites = `${survivor.values.websiteurl}; ${loser.values.websiteurl}`;
      organisation.merge(survivor, loser);
      if (random.chance(60) && sites.length <= 200) organisation.change(survivor, { websiteurl: sites });
      return true;
    },
  },
  "domain moved": {
    weight: 2,
    perform: (context) => {
      const two = twoAccounts(context, hasSite);
      if (!two) return false;
      const [from, to] = two;
      context.organisation.change(to, { websiteurl: from.values.websiteurl });
      context.organisation.change(from, { websiteurl: null, emailaddress1: null });
      return true;
    },
  },
  "domains swapped": {
    weight: 2,
    perform: (context) => {
      const two = twoAccounts(context, hasSite);
      if (!two) return false;
      const [a, b] = two;
      const first = { websiteurl: a.values.websiteurl, emailaddress1: a.values.emailaddress1 };
      const second = { websiteurl: b.values.websiteurl, emailaddress1: b.values.emailaddress1 };
      context.organisation.change(a, second);
      context.organisation.change(b, first);
      return true;
    },
  },
  "names swapped": {
    weight: 2,
    perform: (context) => {
      const two = twoAccounts(context, isNamed);
      if (!two) return false;
      const [a, b] = two;
      const name = a.values.name;
      context.organisation.change(a, { name: b.values.name });
      context.organisation.change(b, { name });
      return true;
    },
  },
  "name gets another spelling": {
    weight: 1,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, isNamed);
      if (account) organisation.change(account, { name: ` ${account.values.name?.toUpperCase()}` });
      return account !== undefined;
    },
  },
  "domain claimed twice": {
    weight: 2,
    perform: (context) => {
      const two = twoAccounts(context, hasSite);
      if (!two) return false;
      context.organisation.change(two[0], { emailaddress1: `sales@${siteOf(two[1])}` });
      return true;
    },
  },
  "account created with a name in use": {
    weight: 2,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, isNamed);
      if (account)
        organisation.add(random, { name: account.values.name, websiteurl: null, emailaddress1: null });
      return account !== undefined;
    },
  },
  "account created with a domain in use": {
    weight: 2,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, hasSite);
      if (account) organisation.add(random, { websiteurl: siteOf(account) });
      return account !== undefined;
    },
  },
  "website without a usable domain": {
    weight: 2,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random);
      const websiteurl = random.pick(["gmail.com", OWN_DOMAINS[0]!, "ask reception", "http://10.0.0.1"]);
      if (account) organisation.change(account, { websiteurl });
      return account !== undefined;
    },
  },
  "name blanked": {
    weight: 1,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, isNamed);
      if (account) organisation.change(account, { name: random.pick([null, "  "]) });
      return account !== undefined;
    },
  },
  "blank name filled": {
    weight: 1,
    perform: ({ random, organisation }) => {
      const account = organisation.randomAccount(random, (one) => one.active && !isNamed(one));
      if (account) organisation.change(account, { name: `Found again ${random.below(1000)}` });
      return account !== undefined;
    },
  },
};
