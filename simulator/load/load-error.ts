/**
 * Thrown for a file that cannot be loaded; the message is a sentence for whoever chose the file.
 */
export class LoadError extends Error {
  override readonly name = "LoadError";
}
