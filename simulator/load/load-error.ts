/** A file that cannot be loaded; the message is a sentence for whoever chose it. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}
