// Which errors need an admin, and what the admin reads: a title, what happened, what to do, and
// where. Errors that pass by themselves (throttling, maintenance, network) need nobody.
import { UserError } from "../../lib/user-error.ts";
import { issueKinds } from "../../sync/rules/issue-kinds.ts";
import type { RunMode } from "../../sync/tables.ts";
import type { Attention } from "../tables.ts";

type AttentionKind = Pick<Attention, "kind" | "title" | "howToResolve" | "place">;

const RECONNECT: AttentionKind = {
  kind: "reconnect",
  title: "Dynamics 365 has to be connected again",
  howToResolve: "Connect Dynamics 365 again. Selection, mapping and accounts stay as they are.",
  place: "connect",
};
const SIGN_IN_REFUSED: AttentionKind = {
  kind: "sign-in-refused",
  title: "Microsoft Entra ID refuses the sign-in",
  howToResolve: "Check the connection: it says what is refused and whom to ask, with a text ready to send.",
  place: "check",
};
const TOKEN_FILE: AttentionKind = {
  kind: "reconnect",
  title: "The file of the refresh token cannot be written",
  howToResolve: "Have the operator make the file, or its directory, writable.",
  place: "check",
};
const ACCESS: AttentionKind = {
  kind: "access",
  title: "The connected user lacks rights in Dynamics 365",
  howToResolve: "Check the connection: it says what is missing and whom to ask, with a text ready to send.",
  place: "check",
};
const ENVIRONMENT: AttentionKind = {
  kind: "environment",
  title: "The Dynamics 365 environment refuses this server, or is gone",
  howToResolve: "Check the connection: it says what is refused and whom to ask, with a text ready to send.",
  place: "check",
};
const MISSING_COLUMN: AttentionKind = {
  kind: "mapping",
  title: "A mapped field is missing in Dynamics 365",
  howToResolve: "Choose another Dynamics 365 field, or remove the mapping, and look at the new plan.",
  place: "fields",
};
const CUSTOM_FIELD: AttentionKind = {
  kind: "mapping",
  title: "A custom field cannot be filled",
  howToResolve: "Map the column to a field of another name, and look at the new plan.",
  place: "fields",
};
const TOO_MANY_ACCOUNTS: AttentionKind = {
  kind: "too-many-accounts",
  title: "The selection has too many accounts",
  howToResolve: "Choose a view with fewer accounts.",
  place: "accounts",
};

/** By error code. */
const KIND_BY_CODE: Readonly<Record<string, AttentionKind>> = {
  "sign-in-reconnect": RECONNECT,
  "sign-in-configuration": RECONNECT,
  "sign-in-blocked": SIGN_IN_REFUSED,
  "token-file": TOKEN_FILE,
  seal: RECONNECT,
  "other-application": RECONNECT,
  "missing-privilege": ACCESS,
  "access-denied": ACCESS,
  "user-disabled": ACCESS,
  "no-roles": ACCESS,
  "no-licence": ACCESS,
  "not-a-member": ACCESS,
  "ip-blocked": ENVIRONMENT,
  "environment-disabled": ENVIRONMENT,
  "environment-not-found": ENVIRONMENT,
  "view-not-found": viewKind("view-not-found"),
  "view-broken": viewKind("view-broken"),
  mapping: MISSING_COLUMN,
  "custom-field": CUSTOM_FIELD,
  "too-many-accounts": TOO_MANY_ACCOUNTS,
};

/**
 * The attention that an error needs; undefined if nobody has to act.
 * @param run the run that failed with it
 */
export function attentionOf(error: unknown, run: number | null = null): Attention | undefined {
  if (!(error instanceof UserError)) return undefined;
  const known = KIND_BY_CODE[error.code];
  return known && { ...known, sentence: error.message, run };
}

/** Resolved when Microsoft Entra ID issues a token. */
export const KINDS_RESOLVED_BY_TOKEN: readonly string[] = [RECONNECT.kind, SIGN_IN_REFUSED.kind];

function isResolvedByToken({ kind }: Attention): boolean {
  return KINDS_RESOLVED_BY_TOKEN.includes(kind);
}

/** Whether connecting again, perhaps as another user, resolves it. */
export function isResolvedBySignIn(attention: Attention): boolean {
  return isResolvedByToken(attention) || attention.kind === ACCESS.kind;
}

export type CompletedRun = { readonly id: number; readonly mode: RunMode };

/**
 * Whether a completed run resolves it. A retry reads a few records by id and proves only that the
 * sign-in works, and applying a plan does not resolve what came up after the plan was made.
 */
export function isResolvedBy(attention: Attention, run: CompletedRun): boolean {
  if (run.mode === "retry") return isResolvedByToken(attention);
  return attention.run === null || attention.run <= run.id;
}

function viewKind(kind: "view-not-found" | "view-broken"): AttentionKind {
  const { title, howToResolve } = issueKinds[kind];
  return { kind, title, howToResolve, place: "accounts" };
}
