// Every kind of issue a run can report: what it is called, what happened, and what an admin does about it.
// Screens, e-mails, API and command line take their words from here; the order is the one in which kinds are listed.

/** What an issue costs: the whole account, one domain, one field of one account, one field of all, or the run. */
export type IssueEffect =
  | "skips-account"
  | "fails-account"
  | "drops-domain"
  | "drops-value"
  | "keeps-value"
  | "stops-field"
  | "stops-run";

export interface IssueKindInfo {
  readonly title: string;
  readonly explanation: string;
  readonly howToResolve: string;
  readonly effect: IssueEffect;
}

export const issueKinds = {
  "view-not-found": {
    title: "Dynamics 365 view not found",
    explanation:
      "The view that selects the accounts was deleted, or is no longer shared with the user who signed in. Nothing is synced until another selection is chosen.",
    howToResolve:
      "In the sync settings, choose a new Dynamics 365 view, or ask the view's owner to share it again.",
    effect: "stops-run",
  },
  "view-broken": {
    title: "Dynamics 365 view cannot be run",
    explanation:
      "Dynamics 365 refuses to run the view, usually because it filters on a column that no longer exists. Nothing is synced until this is settled.",
    howToResolve:
      "Open the view in Dynamics 365, repair and save it, or choose another view in the sync settings.",
    effect: "stops-run",
  },
  "field-not-found": {
    title: "Dynamics 365 field not found",
    explanation:
      "A mapped field was deleted in Dynamics 365. It is no longer synced; the accounts keep its last values, and everything else goes on. For the field mapped to Name or Domains, nothing is synced.",
    howToResolve: "In the sync settings, choose a new Dynamics 365 field to sync, or remove the mapping.",
    effect: "stops-field",
  },
  "field-not-readable": {
    title: "Dynamics 365 field cannot be read",
    explanation:
      "A mapped field is secured in Dynamics 365, and the user who signed in may not read it. It is no longer synced; the accounts keep its last values, and everything else goes on. For the field mapped to Name or Domains, nothing is synced.",
    howToResolve:
      "In Dynamics 365, give that user the right to read the field through a field security profile, or choose another field in the sync settings.",
    effect: "stops-field",
  },
  "linked-to-other-source": {
    title: "Accounts linked to another source were not synced",
    explanation:
      "Accounts with these Dynamics 365 ids are here already, but they came from another source: the API, a CSV file, an entry by hand or another Dynamics 365 organisation.",
    howToResolve:
      "For each affected account, delete the account here and sync again; it is then created from Dynamics 365.",
    effect: "skips-account",
  },
  "domain-linked-elsewhere": {
    title: "Account with a matching domain is linked to a different account",
    explanation:
      "The account was not synced because the account here with a matching domain is already linked to a different one.",
    howToResolve:
      "If both are the same customer, merge them in Dynamics 365. Otherwise give each its own domain there, or let the sync go on without the domain.",
    effect: "skips-account",
  },
  "name-in-use": {
    title: "Account name is already in use",
    explanation:
      "Several accounts in Dynamics 365 have this name and duplicate names are not allowed, so only the first is synced.",
    howToResolve:
      "Allow duplicate names for accounts in the sync settings, or give each affected account a name of its own in Dynamics 365.",
    effect: "skips-account",
  },
  "name-empty": {
    title: "Account has no name",
    explanation: "The field mapped to Name is empty or blank, so the account was not synced.",
    howToResolve: "For each affected account, enter a name in Dynamics 365.",
    effect: "skips-account",
  },
  excluded: {
    title: "Account is excluded from the sync",
    explanation: "Somebody deleted the account here and chose to keep it out of the sync.",
    howToResolve:
      "Nothing needs to be done. To sync the account again, remove it from the excluded accounts.",
    effect: "skips-account",
  },
  "domain-taken": {
    title: "Email domain taken by another account",
    explanation:
      "An email domain can belong to one account only, and the first one has it. The domain was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, check the field mapped to Domains in Dynamics 365 and enter a domain that no other account has.",
    effect: "drops-domain",
  },
  "domain-invalid": {
    title: "Invalid email domain",
    explanation:
      "No email domain could be read from this value. It was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, correct the field mapped to Domains in Dynamics 365: a domain (example.com), an e-mail address or a website.",
    effect: "drops-domain",
  },
  "domain-common": {
    title: "Common email domain",
    explanation:
      "Domains of mail providers, such as gmail.com, belong to everybody and are not synced. The account's other properties are.",
    howToResolve:
      "For each affected account, replace the common email domain in Dynamics 365 with the customer's own.",
    effect: "drops-domain",
  },
  "domain-own": {
    title: "Your own company's email domain",
    explanation:
      "The domain is your own company's; its senders are colleagues, not customers. It was left out; the account's other properties are synced.",
    howToResolve:
      "For each affected account, replace the domain in Dynamics 365 with the customer's own, or correct the list of your own domains.",
    effect: "drops-domain",
  },
  "teammate-not-found": {
    title: "Teammate not found",
    explanation:
      "The field names a team, a disabled user, or a user whose e-mail address belongs to no teammate here. The field was left empty.",
    howToResolve:
      "Invite the person under the e-mail address that Dynamics 365 has, or choose another owner there.",
    effect: "drops-value",
  },
  "value-invalid": {
    title: "Value cannot be read",
    explanation: "The value does not fit the type of the field it is mapped to. The field was left empty.",
    howToResolve: "For each affected account, correct the value in Dynamics 365, or map the field to Text.",
    effect: "drops-value",
  },
  "number-rounded": {
    title: "Number was rounded",
    explanation:
      "The number has more digits than can be kept exactly (about 15). It was synced in rounded form.",
    howToResolve: "If every digit matters, map the field to Text.",
    effect: "keeps-value",
  },
  "changed-since-plan": {
    title: "Account changed while the sync was running",
    explanation:
      "The account was changed here after the sync had decided about it, so this change was not applied.",
    howToResolve: "Sync again; the account is then decided anew.",
    effect: "fails-account",
  },
} as const satisfies Readonly<Record<string, IssueKindInfo>>;

export type IssueKind = keyof typeof issueKinds;

type KindsWith<Effect extends IssueEffect> = {
  [Kind in IssueKind]: (typeof issueKinds)[Kind]["effect"] extends Effect ? Kind : never;
}[IssueKind];

/** Why an account was skipped; exactly one of these explains each skip. */
export type SkipReason = KindsWith<"skips-account">;
