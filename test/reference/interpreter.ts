// From the steps of a story to deeds: each step is held against what is there at that moment, and becomes what can be
// done, or nothing.
import { nth, type Cast } from "./story-state.ts";
import { recordId, RECORDS, type AccountEdit, type StartAccount, type Step } from "./random-stories.ts";
import { UNMAPPED_FIELD, users, type ModelStage } from "./model-sync.ts";
import { tie } from "./conflict-scenarios.ts";

const DOMAIN_COLUMNS = ["websiteurl", "emailaddress1"] as const;

export function play(step: Exclude<Step, { step: "run" }>, cast: Cast): void {
  if (step.step === "make record") cast.makeRecord(step.record);
  else if (step.step === "make account") makeAccount(step.account, cast);
  else if (step.step === "edit account") editAccount(step.account, step.patch, cast);
  else if (step.step === "delete account") deleteAccount(step.account, step.exclude, cast);
  else if (step.step === "teammate") teammate(step.who, cast);
  else if (step.step === "hand over") handOver(step, cast);
  else if (step.step === "make room") cast.makeRoom(step.from);
  else if (step.step === "tangle") tie(step, cast);
  else if (step.step === "swap") {
    const linked = cast.linked();
    const columns = step.what === "name" ? (["name"] as const) : DOMAIN_COLUMNS;
    cast.swap(nth(linked, step.record), nth(linked, step.other), columns);
  } else if (step.step === "bring back") {
    const record = nth(cast.away(), step.record);
    if (record) cast.bringBack(record, step.values);
  } else {
    const record = nth(cast.present(), step.record);
    if (record && step.step === "change record") cast.change(record, step.values);
    if (record && step.step === "send away") cast.sendAway(record, step.how);
  }
}

/** A linked record goes, and another that is not linked has its domains or name from now on. */
function handOver(step: Extract<Step, { step: "hand over" }>, cast: Cast): void {
  const record = nth(cast.linked(), step.record);
  if (!record) return;
  cast.sendAway(record, step.how);
  const { name, websiteurl, emailaddress1 } = record.values;
  const inherited = {
    ...(step.what === "name" ? { websiteurl: null, emailaddress1: null } : { websiteurl, emailaddress1 }),
    ...(step.what === "domains" ? {} : { name }),
  };
  if (cast.makeRecord(step.heir, inherited)) return;
  const heir = nth(cast.unlinked(), step.record);
  if (heir) cast.change(heir, inherited);
}

function freeFor(wanted: readonly string[], rank: number, stage: ModelStage): string[] {
  const account = stage.accounts()[rank];
  return wanted.filter((domain) => [undefined, account].includes(stage.world.holder(domain)));
}

function makeAccount(start: StartAccount, cast: Cast): void {
  const { name, description, from } = start;
  const { stage } = cast;
  const made = {
    name,
    description,
    domains: freeFor(start.domains, -1, stage),
    fields: { [UNMAPPED_FIELD]: "as made" },
  };
  const anId = recordId(typeof start.externalId === "number" ? start.externalId % RECORDS : RECORDS);
  if (from === "another organisation") {
    if (stage.world.withExternalId(anId)) return;
    const account = { ...made, origin: "manual" as const };
    cast.act({ deed: "account made by another organisation", account, recordId: anId, left: start.left });
    return;
  }
  const written = description === null ? anId : `{${anId.toUpperCase()}}`;
  const externalId =
    typeof start.externalId === "number" ? written : start.externalId && `crm-${stage.accounts().length}`;
  if (externalId !== null && stage.world.withExternalId(externalId)) return;
  cast.act({ deed: "account made", account: { ...made, origin: from, externalId } });
}

function rankOf(account: number, cast: Cast): number | undefined {
  return nth([...cast.stage.accounts().keys()], account);
}

function editAccount(account: number, edit: AccountEdit, cast: Cast): void {
  const rank = rankOf(account, cast);
  if (rank === undefined) return;
  const patch = {
    ...(edit.name === undefined ? {} : { name: edit.name }),
    ...(edit.description === undefined ? {} : { description: edit.description }),
    ...(edit.domains === undefined ? {} : { domains: freeFor(edit.domains, rank, cast.stage) }),
    ...(edit.employees === undefined ? {} : { fields: { Employees: edit.employees } }),
    ...(edit.notes === undefined ? {} : { fields: { [UNMAPPED_FIELD]: edit.notes } }),
  };
  cast.act({ deed: "account edited", rank, patch });
}

function deleteAccount(account: number, exclude: boolean, cast: Cast): void {
  const rank = rankOf(account, cast);
  if (rank !== undefined) cast.act({ deed: "account deleted", rank, exclude });
}

function teammate(who: number, cast: Cast): void {
  const email = Object.values(users)[who]?.email.toLowerCase() ?? "";
  const known = cast.stage.world.teammates.has(email);
  cast.act({ deed: known ? "teammate removed" : "teammate added", email });
}
