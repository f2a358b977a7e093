// Maps everything that can be thrown to a sentence for the operator and an exit code.
import type { AddressErrorCode } from "../dataverse/auth/environment-address.ts";
import type { DataverseErrorCode, SignInErrorCode } from "../dataverse/http/errors.ts";
import { HomeError } from "../db/embedded/home.ts";
import { errorKind, UserError, type UserErrorOptions } from "../lib/user-error.ts";
import { RunStopped } from "../sync/record/run-errors.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";

/** The command cannot be used in this way; the message says how it can. */
export class UsageError extends UserError {
  override readonly name = "UsageError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("usage", sentence, options);
  }
}

/** The database could not be opened or migrated; the message is that of the cause. */
class DatabaseError extends UserError {
  override readonly name = "DatabaseError";

  constructor(cause: unknown) {
    super("database", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Returns the error of a database that could not be opened; a wrong setting stays what it is. */
export function databaseErrorOf(cause: unknown): Error {
  return cause instanceof HomeError ? cause : new DatabaseError(cause);
}

export interface ErrorMessage {
  /** For scripts: the error's code, or its class if that has only one code. */
  readonly kind: string;
  readonly sentence: string;
  readonly exitCode: ExitCode;
}

/**
 * Codes of Dynamics 365, its sign-in and its address. The type is complete, so that a new code does
 * not compile until it has an exit code.
 */
const SOURCE_CODES: Readonly<Record<DataverseErrorCode | SignInErrorCode | AddressErrorCode, ExitCode>> = {
  "view-not-found": exitCodes.attention,
  "view-broken": exitCodes.attention,
  "column-not-found": exitCodes.source,
  "record-not-found": exitCodes.source,
  "missing-privilege": exitCodes.source,
  "access-denied": exitCodes.source,
  "user-disabled": exitCodes.source,
  "no-roles": exitCodes.source,
  "no-licence": exitCodes.source,
  "not-a-member": exitCodes.source,
  "administration-mode": exitCodes.source,
  "ip-blocked": exitCodes.source,
  "environment-disabled": exitCodes.source,
  "environment-not-found": exitCodes.source,
  intermediary: exitCodes.source,
  "proxy-authentication": exitCodes.source,
  "query-too-long": exitCodes.source,
  throttled: exitCodes.source,
  unavailable: exitCodes.source,
  refused: exitCodes.source,
  protocol: exitCodes.source,
  "sign-in-reconnect": exitCodes.source,
  "sign-in-configuration": exitCodes.source,
  "sign-in-retry": exitCodes.source,
  "sign-in-blocked": exitCodes.source,
  unreachable: exitCodes.source,
  empty: exitCodes.usage,
  garbage: exitCodes.usage,
  "not-https": exitCodes.usage,
  "ip-address": exitCodes.usage,
  credentials: exitCodes.usage,
  "self-hosted": exitCodes.usage,
  "business-central": exitCodes.usage,
  "finance-operations": exitCodes.usage,
  "maker-portal": exitCodes.usage,
  "power-pages": exitCodes.usage,
  "closed-cloud": exitCodes.usage,
  "no-organisation": exitCodes.usage,
};

/** Exit codes by an error's code; other codes are unexpected in a command. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  ...SOURCE_CODES,
  usage: exitCodes.usage,
  config: exitCodes.usage,
  "connection-file": exitCodes.usage,
  "key-file": exitCodes.usage,
  "token-file": exitCodes.usage,
  home: exitCodes.usage,
  csv: exitCodes.usage,
  account: exitCodes.usage,
  backup: exitCodes.usage,
  "not-empty": exitCodes.database,
  database: exitCodes.database,
  lease: exitCodes.busy,
  mapping: exitCodes.attention,
  "too-many-accounts": exitCodes.attention,
  run: exitCodes.attention,
  "custom-field": exitCodes.attention,
  "stored-json": exitCodes.attention,
};

export function describeError(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return describeUnexpected(String(error));
  if (error.name === "AbortError") {
    return {
      kind: "interrupted",
      sentence:
        'Interrupted. Nothing is lost: what was being applied continues with the next "sluice sync", anything else starts over.',
      exitCode: exitCodes.interrupted,
    };
  }
  if (error instanceof RunStopped) return describeKnownError(error, exitCodes.interrupted);
  const exitCode = error instanceof UserError ? EXIT_CODES[error.code] : undefined;
  if (exitCode !== undefined) return describeKnownError(error, exitCode);
  // PostgreSQL's own errors have an SQLSTATE and a severity.
  if ("severity" in error && "code" in error) {
    return { kind: "DatabaseError", sentence: databaseSentence(error), exitCode: exitCodes.database };
  }
  return describeUnexpected(error.message);
}

function describeKnownError(error: Error, exitCode: ExitCode): ErrorMessage {
  return { kind: errorKind(error), sentence: error.message, exitCode };
}

function databaseSentence(error: Error): string {
  return `The database refused a statement: ${error.message}. See the log of PostgreSQL; if it happens again, please report it.`;
}

function describeUnexpected(message: string): ErrorMessage {
  return {
    kind: "unexpected",
    sentence: `Something unexpected happened: ${message || "no message"}. Run it again with SLUICE_LOG_LEVEL=debug and report what it says.`,
    exitCode: exitCodes.unexpected,
  };
}
