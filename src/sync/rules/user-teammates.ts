// Finds the teammates that users of the source are (rule 7). Pure.
import { emailKey, type Teammate } from "../../teammates/teammates.ts";
import type { SourceUser } from "../source/source.ts";
import type { IssueKind } from "./issue-kinds.ts";

export type UserTeammates = {
  /** User id → teammate id, of enabled users who are teammates. */
  readonly teammateIdOfUser: ReadonlyMap<string, number>;
  /** User id → name and address, of all users. */
  readonly userNames: ReadonlyMap<string, string>;
  readonly notes: readonly UserNote[];
};

type UserNote = { readonly kind: IssueKind; readonly value: string };

/**
 * The addresses by which a user may be a teammate, the decisive one first. The sign-in name of a
 * guest has the form jane_acme.com#EXT#@contoso.onmicrosoft.com, which is nobody's address.
 */
export function addressesOf({ email, signInName }: SourceUser): string[] {
  const isAddress = signInName !== null && signInName.includes("@") && !/#ext#/i.test(signInName);
  return [...(email === null ? [] : [email]), ...(isAddress ? [signInName] : [])];
}

/**
 * Notes name only users whose address is a teammate's: whoever else shares one, or who owns
 * accounts, makes no difference to any account.
 */
export function matchUsers(
  users: readonly SourceUser[],
  teammates: ReadonlyMap<string, Teammate>,
): UserTeammates {
  const found = users
    .filter(({ disabled }) => !disabled)
    .map((user) => ({
      user,
      named: addressesOf(user).flatMap((address) => teammates.get(emailKey(address)) ?? []),
    }));
  const matched = found.flatMap(({ user, named: [teammate] }) => (teammate ? [{ user, teammate }] : []));
  return {
    teammateIdOfUser: new Map(matched.map(({ user, teammate }) => [user.id.toLowerCase(), teammate.id])),
    userNames: new Map(users.map((user) => [user.id.toLowerCase(), userName(user)])),
    notes: [
      ...[...teammates.values()].flatMap((teammate) =>
        sharedNote(
          teammate,
          matched.filter((one) => one.teammate.id === teammate.id).map(({ user }) => user.fullName),
        ),
      ),
      ...found.flatMap(({ user, named: [first, second] }) => ambiguousNote(user, first, second)),
    ],
  };
}

const MAX_LISTED_NAMES = 5;

function sharedNote({ email }: Teammate, names: readonly string[]): UserNote[] {
  if (names.length < 2) return [];
  // Sorted, because the users may come in another order next time.
  const sorted = names.toSorted((a, b) => a.localeCompare(b));
  const more = names.length - MAX_LISTED_NAMES;
  const listed = sorted.slice(0, MAX_LISTED_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return [{ kind: "teammate-shared", value: `${email} (${listed})` }];
}

function ambiguousNote({ fullName }: SourceUser, first?: Teammate, second?: Teammate): UserNote[] {
  if (!first || !second || first.id === second.id) return [];
  const value = `${fullName} (${first.email}, signs in as ${second.email})`;
  return [{ kind: "teammate-ambiguous", value }];
}

/** The full name, and the address under which a teammate would be found. */
function userName(user: SourceUser): string {
  const { fullName, disabled, signInName } = user;
  const unusable = signInName === null ? "" : `, signs in as ${signInName}`;
  const address = addressesOf(user)[0] ?? `no e-mail address${unusable}`;
  return `${fullName} (${disabled ? "disabled, " : ""}${address})`.trim();
}
