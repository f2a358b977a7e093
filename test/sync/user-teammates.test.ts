import { expect, test } from "vitest";
import { matchUsers } from "../../src/sync/rules/user-teammates.ts";
import type { SourceUser } from "../../src/sync/source/source.ts";

const TEAMMATES = new Map(
  ["flast@ours.com", "ada@ours.com", "sales@ours.com"].map((email, index) => [
    email,
    { id: index + 1, email, name: "" },
  ]),
);

function user(values: Partial<SourceUser>): SourceUser {
  return { id: "U1", fullName: "First Last", email: null, signInName: null, disabled: false, ...values };
}

function match(...users: readonly SourceUser[]) {
  const { teammateIdOfUser, userNames, notes } = matchUsers(users, TEAMMATES);
  return { teammates: Object.fromEntries(teammateIdOfUser), names: [...userNames.values()], notes };
}

test.each<[string, Partial<SourceUser>, number | undefined]>([
  ["e-mail", { email: "ada@ours.com", signInName: "al@ours.com" }, 2],
  ["e-mail in other letters", { email: " Ada@OURS.com " }, 2],
  [
    "sign-in name, if no teammate has the e-mail",
    { email: "f.last@ours.com", signInName: "FLast@Ours.com" },
    1,
  ],
  ["sign-in name, if there is no e-mail", { signInName: "flast@ours.com" }, 1],
  ["e-mail rather than sign-in name", { email: "ada@ours.com", signInName: "flast@ours.com" }, 2],
  ["no sign-in name of a guest", { signInName: "flast@ours.com#EXT#@ours.com" }, undefined],
  ["no sign-in name without @", { signInName: "OURS\\flast" }, undefined],
  ["nothing while disabled", { email: "ada@ours.com", disabled: true }, undefined],
])("rule 7: a user is found by %s", (_, values, teammate) => {
  expect(match(user(values)).teammates["u1"]).toBe(teammate);
});

test("a guest's sign-in name is nobody's address, even if a teammate has it", () => {
  const guest = "jane_acme.com#ext#@ours.onmicrosoft.com";
  const teammates = new Map([[guest, { id: 9, email: guest, name: "" }]]);
  expect(matchUsers([user({ signInName: guest.toUpperCase() })], teammates).teammateIdOfUser.size).toBe(0);
});

test("users with one teammate's address are that teammate, with one note; disabled ones do not count", () => {
  const found = match(
    user({ id: "b", fullName: "Berta", email: "ada@ours.com" }),
    user({ id: "a", fullName: "Ada", signInName: "ADA@ours.com" }),
    user({ id: "c", fullName: "Former Ada", email: "ada@ours.com", disabled: true }),
    user({ id: "d", fullName: "Dan", email: "nobody@ours.com" }),
    user({ id: "e", fullName: "Eve", email: "nobody@ours.com" }),
  );

  expect(found.teammates).toEqual({ a: 2, b: 2 });
  expect(found.notes).toEqual([{ kind: "teammate-shared", value: "ada@ours.com (Ada, Berta)" }]);
});

test("a note says which teammate a user is, if e-mail and sign-in name name two", () => {
  const found = match(user({ email: "ada@ours.com", signInName: "flast@ours.com" }));

  expect(found.notes).toEqual([
    { kind: "teammate-ambiguous", value: "First Last (ada@ours.com, signs in as flast@ours.com)" },
  ]);
});

test("a user is named with the address under which to invite the person", () => {
  const { names } = match(
    user({ id: "1", email: "a@ours.com", signInName: "b@ours.com" }),
    user({ id: "2", signInName: "b@ours.com", disabled: true }),
    user({ id: "3", signInName: "OURS\\b" }),
    user({ id: "4" }),
  );

  expect(names).toEqual([
    "First Last (a@ours.com)",
    "First Last (disabled, b@ours.com)",
    "First Last (no e-mail address, signs in as OURS\\b)",
    "First Last (no e-mail address)",
  ]);
});
