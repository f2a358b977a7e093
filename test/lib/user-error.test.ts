import { expect, test } from "vitest";
import { CustomFieldError } from "../../src/accounts/custom-fields.ts";
import { DataverseError, SignInError } from "../../src/dataverse/http/errors.ts";
import { HttpError } from "../../src/lib/http.ts";
import { errorKind, UserError } from "../../src/lib/user-error.ts";

test("the fix ends the message, and is available separately", () => {
  const error = new UserError("tenant", "This is not a tenant.", { fix: "Leave it out.", field: "tenant" });
  expect(error).toMatchObject({
    message: "This is not a tenant. Leave it out.",
    code: "tenant",
    finding: "This is not a tenant.",
    fix: "Leave it out.",
    field: "tenant",
  });
});

test.for([
  [new DataverseError("view-broken", "Said."), "view-broken"],
  [new SignInError("blocked", "Said."), "sign-in-blocked"],
  [new CustomFieldError("Said."), "CustomFieldError"],
  [new HttpError("tls", "Said."), "tls"],
  [new TypeError("Said."), "TypeError"],
] as const)("programs know %s as %s", ([error, kind]) => {
  expect(errorKind(error)).toBe(kind);
});
