// What the database says of itself when a query fails: that it is not there just now, or that its disk is full. Both pass
// without anything of ours being wrong.

/** SQLSTATEs of appendix A: class 08, and a server that stops, crashed, starts, or has no connection left. */
const AWAY = /^(?:08...|57P0[1-5]|53300)$/;
/** Of the line and of the socket. */
const BROKEN = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOTFOUND",
]);
/** Errors of pg without a code. */
const ENDED =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** Whether the connection to the database is what broke. Errors of other connections carry no such codes; they are wrapped. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return AWAY.test(code) || BROKEN.has(code) || ENDED.test(error.message);
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "53100";
}

/** Ended because it took longer than its connection allows, or by an operator. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "57014";
}
