// What the database says of itself when a query fails: that it is not there just now, or that its disk is full. Both pass
// without anything of ours being wrong.

/** SQLSTATEs of appendix A: class 08, and a server that stops, crashed, starts, or has no connection left. */
const UNAVAILABLE_STATES = /^(?:08...|57P0[1-5]|53300)$/;
/** Of the line and of the socket. */
const SOCKET_ERRORS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
]);
/** Errors of pg without a code. */
const CLOSED_MESSAGES =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** Whether the connection to the database is what broke. Errors of other connections carry no such codes; they are wrapped. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return UNAVAILABLE_STATES.test(code) || SOCKET_ERRORS.has(code) || CLOSED_MESSAGES.test(error.message);
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "53100";
}

/** Ended because it took longer than its connection allows, or by an operator. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "57014";
}
