/** Without what PostgreSQL cannot hold: the character zero and, in JSON, half of a surrogate pair. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}
