// From the steps of a story to deeds: each step is held against what is there at that moment, and becomes what can be
// done, or nothing.
import { nth, type StoryState } from "./story-state.ts";
import { recordId, RECORDS, type AccountEdit, type AccountSpec, type Step } from "./random-stories.ts";
import { UNMAPPED_FIELD, users, type ModelSync } from "./model-sync.ts";
import { arrangeConflict } from "./conflict-scenarios.ts";

const DOMAIN_COLUMNS = ["websiteurl", "emailaddress1"] as const;

export function interpretStep(step: Exclude<Step, { step: "run" }>, cast: StoryState): void {
  if (step.step === "make record") cast.createRecord(step.record);
  else if (step.step === "make account") createAccount(step.account, cast);
  else if (step.step === "edit account") editAccount(step.account, step.patch, cast);
  else if (step.step === "delete account") deleteAccount(step.account, step.exclude, cast);
  else if (step.step === "teammate") toggleTeammate(step.who, cast);
  else if (step.step === "hand over") transferValues(step, cast);
  else if (step.step === "make room") cast.freeNamesAndDomains(step.from);
  else if (step.step === "tangle") arrangeConflict(step, cast);
  else if (step.step === "swap") {
    const linked = cast.linked();
    const columns = step.what === "name" ? (["name"] as const) : DOMAIN_COLUMNS;
    cast.swapValues(nth(linked, step.record), nth(linked, step.other), columns);
  } else if (step.step === "bring back") {
    const record = nth(cast.stopped(), step.record);
    if (record) cast.restoreRecord(record, step.values);
  } else {
    const record = nth(cast.records(), step.record);
    if (record && step.step === "change record") cast.updateRecord(record, step.values);
    if (record && step.step === "send away") cast.removeRecord(record, step.how);
  }
}

/** A linked record goes, and another that is not linked has its domains or name from now on. */
function transferValues(step: Extract<Step, { step: "hand over" }>, cast: StoryState): void {
  const record = nth(cast.linked(), step.record);
  if (!record) return;
  cast.removeRecord(record, step.how);
  const { name, websiteurl, emailaddress1 } = record.values;
  const inherited = {
    ...(step.what === "name" ? { websiteurl: null, emailaddress1: null } : { websiteurl, emailaddress1 }),
    ...(step.what === "domains" ? {} : { name }),
  };
  if (cast.createRecord(step.heir, inherited)) return;
  const heir = nth(cast.unlinked(), step.record);
  if (heir) cast.updateRecord(heir, inherited);
}

function availableDomains(wanted: readonly string[], rank: number, stage: ModelSync): string[] {
  const account = stage.accounts()[rank];
  return wanted.filter((domain) => [undefined, account].includes(stage.store.holder(domain)));
}

function createAccount(start: AccountSpec, cast: StoryState): void {
  const { name, description, from } = start;
  const { model } = cast;
  const made = {
    name,
    description,
    domains: availableDomains(start.domains, -1, model),
    fields: { [UNMAPPED_FIELD]: "as made" },
  };
  const anId = recordId(typeof start.externalId === "number" ? start.externalId % RECORDS : RECORDS);
  if (from === "another organisation") {
    if (model.store.withExternalId(anId)) return;
    const account = { ...made, origin: "manual" as const };
    cast.perform({
      deed: "account made by another organisation",
      account,
      recordId: anId,
      stopReason: start.stopReason,
    });
    return;
  }
  const written = description === null ? anId : `{${anId.toUpperCase()}}`;
  const externalId =
    typeof start.externalId === "number" ? written : start.externalId && `crm-${model.accounts().length}`;
  if (externalId !== null && model.store.withExternalId(externalId)) return;
  cast.perform({ deed: "account made", account: { ...made, origin: from, externalId } });
}

function rankOf(account: number, cast: StoryState): number | undefined {
  return nth([...cast.model.accounts().keys()], account);
}

function editAccount(account: number, edit: AccountEdit, cast: StoryState): void {
  const rank = rankOf(account, cast);
  if (rank === undefined) return;
  const patch = {
    ...(edit.name === undefined ? {} : { name: edit.name }),
    ...(edit.description === undefined ? {} : { description: edit.description }),
    ...(edit.domains === undefined ? {} : { domains: availableDomains(edit.domains, rank, cast.model) }),
    ...(edit.employees === undefined ? {} : { fields: { Employees: edit.employees } }),
    ...(edit.notes === undefined ? {} : { fields: { [UNMAPPED_FIELD]: edit.notes } }),
  };
  cast.perform({ deed: "account edited", rank, patch });
}

function deleteAccount(account: number, exclude: boolean, cast: StoryState): void {
  const rank = rankOf(account, cast);
  if (rank !== undefined) cast.perform({ deed: "account deleted", rank, exclude });
}

function toggleTeammate(who: number, cast: StoryState): void {
  const email = Object.values(users)[who]?.email.toLowerCase() ?? "";
  const known = cast.model.store.teammates.has(email);
  cast.perform({ deed: known ? "teammate removed" : "teammate added", email });
}
