// Every kind of issue: its title, what happened, and how an admin resolves it, for pages, e-mails,
// API and command line. They are listed in this order, the most severe first (severity.ts).
//
// Where a kind is raised: for a value in sync/draft/draft.ts; for a domain in
// accounts/domains/parse.ts, and for entries by hand in accounts/validate-entry.ts; for a conflict
// in sync/plan/match.ts; for a skip without one in sync/plan/match-store.ts and plan-changes.ts;
// for a column in sync/read/prepare.ts; for users in sync/rules/user-teammates.ts; for a change
// that fails in sync/apply/finish.ts; for a selection in sync/source/dynamics.ts and
// connections/status/attention.ts.
import type { SyncOptions } from "../../settings/sync-settings.ts";

/**
 * What is not synced: an account, a domain, a field of one account, a field of all, or anything.
 * With "keeps-value" everything is synced.
 */
export type IssueEffect =
  | "skips-account"
  | "fails-account"
  | "drops-domain"
  | "drops-value"
  | "keeps-value"
  | "stops-field"
  | "stops-run";

/** The parts of a sentence about one issue; `other` is the account that it conflicts with. */
type IssueParts = {
  readonly name: string;
  readonly field: string;
  readonly value: string;
  readonly other: string;
  /** The other account has the same name, or is not known. */
  readonly isSameName: boolean;
  /** What became of the other account's record, as a relative clause; null if it is synced. */
  readonly otherClause: string | null;
};

/** A setting that would solve the issue. */
export type SuggestedSetting = {
  readonly options: Partial<SyncOptions>;
  readonly label: string;
  /** Is added to the sentence on how many more accounts would be synced. */
  readonly qualifier: string;
};

export interface IssueKindInfo {
  readonly title: string;
  readonly explanation: string;
  readonly howToResolve: string;
  readonly effect: IssueEffect;
  /** What happened to one account, in a sentence. */
  readonly explain: (issue: IssueParts) => string;
  /** What another account has and this one would need; then `other` is known. */
  readonly conflictOver?: "domain" | "name";
  readonly suggestion?: SuggestedSetting;
  /**
   * What happened because of one person, whom `value` names: such issues are listed by person, with
   * the number of accounts.
   */
  readonly explainPerson?: (person: string, accounts: number) => string;
  /** A person chose this, so nobody is notified of it. */
  readonly isChosen?: true;
}

export const issueKinds = {
  "view-not-found": {
    title: "Dynamics 365 view not found",
    explanation:
      "The view that selects the accounts was deleted, or is no longer shared with the user who signed in. Nothing is synced until another selection is chosen.",
    howToResolve:
      "In the sync settings, choose a new Dynamics 365 view; or ask the view's owner to share it again, and sync again.",
    effect: "stops-run",
    explain: () => "The view that selects the accounts was not found.",
  },
  "view-broken": {
    title: "Dynamics 365 view cannot be run",
    explanation:
      "Dynamics 365 refuses to run the view, usually because it filters on a column that no longer exists. Nothing is synced until this is solved.",
    howToResolve:
      "Open the view in Dynamics 365, repair and save it, and sync again; or choose another view in the sync settings.",
    effect: "stops-run",
    explain: () => "Dynamics 365 refuses to run the view that selects the accounts.",
  },
  "field-not-found": {
    title: "Dynamics 365 field not found",
    explanation:
      "A mapped field was deleted in Dynamics 365. It is no longer synced; the accounts keep its last values, and everything else is synced. For the field mapped to Name or Domains, nothing is synced.",
    howToResolve: "In the sync settings, choose a new Dynamics 365 field to sync, or remove the mapping.",
    effect: "stops-field",
    explain: ({ value }) =>
      `The Dynamics 365 field ${value} is gone; what it was mapped to keeps its last values.`,
  },
  "field-not-readable": {
    title: "Dynamics 365 field cannot be read",
    explanation:
      "A mapped field is secured in Dynamics 365, and the user who signed in may not read it. It is no longer synced; the accounts keep its last values, and everything else is synced. For the field mapped to Name or Domains, nothing is synced.",
    howToResolve:
      "In Dynamics 365, give that user the right to read the field through a field security profile, or choose another field in the sync settings.",
    effect: "stops-field",
    explain: ({ value }) =>
      `The Dynamics 365 field ${value} may not be read; what it is mapped to keeps its last values.`,
  },
  "linked-to-other-source": {
    title: "Accounts linked to another source were not synced",
    explanation:
      "Accounts with these Dynamics 365 ids are here already, but they came from another source: the API, a CSV file, an entry by hand or another Dynamics 365 organisation.",
    howToResolve:
      "For each affected account, delete the account here and sync again; it is then created from Dynamics 365.",
    effect: "skips-account",
    explain: ({ name }) => `${name} is not synced: an account here has its id from another source.`,
  },
  "domain-linked-elsewhere": {
    title: "Account with a matching domain is linked to a different account",
    explanation:
      "The account was not synced because the account here with a matching domain is already linked to a different one.",
    howToResolve:
      "If both are the same customer, merge them in Dynamics 365. Otherwise give each its own domain, or let the sync continue without the domain. If the record of the other account has left the view, you can also unlink that account.",
    effect: "skips-account",
    explain: ({ name, value, other, otherClause }) =>
      `${name} is not synced: its domain ${value} belongs to ${other}, ${otherClause ?? "which is linked to a different account of Dynamics 365"}.`,
    conflictOver: "domain",
    suggestion: {
      options: { onDomainTaken: "without-domain" },
      label: "Sync them without the domain",
      qualifier: ", without the domain",
    },
  },
  "name-in-use": {
    title: "Account name is already in use",
    explanation:
      "Several accounts in Dynamics 365 have this name and duplicate names are not allowed, so only the first is synced.",
    howToResolve:
      "If they are the same customer, merge them in Dynamics 365. Otherwise allow duplicate names for accounts in the sync settings, or give each affected account a name of its own in Dynamics 365. If the record of the other account has left the view, you can also unlink that account.",
    effect: "skips-account",
    explain: ({ name, other, isSameName, otherClause }) =>
      otherClause !== null
        ? `${name} is not synced: ${isSameName ? "an account here" : other}, ${otherClause}, has the same name.`
        : `${name} is not synced: ${isSameName ? "an account of this name is" : `${other} has the same name and is`} linked to a different account of Dynamics 365.`,
    conflictOver: "name",
    suggestion: { options: { allowDuplicateNames: true }, label: "Allow duplicate names", qualifier: "" },
  },
  "name-empty": {
    title: "Account has no name",
    explanation: "The field mapped to Name is empty or blank, so the account was not synced.",
    howToResolve: "For each affected account, enter a name in Dynamics 365.",
    effect: "skips-account",
    explain: () => "The account is not synced: it has no name.",
  },
  "changed-since-plan": {
    title: "Account changed while the sync was running",
    explanation:
      "The account was changed here after the sync had decided about it, so this change was not applied.",
    howToResolve: "Sync again; the account is then decided again.",
    effect: "fails-account",
    explain: ({ name }) =>
      `${name} was changed here after the sync had decided about it, so its change was not applied.`,
  },
  excluded: {
    title: "Account is excluded from the sync",
    explanation: "Somebody deleted the account here and chose to keep it out of the sync.",
    howToResolve:
      "Nothing needs to be done. To sync the account again, remove it from the excluded accounts.",
    effect: "skips-account",
    explain: ({ name }) => `${name} is not synced: it was deleted here and kept out of the sync.`,
    isChosen: true,
  },
  "domain-taken": {
    title: "Email domain taken by another account",
    explanation:
      "An email domain can belong to one account only, and the first one has it. The domain was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, check the field mapped to Domains in Dynamics 365 and enter a domain that no other account has; or remove the domain here from an account that no longer syncs.",
    effect: "drops-domain",
    explain: ({ name, value, other, otherClause }) =>
      `${name} is synced without the domain ${value}: it belongs to ${other}${otherClause === null ? "" : `, ${otherClause}`}.`,
    conflictOver: "domain",
  },
  "domain-invalid": {
    title: "Invalid email domain",
    explanation:
      "No email domain could be read from this value, or from the whole text. It was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, correct the field mapped to Domains in Dynamics 365: a domain (acme.com), an e-mail address or a website.",
    effect: "drops-domain",
    explain: ({ name, value }) =>
      `${name} is synced without “${value}”: no email domain can be read from it.`,
  },
  "domain-common": {
    title: "Common email domain",
    explanation:
      "Domains that many share do not tell who a customer is: those of mail providers (gmail.com), placeholders (example.com), and pages on other people's sites (linkedin.com/company/acme). They are not synced; the account's other properties are.",
    howToResolve:
      "For each affected account, replace the value in Dynamics 365 with the customer's own domain. If the domain is a customer's, add it to the exceptions from the common domains.",
    effect: "drops-domain",
    explain: ({ name, value }) =>
      `${name} is synced without ${value}: a mail provider, a placeholder or a site with pages of many has this domain.`,
  },
  "domain-own": {
    title: "Your own company's email domain",
    explanation:
      "The domain is your own company's; its senders are colleagues, not customers. It was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, replace the domain in Dynamics 365 with the customer's own, or correct the list of your own domains.",
    effect: "drops-domain",
    explain: ({ name, value }) => `${name} is synced without ${value}: it is your own company's domain.`,
  },
  "teammate-not-found": {
    title: "Teammate not found",
    explanation:
      "The field names a team, a disabled user, or a user whose e-mail address and sign-in name belong to no teammate here. The field was left empty.",
    howToResolve:
      "Invite the person under the e-mail address or sign-in name that Dynamics 365 has and retry, or choose another owner there.",
    effect: "drops-value",
    explain: ({ name, field }) => `${field} of ${name} was left empty: its user is no teammate here.`,
    explainPerson: (person, accounts) =>
      `${person} is no teammate here: ${accounts.toLocaleString("en")} account${accounts === 1 ? "" : "s"}.`,
  },
  "teammate-shared": {
    title: "Users of Dynamics 365 with the same address",
    explanation:
      "Several enabled users of Dynamics 365 have the address of one teammate, by e-mail or sign-in name. What any of them owns belongs to this teammate here.",
    howToResolve:
      "If they are one person, nothing needs to be done. Otherwise give each user an e-mail address of its own in Dynamics 365, or disable the one that is not used.",
    effect: "keeps-value",
    explain: ({ value }) => `Several users of Dynamics 365 are the same teammate here: ${value}.`,
  },
  "teammate-ambiguous": {
    title: "User of Dynamics 365 with the addresses of two teammates",
    explanation:
      "The user's e-mail address belongs to one teammate, and the sign-in name to another. The teammate with the e-mail address was chosen.",
    howToResolve:
      "If that is the wrong one, correct the user's e-mail address in Dynamics 365, or remove the teammate who is not needed here.",
    effect: "keeps-value",
    explain: ({ value }) => `A user of Dynamics 365 could be two teammates, and is the first: ${value}.`,
  },
  "value-invalid": {
    title: "Value cannot be read",
    explanation: "The value does not fit the type of the field it is mapped to. The field was left empty.",
    howToResolve:
      "For each affected account, correct the value in Dynamics 365, or map it to a field of type Text.",
    effect: "drops-value",
    explain: ({ name, field, value }) =>
      `${field} of ${name} was left empty: ${value} does not fit its type.`,
  },
  "number-rounded": {
    title: "Number was rounded",
    explanation:
      "The number has more digits than can be kept exactly (about 15). It was synced in rounded form.",
    howToResolve: "If every digit matters, map it to a field of type Text.",
    effect: "keeps-value",
    explain: ({ name, field, value }) => `${field} of ${name} was rounded to ${value}.`,
  },
} as const satisfies Readonly<Record<string, IssueKindInfo>>;

export type IssueKind = keyof typeof issueKinds;

function isIssueKind(text: string): text is IssueKind {
  return text in issueKinds;
}

/** In the order in which they are listed. */
export const issueKindNames: readonly IssueKind[] = Object.keys(issueKinds).filter(isIssueKind);

/** Gives access to the properties that only some kinds have. */
export function issueKindInfo(kind: IssueKind): IssueKindInfo {
  return issueKinds[kind];
}

type KindsWith<Effect extends IssueEffect> = {
  [Kind in IssueKind]: (typeof issueKinds)[Kind]["effect"] extends Effect ? Kind : never;
}[IssueKind];

/** The kinds of conflict with another account. */
export function kindsOfConflict(over: "domain" | "name"): readonly IssueKind[] {
  return issueKindNames.filter((kind) => issueKindInfo(kind).conflictOver === over);
}

/** Why an account was skipped; each skipped account has exactly one of these issues. */
export type SkipReason = KindsWith<"skips-account">;
