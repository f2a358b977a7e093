// Knots of names and domains that chance ties too seldom: each makes or changes the records and accounts that it takes for
// one rare branch of docs/rules.md to be reached in the next run, if the settings are those it needs. Where what it needs
// is not there, or another knot of the chapter has it, a knot stays untied.
import { EARLIEST, LATEST, nth, type StoryState } from "./story-state.ts";
import type { Conflict } from "./conflicts.ts";
import { domains, names, type Step } from "./random-stories.ts";
import { OWN_DOMAIN } from "./model-sync.ts";

interface ScenarioContext {
  readonly state: StoryState;
  readonly n: number;
  /** A new record gets this name and these domains; returns its id. */
  readonly addRecord: (name: string | null, some: readonly string[], created?: string) => string | undefined;
}

function domainValues(some: readonly string[]) {
  return { websiteurl: some.join("; ") || null, emailaddress1: null };
}

const scenarios: Readonly<Record<Conflict, (strands: ScenarioContext) => void>> = {
  "an open account lets go of what a linked one wants": ({ state, n, addRecord }) => {
    const [of, wanted, name] = [state.reserveLinked(n), state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!of || !wanted || !name) return;
    state.createOpenAccount(name, [wanted]);
    state.updateRecord(of, { emailaddress1: wanted });
    addRecord(name, [], LATEST);
  },
  "a taken domain, then one of an open namesake": ({ state, n, addRecord }) => {
    const [taken, domain, name] = [
      state.reserveLinkedDomain(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!taken || !domain || !name) return;
    state.createOpenAccount(name, [domain]);
    addRecord(name, [taken, domain]);
  },
  "a taken domain, then one of an open stranger": ({ state, n, addRecord }) => {
    const [taken, domain, name] = [
      state.reserveLinkedDomain(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!taken || !domain || !name) return;
    state.createOpenAccount(nth(names, n) ?? name, [domain]);
    addRecord(name, [taken, domain]);
  },
  "a taken domain, then a name in use": ({ state, n, addRecord }) => {
    const [taken, namesake] = [
      state.reserveLinkedDomain(n),
      state.reserveReadOnly(state.linkedWithUniqueName(), n),
    ];
    if (taken && namesake) addRecord(namesake.values.name, [taken]);
  },
  "open namesakes beside a linked one": ({ state, n, addRecord }) => {
    const name = state.reserveLinked(n)?.values.name ?? "";
    if (name.trim() === "") return;
    state.createOpenAccount(name.toUpperCase(), []);
    state.createOpenAccount(name, []);
    addRecord(name, []);
  },
  "a name in use, and a domain that a later one claims": ({ state, n, addRecord }) => {
    const namesake = state.reserveReadOnly(state.linkedWithUniqueName(), n);
    const [later, domain] = [state.reserveLinked(n), state.reserveFreeDomain(n)];
    if (!namesake || !later || !domain) return;
    addRecord(namesake.values.name, [domain], EARLIEST);
    state.updateRecord(later, { emailaddress1: domain });
  },
  "a linked one wants what an earlier one makes": ({ state, n, addRecord }) => {
    const [of, domain, name] = [state.reserveLinked(n), state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!of || !domain || !name) return;
    addRecord(name, [domain], EARLIEST);
    state.updateRecord(of, { emailaddress1: domain });
  },
  "an account that nobody holds back": ({ state, n, addRecord }) => {
    const [first, second, name] = [
      state.reserveFreeDomain(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!first || !second || !name) return;
    state.createOpenAccount(nth(names, n) ?? name, [second]);
    state.createOpenAccount(name, []);
    addRecord(name, [first, second, ...domains.filter((domain) => domain !== first && domain !== second)]);
  },
  "two want the same": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    addRecord(name, [domain], EARLIEST);
    addRecord(nth(names, n) ?? null, [domain], LATEST);
    addRecord(name, [], LATEST);
  },
  "one of another source is in the way": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    state.createForeignAccount(name, [domain], n);
    addRecord(name, []);
    addRecord(nth(names, n) ?? null, [domain]);
  },
  "one of another source has its id": ({ state, n, addRecord }) => {
    const id = addRecord(nth(names, n) ?? null, []);
    if (id !== undefined) state.createForeignAccount(nth(names, n + 1) ?? "", [], n, id);
  },
  "a departed one is in the way": ({ state, n, addRecord }) => {
    const of = state.reserveLinkedWithDomains(n);
    if (!of) return;
    state.removeRecord(of, "hide");
    addRecord(of.values.name, []);
    addRecord(nth(names, n) ?? null, state.domainsOf(of.id));
  },
  "one departs": ({ state, n }) => {
    const of = state.reserveLinkedWithDomains(n);
    if (of) state.removeRecord(of, "hide");
  },
  "a departed one comes back changed": ({ state, n }) => {
    const departed = state.reserve(state.stoppedWithDomains(), n) ?? state.reserve(state.stopped(), n);
    const domain = state.reserveFreeDomain(n);
    if (!departed) return;
    state.restoreRecord(departed, {
      name: nth(names, n) ?? null,
      ...domainValues(domain === undefined ? [] : [domain]),
    });
  },
  "a departed one is deleted": ({ state, n }) => {
    const departed = state.reserve(
      state.stopped().filter(({ id }) => state.model.source.has(id)),
      n,
    );
    if (departed) state.removeRecord(departed, "delete");
  },
  "a deleted one has heirs": ({ state, n, addRecord }) => {
    const [of, other] = [state.reserveLinked(n), state.reserveLinkedWithDomains(n)];
    if (of) {
      state.removeRecord(of, "delete");
      addRecord(of.values.name, []);
    }
    if (other) {
      state.removeRecord(other, "delete");
      addRecord(nth(names, n) ?? null, state.domainsOf(other.id));
    }
  },
  "a linked one lets go of what a new one wants": ({ state, n, addRecord }) => {
    const [holder, of, name] = [
      state.reserveLinkedWithDomains(n),
      state.reserveLinked(n),
      state.reserveFreeName(n),
    ];
    if (!holder || !of || !name) return;
    state.updateRecord(holder, domainValues([]));
    addRecord(name, state.domainsOf(holder.id));
    state.updateRecord(of, { name: state.reserveFreeName(n) ?? nth(names, n) ?? null });
    addRecord(of.values.name, []);
  },
  "domains swapped": ({ state, n }) => {
    const [a, b] = [state.reserveLinkedWithDomains(n), state.reserveLinkedWithDomains(n)];
    if (!a || !b) return;
    state.updateRecord(a, domainValues(state.domainsOf(b.id)));
    state.updateRecord(b, domainValues(state.domainsOf(a.id)));
  },
  "names swapped": ({ state, n }) => {
    state.swapValues(state.reserveLinked(n), state.reserveLinked(n), ["name"]);
  },
  "a name is spelled otherwise": ({ state, n }) => {
    const of = state.reserveLinked(n);
    if (of?.values.name) state.updateRecord(of, { name: ` ${of.values.name.trim().toUpperCase()}` });
  },
  "a name goes blank": ({ state, n }) => {
    const of = state.reserveLinked(n);
    if (of) state.updateRecord(of, { name: " \t" });
  },
  "an open namesake with domains": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    state.createOpenAccount(name, [domain]);
    addRecord(name, []);
  },
  "what was in the way makes room": ({ state, n }) => {
    const refused = state.reserve(state.refused(), n);
    if (refused) state.removeBlockers(refused);
  },
};

export function arrangeConflict(
  { conflict, record: n, heir }: Extract<Step, { step: "tangle" }>,
  state: StoryState,
): void {
  scenarios[conflict]({
    state,
    n,
    addRecord: (name, some, created) => {
      const junk = nth(["10.0.0.1", "gmail.com", OWN_DOMAIN, null], n);
      return state.createRecord(heir, { name, ...domainValues(some), emailaddress1: junk ?? null }, created);
    },
  });
}
