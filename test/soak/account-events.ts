// What happens to accounts in Dynamics 365 in a day.
import { OWN_DOMAINS, type Account } from "./organisation.ts";
import { hasSite, isNamed, siteOf, type Kinds, type Scene } from "./event-context.ts";

function pair(
  { random, organisation }: Scene,
  test: (account: Account) => boolean,
): readonly [Account, Account] | undefined {
  const a = organisation.some(random, test);
  const b = organisation.some(random, (other) => other !== a && test(other));
  return a && b && [a, b];
}

/** What is changed of an account in a day's work. */
function edits({ random, organisation }: Scene) {
  return random.pick([
    { numberofemployees: random.below(10_000) },
    { numberofemployees: null },
    { description: `Talked to on day ${random.below(30)}` },
    { description: null },
    { industrycode: 1 + random.below(12) },
    { donotemail: random.chance(50) },
    { customertypecode: 1 + random.below(8) },
    { ownerid: random.pick(organisation.owners()) },
    organisation.regionIsThere ? { new_region: `Region ${random.below(5)}` } : { industrycode: null },
  ]);
}

export const accountEvents: Kinds = {
  "account edited": {
    cards: 12,
    happen: (scene) => {
      const account = scene.organisation.some(scene.random);
      if (account) scene.organisation.change(account, { ...edits(scene), ...edits(scene) });
      return account !== undefined;
    },
  },
  "account made": {
    cards: 4,
    happen: ({ random, organisation }) => {
      organisation.add(random);
      return true;
    },
  },
  "account deleted": {
    cards: 3,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random);
      if (account) organisation.remove(account);
      return account !== undefined;
    },
  },
  "departed account deleted": {
    cards: 1,
    happen: ({ random, organisation, expected }) => {
      const account = organisation.some(random, ({ id }) => (expected.linkOf(id)?.left ?? null) !== null);
      if (account) organisation.remove(account);
      return account !== undefined;
    },
  },
  "account deactivated": {
    cards: 3,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random);
      if (account) organisation.setActive(account, false);
      return account !== undefined;
    },
  },
  "account reactivated": {
    cards: 3,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, ({ active }) => !active);
      if (account) organisation.setActive(account, true);
      return account !== undefined;
    },
  },
  "accounts merged": {
    cards: 2,
    happen: (scene) => {
      const two = pair(scene, hasSite);
      if (!two) return false;
      const [survivor, loser] = two;
      const { organisation, random } = scene;
      const sites = `${survivor.values.websiteurl}; ${loser.values.websiteurl}`;
      organisation.merge(survivor, loser);
      if (random.chance(60) && sites.length <= 200) organisation.change(survivor, { websiteurl: sites });
      return true;
    },
  },
  "domain moved": {
    cards: 2,
    happen: (scene) => {
      const two = pair(scene, hasSite);
      if (!two) return false;
      const [from, to] = two;
      scene.organisation.change(to, { websiteurl: from.values.websiteurl });
      scene.organisation.change(from, { websiteurl: null, emailaddress1: null });
      return true;
    },
  },
  "domains swapped": {
    cards: 2,
    happen: (scene) => {
      const two = pair(scene, hasSite);
      if (!two) return false;
      const [a, b] = two;
      const first = { websiteurl: a.values.websiteurl, emailaddress1: a.values.emailaddress1 };
      const second = { websiteurl: b.values.websiteurl, emailaddress1: b.values.emailaddress1 };
      scene.organisation.change(a, second);
      scene.organisation.change(b, first);
      return true;
    },
  },
  "names swapped": {
    cards: 2,
    happen: (scene) => {
      const two = pair(scene, isNamed);
      if (!two) return false;
      const [a, b] = two;
      const name = a.values.name;
      scene.organisation.change(a, { name: b.values.name });
      scene.organisation.change(b, { name });
      return true;
    },
  },
  "name spelled otherwise": {
    cards: 1,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, isNamed);
      if (account) organisation.change(account, { name: ` ${account.values.name?.toUpperCase()}` });
      return account !== undefined;
    },
  },
  "domain claimed twice": {
    cards: 2,
    happen: (scene) => {
      const two = pair(scene, hasSite);
      if (!two) return false;
      scene.organisation.change(two[0], { emailaddress1: `sales@${siteOf(two[1])}` });
      return true;
    },
  },
  "account made with a name that is there": {
    cards: 2,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, isNamed);
      if (account)
        organisation.add(random, { name: account.values.name, websiteurl: null, emailaddress1: null });
      return account !== undefined;
    },
  },
  "account made with a domain that is there": {
    cards: 2,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, hasSite);
      if (account) organisation.add(random, { websiteurl: siteOf(account) });
      return account !== undefined;
    },
  },
  "website that gives no domain": {
    cards: 2,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random);
      const websiteurl = random.pick(["gmail.com", OWN_DOMAINS[0]!, "ask reception", "http://10.0.0.1"]);
      if (account) organisation.change(account, { websiteurl });
      return account !== undefined;
    },
  },
  "name blanked": {
    cards: 1,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, isNamed);
      if (account) organisation.change(account, { name: random.pick([null, "  "]) });
      return account !== undefined;
    },
  },
  "blank name filled": {
    cards: 1,
    happen: ({ random, organisation }) => {
      const account = organisation.some(random, (one) => one.active && !isNamed(one));
      if (account) organisation.change(account, { name: `Found again ${random.below(1000)}` });
      return account !== undefined;
    },
  },
};
