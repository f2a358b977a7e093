// The file that holds the refresh token of a connection file's sign-in. Microsoft Entra ID replaces
// the token at each exchange, so whether the next one can be written is known before.
import { assertReplaceable, replaceFile } from "../../lib/replace-file.ts";
import { errorCode } from "../../lib/system-error.ts";
import { UserError } from "../../lib/user-error.ts";

/** The token in the file cannot be replaced by the next one. */
export class TokenFileError extends UserError {
  override readonly name = "TokenFileError";

  constructor(file: string, cause: unknown) {
    super(
      "token-file",
      `The file ${file} holds the refresh token, which is replaced at each sign-in, and it cannot be written (${errorCode(cause) ?? "unknown reason"}).`,
      { fix: "Make the file, or the directory that it is in, writable for the user of this process.", cause },
    );
  }
}

/**
 * @param name of the file in the message
 * @throws TokenFileError
 */
export function assertTokenFileWritable(path: string, name: string = path): void {
  try {
    assertReplaceable(path);
  } catch (cause) {
    throw new TokenFileError(name, cause);
  }
}

/** @throws TokenFileError */
export async function saveToken(path: string, token: string): Promise<void> {
  await replaceFile(path, token).catch((cause: unknown) => {
    throw new TokenFileError(path, cause);
  });
}
