// Errors as the operator reads them: one function says the sentence and the exit code for whatever was thrown.
import { CustomFieldError } from "../accounts/custom-fields.ts";
import { AccountError } from "../accounts/account-error.ts";
import { ConfigError } from "../config.ts";
import { ConnectionFileError } from "../connections/connection-file.ts";
import { KeyFileError } from "../connections/key-file.ts";
import { CsvError } from "../csv/read-csv.ts";
import { AddressError } from "../dataverse/address.ts";
import { DataverseError, SignInError } from "../dataverse/errors.ts";
import { BackupError } from "../db/dump/format.ts";
import { NotEmptyError } from "../db/dump/restore.ts";
import { LeaseError } from "../sync/record/lease.ts";
import { AttentionError } from "../sync/read/prepare.ts";
import { TooManyAccountsError } from "../sync/read/stage-rows.ts";
import { RunError, RunStopped } from "../sync/record/run-errors.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";

/** The command was used in a way that cannot work; the message says how it should be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The database could not be opened or migrated; the message is that of its cause. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export interface ToldError {
  /** For scripts: the error's class, or its kind where it has one. */
  readonly kind: string;
  readonly sentence: string;
  readonly exitCode: ExitCode;
}

const byClass: readonly (readonly [new (...args: never[]) => Error, ExitCode])[] = [
  [UsageError, exitCodes.usage],
  [ConfigError, exitCodes.usage],
  [ConnectionFileError, exitCodes.usage],
  [KeyFileError, exitCodes.usage],
  [CsvError, exitCodes.usage],
  [AccountError, exitCodes.usage],
  [BackupError, exitCodes.usage],
  [NotEmptyError, exitCodes.database],
  [DatabaseError, exitCodes.database],
  [LeaseError, exitCodes.busy],
  [AttentionError, exitCodes.attention],
  [TooManyAccountsError, exitCodes.attention],
  [RunError, exitCodes.attention],
  [CustomFieldError, exitCodes.attention],
  [SignInError, exitCodes.source],
];

export function sentenceOf(error: unknown): ToldError {
  if (!(error instanceof Error)) return unexpected(String(error));
  if (error.name === "AbortError") {
    return {
      kind: "interrupted",
      sentence:
        'Interrupted. Nothing is lost: what was being applied goes on with the next "sluice sync", anything else starts over.',
      exitCode: exitCodes.interrupted,
    };
  }
  if (error instanceof AddressError) {
    return told(error, error.kind === "unreachable" ? exitCodes.source : exitCodes.usage, error.kind);
  }
  if (error instanceof DataverseError) {
    const viewIsTheMatter = error.kind === "view-not-found" || error.kind === "view-broken";
    return told(error, viewIsTheMatter ? exitCodes.attention : exitCodes.source, error.kind);
  }
  if (error instanceof RunStopped) return told(error, exitCodes.interrupted, error.kind);
  const known = byClass.find(([family]) => error instanceof family);
  if (known !== undefined) return told(error, known[1]);
  // PostgreSQL's own errors carry a five-letter SQLSTATE and a severity.
  if ("severity" in error && "code" in error) {
    return { kind: "DatabaseError", sentence: databaseSentence(error), exitCode: exitCodes.database };
  }
  return unexpected(error.message);
}

function told(error: Error, exitCode: ExitCode, kind: string = error.name): ToldError {
  return { kind, sentence: error.message, exitCode };
}

function databaseSentence(error: Error): string {
  return `The database refused a statement: ${error.message}. See the log of PostgreSQL; if it happens again, please report it.`;
}

function unexpected(message: string): ToldError {
  return {
    kind: "unexpected",
    sentence: `Something unexpected happened: ${message || "no message"}. Run it again with SLUICE_LOG_LEVEL=debug and report what it says.`,
    exitCode: exitCodes.unexpected,
  };
}
