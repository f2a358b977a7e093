// Turns the steps of a story into operations on the records and accounts that there are at that
// moment. A step that is impossible then (nothing to delete, a domain that another account has)
// does nothing.
import type { ConflictState } from "./conflict-state.ts";
import { nth, type StoryState } from "./story-state.ts";
import { freeNamesAndDomains } from "./free-names-and-domains.ts";
import type { ModelSync } from "./model-sync.ts";
import { UNMAPPED_FIELD, users } from "./organisation.ts";
import { recordId, RECORDS } from "./random-values.ts";
import type { AccountEdit, AccountSpec, RunStep, Step } from "./steps.ts";
import { arrangeConflict } from "./conflict-scenarios.ts";

const DOMAIN_COLUMNS = ["websiteurl", "emailaddress1"] as const;

export function interpretStep(step: Exclude<Step, RunStep>, state: ConflictState): void {
  if (step.kind === "create record") state.createRecord(step.record);
  else if (step.kind === "create account") createAccount(step.account, state);
  else if (step.kind === "edit account") editAccount(step.account, step.patch, state);
  else if (step.kind === "delete account") deleteAccount(step.account, step.exclude, state);
  else if (step.kind === "unlink account") unlinkAccount(step.account, state);
  else if (step.kind === "toggle teammate") toggleTeammate(step.user, state);
  else if (step.kind === "transfer values") transferValues(step, state);
  else if (step.kind === "free names and domains") freeNamesAndDomains(state, step.offset);
  else if (step.kind === "conflict") arrangeConflict(step, state);
  else if (step.kind === "swap") {
    const linked = state.linked();
    const columns = step.what === "name" ? (["name"] as const) : DOMAIN_COLUMNS;
    state.swapValues(nth(linked, step.record), nth(linked, step.other), columns);
  } else if (step.kind === "restore record") {
    const record = nth(state.stopped(), step.record);
    if (record) state.restoreRecord(record, step.values);
  } else {
    const record = nth(state.records(), step.record);
    if (record && step.kind === "update record") state.updateRecord(record, step.values);
    if (record && step.kind === "remove record") state.removeRecord(record, step.how);
    if (record && step.kind === "move across the view") state.moveAcrossView(record);
    if (record && step.kind === "merge records")
      state.mergeRecord(record, nth(state.records(), step.master)?.id ?? "");
  }
}

/** Removes a linked record and gives its name or domains to a record without a link. */
function transferValues(step: Extract<Step, { kind: "transfer values" }>, state: StoryState): void {
  const record = nth(state.linked(), step.record);
  if (!record) return;
  state.removeRecord(record, step.how);
  const { name, websiteurl, emailaddress1 } = record.values;
  const transferred = {
    ...(step.what === "name" ? { websiteurl: null, emailaddress1: null } : { websiteurl, emailaddress1 }),
    ...(step.what === "domains" ? {} : { name }),
  };
  if (state.createRecord(step.newRecord, transferred)) return;
  const receiver = nth(state.unlinked(), step.record);
  if (receiver) state.updateRecord(receiver, transferred);
}

function availableDomains(wanted: readonly string[], rank: number, model: ModelSync): string[] {
  const account = model.accounts()[rank];
  return wanted.filter((domain) => [undefined, account].includes(model.store.holder(domain)));
}

function createAccount(spec: AccountSpec, state: StoryState): void {
  const { name, description, from } = spec;
  const { model } = state;
  const values = {
    name,
    description,
    domains: availableDomains(spec.domains, -1, model),
    fields: { [UNMAPPED_FIELD]: "as made" },
  };
  const specId = recordId(typeof spec.externalId === "number" ? spec.externalId % RECORDS : RECORDS);
  if (from === "another organisation") {
    if (model.store.withExternalId(specId)) return;
    const account = { ...values, origin: "manual" as const };
    state.perform({
      kind: "create account of another organisation",
      account,
      recordId: specId,
      stopReason: spec.stopReason,
    });
    return;
  }
  const externalIdText = description === null ? specId : `{${specId.toUpperCase()}}`;
  const externalId =
    typeof spec.externalId === "number"
      ? externalIdText
      : spec.externalId && `crm-${model.accounts().length}`;
  if (externalId !== null && model.store.withExternalId(externalId)) return;
  state.perform({ kind: "create account", account: { ...values, origin: from, externalId } });
}

function rankOf(account: number, state: StoryState): number | undefined {
  return nth([...state.model.accounts().keys()], account);
}

function editAccount(account: number, edit: AccountEdit, state: StoryState): void {
  const rank = rankOf(account, state);
  if (rank === undefined) return;
  const patch = {
    ...(edit.name === undefined ? {} : { name: edit.name }),
    ...(edit.description === undefined ? {} : { description: edit.description }),
    ...(edit.domains === undefined ? {} : { domains: availableDomains(edit.domains, rank, state.model) }),
    ...(edit.employees === undefined ? {} : { fields: { Employees: edit.employees } }),
    ...(edit.notes === undefined ? {} : { fields: { [UNMAPPED_FIELD]: edit.notes } }),
  };
  state.perform({ kind: "edit account", rank, patch });
}

function deleteAccount(account: number, exclude: boolean, state: StoryState): void {
  const rank = rankOf(account, state);
  if (rank !== undefined) state.perform({ kind: "delete account", rank, exclude });
}

function unlinkAccount(account: number, state: StoryState): void {
  const stopped = nth(state.stoppedAccounts(), account);
  if (stopped) state.unlinkAccount(stopped);
}

function toggleTeammate(user: number, state: StoryState): void {
  const one = Object.values(users)[user];
  const email = (one?.signInName ?? one?.email ?? "").toLowerCase();
  const known = state.model.store.teammates.has(email);
  state.perform({ kind: known ? "remove teammate" : "add teammate", email });
}
