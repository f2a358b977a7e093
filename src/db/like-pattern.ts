/** A LIKE pattern for texts that contain this one, in which nothing else has a meaning of its own. */
export function containsPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
