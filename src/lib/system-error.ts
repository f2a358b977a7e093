// The code of a system error, such as ENOENT or EADDRINUSE, which Node adds to its errors.

/** @returns undefined for anything without a code */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
