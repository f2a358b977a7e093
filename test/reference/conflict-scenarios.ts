// Arranges conflicts that chance alone brings too seldom: each creates or changes the records and
// accounts with which the next run reaches one rare branch of docs/rules.md, under the settings
// that the conflict needs. It does nothing if what it needs is missing or reserved for another
// conflict of the cycle.
import type { ConflictState } from "./conflict-state.ts";
import type { Conflict, DepartureConflict } from "./conflicts.ts";
import { departureScenarios } from "./departure-scenarios.ts";
import { domainValues, type Scenario } from "./scenario.ts";
import { OWN_DOMAIN } from "./organisation.ts";
import { domains, names } from "./random-values.ts";
import type { Step } from "./steps.ts";
import { EARLIEST, LATEST, nth } from "./story-state.ts";

const scenarios: Readonly<Record<Exclude<Conflict, DepartureConflict>, Scenario>> = {
  "an open account releases a domain that a linked one claims": ({ state, n, addRecord }) => {
    const [linked, wanted, name] = [
      state.reserveLinked(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!linked || !wanted || !name) return;
    state.createOpenAccount(name, [wanted]);
    state.updateRecord(linked, { emailaddress1: wanted });
    addRecord(name, [], LATEST);
  },
  "a taken domain, then one of the open account with its name": ({ state, n, addRecord }) => {
    const [taken, domain, name] = [
      state.reserveLinkedDomain(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!taken || !domain || !name) return;
    state.createOpenAccount(name, [domain]);
    addRecord(name, [taken, domain]);
  },
  "a taken domain, then one of another open account": ({ state, n, addRecord }) => {
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
    const [taken, sameName] = [
      state.reserveLinkedDomain(n),
      state.reserveReadOnly(state.linkedWithUniqueName(), n),
    ];
    if (taken && sameName) addRecord(sameName.values.name, [taken]);
  },
  "open accounts have the name of a linked one": ({ state, n, addRecord }) => {
    const name = state.reserveLinked(n)?.values.name ?? "";
    if (name.trim() === "") return;
    state.createOpenAccount(name.toUpperCase(), []);
    state.createOpenAccount(name, []);
    addRecord(name, []);
  },
  "a refused record has a domain that a later one claims": ({ state, n, addRecord }) => {
    const sameName = state.reserveReadOnly(state.linkedWithUniqueName(), n);
    const [later, domain] = [state.reserveLinked(n), state.reserveFreeDomain(n)];
    if (!sameName || !later || !domain) return;
    addRecord(sameName.values.name, [domain], EARLIEST);
    state.updateRecord(later, { emailaddress1: domain });
  },
  "a linked account claims a domain of an earlier new one": ({ state, n, addRecord }) => {
    const [linked, domain, name] = [
      state.reserveLinked(n),
      state.reserveFreeDomain(n),
      state.reserveFreeName(n),
    ];
    if (!linked || !domain || !name) return;
    addRecord(name, [domain], EARLIEST);
    state.updateRecord(linked, { emailaddress1: domain });
  },
  "a later domain decides among several accounts": ({ state, n, addRecord }) => {
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
  "new records claim the same name and domain": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    addRecord(name, [domain], EARLIEST);
    addRecord(nth(names, n) ?? null, [domain], LATEST);
    addRecord(name, [], LATEST);
  },
  "an account of another source is a blocker": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    state.createForeignAccount(name, [domain], n);
    addRecord(name, []);
    addRecord(nth(names, n) ?? null, [domain]);
  },
  "an account of another source has the record's id": ({ state, n, addRecord }) => {
    const id = addRecord(nth(names, n) ?? null, []);
    if (id !== undefined) state.createForeignAccount(nth(names, n + 1) ?? "", [], n, id);
  },
  "a record is deactivated": ({ state, n }) => {
    const linked = state.reserveLinkedWithDomains(n);
    if (linked) state.removeRecord(linked, "deactivate");
  },
  "a stopped record returns with changes": ({ state, n }) => {
    const stopped = state.reserveWithDomains(state.stopped(), n) ?? state.reserve(state.stopped(), n);
    const domain = state.reserveFreeDomain(n);
    if (!stopped) return;
    state.restoreRecord(stopped, {
      name: nth(names, n) ?? null,
      ...domainValues(domain === undefined ? [] : [domain]),
    });
  },
  "a stopped record is deleted": ({ state, n }) => {
    const stopped = state.reserve(
      state.stopped().filter(({ id }) => state.model.source.has(id)),
      n,
    );
    if (stopped) state.removeRecord(stopped, "delete");
  },
  "new records have the values of deleted ones": ({ state, n, addRecord }) => {
    const [linked, other] = [state.reserveLinked(n), state.reserveLinkedWithDomains(n)];
    if (linked) {
      state.removeRecord(linked, "delete");
      addRecord(linked.values.name, []);
    }
    if (other) {
      state.removeRecord(other, "delete");
      addRecord(nth(names, n) ?? null, state.domainsOf(other.id));
    }
  },
  "linked accounts release what new records claim": ({ state, n, addRecord }) => {
    const [holder, linked, name] = [
      state.reserveLinkedWithDomains(n),
      state.reserveLinked(n),
      state.reserveFreeName(n),
    ];
    if (!holder || !linked || !name) return;
    state.updateRecord(holder, domainValues([]));
    addRecord(name, state.domainsOf(holder.id));
    state.updateRecord(linked, { name: state.reserveFreeName(n) ?? nth(names, n) ?? null });
    addRecord(linked.values.name, []);
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
  "a name gets another spelling": ({ state, n }) => {
    const linked = state.reserveLinked(n);
    if (linked?.values.name)
      state.updateRecord(linked, { name: ` ${linked.values.name.trim().toUpperCase()}` });
  },
  "a name becomes blank": ({ state, n }) => {
    const linked = state.reserveLinked(n);
    if (linked) state.updateRecord(linked, { name: " \t" });
  },
  "an open account has the name, and domains": ({ state, n, addRecord }) => {
    const [domain, name] = [state.reserveFreeDomain(n), state.reserveFreeName(n)];
    if (!domain || !name) return;
    state.createOpenAccount(name, [domain]);
    addRecord(name, []);
  },
  "the blocker of a refused record is removed": ({ state, n }) => {
    const refused = state.reserve(state.refused(), n);
    if (refused) state.removeBlockers(refused);
  },
};

export function arrangeConflict(
  { conflict, index: n, newRecord }: Extract<Step, { kind: "conflict" }>,
  state: ConflictState,
): void {
  const all: Readonly<Record<Conflict, Scenario>> = { ...scenarios, ...departureScenarios };
  all[conflict]({
    state,
    n,
    addRecord: (name, some, created) => {
      const invalid = nth(["10.0.0.1", "gmail.com", OWN_DOMAIN, null], n);
      return state.createRecord(
        newRecord,
        { name, ...domainValues(some), emailaddress1: invalid ?? null },
        created,
      );
    },
  });
}
