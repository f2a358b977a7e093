// Conflicts about records that a run does not read: merged, deactivated, deleted ones, and those
// that left the view; and about their return (`conflict-scenarios.ts` has the others).
import type { DepartureConflict } from "./conflicts.ts";
import type { SourceRecord } from "./organisation.ts";
import { names } from "./random-values.ts";
import { domainValues, type Scenario, type ScenarioContext } from "./scenario.ts";
import { EARLIEST, LATEST, nth } from "./story-state.ts";

/** Creates records that want the name, and the domains, of an account. */
function addClaimants({ addRecord, state, n }: ScenarioContext, { id, values }: SourceRecord): void {
  const some = state.domainsOf(id);
  addRecord(values.name, []);
  if (some.length > 0) addRecord(nth(names, n) ?? null, some);
}

/** Adds a record and takes it out of the selection. */
function addUnselected({ addRecord, state, n }: ScenarioContext, name: string | null) {
  const id = addRecord(name, []);
  const record = id === undefined ? undefined : state.model.source.get(id);
  if (record && n % 2 === 0) state.removeRecord(record, "deactivate");
  else if (record) state.moveAcrossView(record);
  return id;
}

export const departureScenarios: Readonly<Record<DepartureConflict, Scenario>> = {
  "a record is merged into a linked one": ({ state, n }) => {
    const [winner, merged] = [state.reserveLinked(n), state.reserveLinkedWithDomains(n)];
    if (!winner || !merged) return;
    state.mergeRecord(merged, winner.id);
    if (n % 2 === 0) state.updateRecord(winner, domainValues(state.domainsOf(merged.id)));
  },
  "records are merged into a new one": ({ state, n, addRecord }) => {
    const [merged, other] = [state.reserveLinkedWithDomains(n), state.reserveLinked(n)];
    const winner = merged && addRecord(merged.values.name, state.domainsOf(merged.id));
    if (!merged || !winner) return;
    state.mergeRecord(merged, winner);
    if (other && n % 2 === 0) state.mergeRecord(other, n % 4 === 0 ? merged.id : winner);
  },
  "a record is merged into one outside the selection": (context) => {
    const { state, n } = context;
    const [merged, other] = [
      state.reserveLinkedWithDomains(n),
      n % 3 === 0 ? state.reserveLinked(n) : undefined,
    ];
    if (!merged) return;
    const winner = other?.id ?? addUnselected(context, nth(names, n) ?? null);
    if (!winner) return;
    if (other && n % 2 === 0) state.removeRecord(other, "deactivate");
    else if (other) state.moveAcrossView(other);
    state.mergeRecord(merged, winner);
    addClaimants(context, merged);
  },
  "the masters of records form a circle": ({ state, n }) => {
    const [a, b] = [state.reserveLinked(n), state.reserveLinked(n)];
    if (!a || !b) return;
    state.mergeRecord(a, b.id);
    state.mergeRecord(b, a.id);
  },
  "the master of a merged record is deleted": ({ state, n }) => {
    const master = state.reserveMaster(n) ?? state.reserveLinked(n);
    const merged = state.reserveLinked(n);
    if (!master || !merged) return;
    state.mergeRecord(merged, master.id);
    state.removeRecord(master, "delete");
  },
  "a record is merged into an excluded one": ({ state, n }) => {
    const [winner, merged] = [state.reserveLinked(n), state.reserveLinked(n)];
    const account = winner && state.linkOf(winner.id)?.account;
    if (!merged || !account) return;
    state.deleteAccount(account, true);
    state.mergeRecord(merged, winner.id);
  },
  "a record is merged into one whose id another source has": ({ state, n, addRecord }) => {
    const merged = state.reserveLinked(n);
    const winner = merged && addRecord(nth(names, n) ?? null, []);
    if (!merged || winner === undefined) return;
    state.createForeignAccount(nth(names, n + 1) ?? "", [], n, winner);
    state.mergeRecord(merged, winner);
  },
  "a record is merged into one with a blank name": ({ state, n, addRecord }) => {
    const merged = state.reserveLinked(n);
    const winner = merged && addRecord(" ", []);
    if (merged && winner !== undefined) state.mergeRecord(merged, winner);
  },
  "a winner is merged into another record": ({ state, n, addRecord }) => {
    const winner = state.reserveMaster(n);
    const next = n % 2 === 0 ? state.reserveLinked(n)?.id : addRecord(nth(names, n) ?? null, []);
    if (winner && next) state.mergeRecord(winner, next);
  },
  "the account of a winner is deleted": ({ state, n }) => {
    const winner = state.reserveMaster(n);
    const account = winner && state.linkOf(winner.id)?.account;
    if (account) state.deleteAccount(account);
  },
  "the account of a winner is taken over": (context) => {
    const winner = context.state.reserveMaster(context.n);
    if (!winner) return;
    context.state.removeRecord(winner, "deactivate");
    addClaimants(context, winner);
  },
  "a merged record becomes active again": ({ state, n, addRecord }) => {
    const merged =
      n % 2 === 0
        ? state.reserveMerged(n)
        : state.reserve(
            state.inactiveUnlinked().filter(({ master }) => master !== null),
            n,
          );
    if (!merged) return;
    state.restoreRecord(merged, n % 4 < 2 ? {} : { name: state.reserveFreeName(n) ?? null });
    if (n % 3 === 0) addRecord(merged.values.name, [], EARLIEST);
  },
  "a merged account got a name or a domain by hand": ({ state, n, addRecord }) => {
    const merged = state.reserveMerged(n);
    const account = merged && state.linkOf(merged.id)?.account;
    if (!account) return;
    const domain = n % 3 === 0 ? undefined : state.reserveFreeDomain(n);
    if (domain !== undefined) {
      state.editAccount(account, { domains: [domain] });
      addRecord(nth(names, n) ?? null, [domain]);
      return;
    }
    const name = state.reserveFreeName(n);
    if (name === undefined) return;
    state.editAccount(account, { name });
    addRecord(name, [], LATEST);
  },
  "a returning account is a blocker": ({ state, n, addRecord }) => {
    const stopped = state.reserveWithDomains(state.stopped(), n) ?? state.reserve(state.stopped(), n);
    const account = stopped && state.linkOf(stopped.id)?.account;
    if (!account) return;
    const some = state.domainsOf(stopped.id);
    state.restoreRecord(stopped, { name: account.name, ...domainValues(some) });
    addRecord(account.name, [], EARLIEST);
    if (some.length > 0) addRecord(nth(names, n) ?? null, some, EARLIEST);
  },
  "accounts of deactivated records are taken over": (context) => {
    const linked = context.state.reserveLinkedWithDomains(context.n);
    if (!linked) return;
    context.state.removeRecord(linked, "deactivate");
    addClaimants(context, linked);
  },
  "a record whose account was taken over returns": ({ state, n }) => {
    const record = state.reserve(state.takenOver(), n);
    if (record) state.restoreRecord(record, {});
  },
  "a stopped account is unlinked": ({ state, n, addRecord }) => {
    const stopped = state.reserveWithDomains(state.stopped(), n) ?? state.reserve(state.stopped(), n);
    const account = stopped && state.linkOf(stopped.id)?.account;
    if (!account) return;
    const some = state.domainsOf(stopped.id);
    state.unlinkAccount(account);
    addRecord(n % 2 === 0 ? account.name : (nth(names, n) ?? null), some);
  },
  "a deleted record is back, but inactive": ({ state, n }) => {
    const deleted = state.reserve(
      state.stopped().filter(({ id }) => !state.model.source.has(id)),
      n,
    );
    if (deleted) state.restoreRecord(deleted, {}, false);
  },
  "the blocker of a refused record goes": ({ state, n }) => {
    const refused = state.reserve(state.refused(), n);
    if (!refused) return;
    for (const blocker of state.reserveBlockers(refused)) {
      if (n % 4 === 0) state.removeRecord(blocker, "deactivate");
      else if (n % 4 === 1) state.mergeRecord(blocker, refused.id);
      else if (n % 4 === 2) state.removeRecord(blocker, "delete");
      else if (blocker.inView) state.moveAcrossView(blocker);
    }
  },
  "an account that left the view is a blocker": (context) => {
    const linked = context.state.reserveLinkedWithDomains(context.n);
    if (!linked) return;
    context.state.moveAcrossView(linked);
    addClaimants(context, linked);
  },
  "a record leaves the view": ({ state, n }) => {
    const linked = state.reserveLinked(n);
    if (linked) state.moveAcrossView(linked);
  },
};
