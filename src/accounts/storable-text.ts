/** Removes what PostgreSQL cannot store: NUL characters and, in JSON, lone surrogates. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}
