import { expect, it } from "vitest";
import { AccessError } from "../../src/access/access-error.ts";
import { AccountError } from "../../src/accounts/account-error.ts";
import { CustomFieldError } from "../../src/accounts/custom-fields.ts";
import { ApiError } from "../../src/api/implement.ts";
import { toHttpError } from "../../src/api/errors.ts";
import { ConnectionError } from "../../src/connections/connection-error.ts";
import { ConnectionFileError } from "../../src/connections/file/connection-file.ts";
import { SealError } from "../../src/lib/sealer.ts";
import { ScheduleSettingsError } from "../../src/connections/schedule/settings.ts";
import { AddressError } from "../../src/dataverse/auth/environment-address.ts";
import { DataverseError, ProtocolError, SignInError } from "../../src/dataverse/http/errors.ts";
import { LeaseError } from "../../src/sync/record/lease.ts";
import { AttentionError } from "../../src/sync/rules/attention-error.ts";
import { TooManyAccountsError } from "../../src/sync/read/stage-rows.ts";
import { RunError } from "../../src/sync/record/run-errors.ts";

it.each([
  [new ApiError(418, "teapot", "Said."), 418, "teapot"],
  [new AccessError("too-many", "Said."), 429, "too-many"],
  [new AccountError("Said.", "name"), 400, "account"],
  [new CustomFieldError("Said."), 409, "custom-field"],
  [new ConnectionError("not-connected", "Said."), 409, "not-connected"],
  [new ConnectionFileError("sluice.yaml", ["Said."]), 409, "connection-file"],
  [new SealError("Said."), 409, "seal"],
  [new RunError("Said."), 409, "run"],
  [new DataverseError("throttled", "Said."), 502, "throttled"],
  [new DataverseError("view-not-found", "Said."), 409, "view-not-found"],
  [new SignInError("reconnect", "Said.", { fix: "Connect." }), 409, "sign-in-reconnect"],
  [new SignInError("retry", "Said.", { fix: "Wait." }), 502, "sign-in-retry"],
  [new ProtocolError("Said."), 502, "protocol"],
  [new AddressError("unreachable", "Said."), 400, "unreachable"],
  [new LeaseError("Said."), 409, "lease"],
  [new AttentionError("mapping", "Said."), 409, "mapping"],
  [
    new ScheduleSettingsError({ code: "custom", message: "said", path: ["fullAt"], input: "" }),
    400,
    "schedule-settings",
  ],
] as const)("tells %s with its sentence", (error, status, code) => {
  const refused = toHttpError(error);
  expect(refused).toMatchObject({ status, error: { code } });
  expect(refused.error.sentence).toContain("Said.");
});

it("tells how many accounts may be selected", () => {
  const { status, error } = toHttpError(new TooManyAccountsError(5));
  expect([status, error.code]).toEqual([409, "too-many-accounts"]);
  expect(error.sentence).toContain("more than 5 accounts");
});

it("reveals nothing of an unknown error", () => {
  const { status, error } = toHttpError(new Error("password of the database: hunter2"));
  expect(status).toBe(500);
  expect(error.sentence).not.toContain("hunter2");
});
