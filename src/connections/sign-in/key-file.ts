// The sealing key of an installation whose operator has set none: created once and kept beside the
// embedded database.
import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError, type UserErrorOptions } from "../../lib/user-error.ts";
import { errorCode } from "../../lib/system-error.ts";
import { readTextFile } from "../../lib/text-file.ts";

const KEY_BYTES = 32;

/** The key file cannot be read or created; the operator must repair it. */
class KeyFileError extends UserError {
  override readonly name = "KeyFileError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("key-file", sentence, options);
  }
}

/**
 * Loads the key in `directory`, and creates it if there is none.
 * @throws KeyFileError
 */
export async function loadOrCreateKey(directory: string): Promise<Buffer> {
  const path = join(directory, "sealing.key");
  const text = await readOrCreate(path, directory).catch((cause: unknown) => {
    const code = errorCode(cause) ?? "it is no text";
    throw new KeyFileError(
      `The key that seals the sign-in to Dynamics 365 cannot be read or made in ${path} (${code}). ` +
        "Check the permissions of SLUICE_HOME, or set SLUICE_KEY.",
      { cause },
    );
  });
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new KeyFileError(
    `The file ${path} should hold the key that seals the sign-in to Dynamics 365, and does not. Restore it from a backup; ` +
      "or delete it, and connect Dynamics 365 again.",
  );
}

async function readOrCreate(path: string, directory: string): Promise<string> {
  return (await readIfExists(path)) ?? (await createKeyFile(path, directory));
}

/**
 * Creates the file by a hard link, which only one of several processes can create. The others then
 * read the first one's key.
 */
async function createKeyFile(path: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  // The name is unique for each call, because two calls may come from one process.
  const temporaryPath = `${path}.${randomUUID()}`;
  await writeFile(temporaryPath, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600 });
  try {
    // Some file systems have no hard links; copying is then as exclusive, if not at once complete.
    await link(temporaryPath, path).catch((error: unknown) => {
      if (hasCode(error, "EEXIST")) throw error;
      return copyFile(temporaryPath, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    await rm(temporaryPath, { force: true });
  }
  return readFile(path, "utf8");
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return readTextFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return errorCode(error) === code;
}
