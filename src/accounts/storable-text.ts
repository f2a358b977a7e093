/**
 * Removes what PostgreSQL cannot store: U+0000, which is dropped, and lone surrogates, which become
 * U+FFFD. Sources that truncate text to the length of a column produce them.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}
