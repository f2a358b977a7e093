// Classifies errors of queries that have a passing cause outside this program: the database is
// unavailable, its disk is full, or a statement took too long.
import { errorCode } from "../lib/system-error.ts";

/**
 * SQLSTATEs (appendix A): class 08, and a server that stops, crashed, starts, or has no connection
 * left.
 */
const UNAVAILABLE_STATES = /^(?:08...|57P0[1-5]|53300)$/;
/** Codes of sockets and name resolution. */
const SOCKET_ERRORS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
]);
/** Errors of pg that have no code. */
const CLOSED_MESSAGES =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/**
 * Whether the connection to the database failed. Errors of other connections are wrapped and carry
 * no such codes.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (!(error instanceof Error)) return false;
  const code = errorCode(error) ?? "";
  return UNAVAILABLE_STATES.test(code) || SOCKET_ERRORS.has(code) || CLOSED_MESSAGES.test(error.message);
}

export function isDiskFull(error: unknown): boolean {
  return errorCode(error) === "53100";
}

/**
 * The statement was cancelled because it exceeded the timeout of its connection, or by an operator.
 */
export function isStatementTimeout(error: unknown): boolean {
  return errorCode(error) === "57014";
}
