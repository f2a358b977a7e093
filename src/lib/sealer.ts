// Encrypts secrets before they are stored: AES-256-GCM with the operator's key, and the purpose as
// additional data, so that a text copied to another column does not decrypt. Each text names its
// key, so that keys can be rotated: the current one encrypts, old ones still decrypt.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { UserError, type UserErrorOptions } from "./user-error.ts";

/** What is encrypted; a text of one purpose does not decrypt as another. */
export type Purpose = {
  /** As in "The stored … was changed". Stored texts are bound to it, so it must not change. */
  readonly name: string;
  /**
   * What an admin does when the text cannot be decrypted any more, as a clause without a full stop.
   */
  readonly fix: string;
};

export type Sealer = {
  seal(purpose: Purpose, text: string): string;
  /** @throws SealError */
  open(purpose: Purpose, sealed: string): string;
  /**
   * Whether it was encrypted with the current key; if not, encrypt it again before the old key is
   * removed.
   */
  isCurrent(sealed: string): boolean;
};

export class SealError extends UserError {
  override readonly name = "SealError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("seal", sentence, options);
  }
}

/**
 * 96 random bits (NIST SP 800-38D 8.2.2); an installation encrypts some thousand texts a year, far
 * below 2^32.
 */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = "s1";

/** @param keys 32 bytes each; `old` keys only decrypt */
export function createSealer(keys: { readonly current: Buffer; readonly old?: readonly Buffer[] }): Sealer {
  const currentId = keyId(keys.current);
  const byId = new Map([keys.current, ...(keys.old ?? [])].map((key) => [keyId(key), key]));
  return {
    seal(purpose, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keys.current, iv).setAAD(
        additionalData(purpose, currentId),
      );
      const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}.${currentId}.${sealed.toString("base64url")}`;
    },
    open(purpose, text) {
      const [format, id = "", body = ""] = text.split(".");
      const key = format === FORMAT ? byId.get(id) : undefined;
      if (key === undefined) throw wrongKeyError(purpose, id);
      const sealed = Buffer.from(body, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES))
          .setAAD(additionalData(purpose, id))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        const open = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
        return Buffer.concat([open, decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new SealError(
          `The stored ${purpose.name} was changed or damaged in the database and does not open.`,
          { fix: `To replace it, ${purpose.fix}.`, cause },
        );
      }
    },
    isCurrent: (sealed) => sealed.startsWith(`${FORMAT}.${currentId}.`),
  };
}

/** Identifies a key without revealing it. */
function keyId(key: Buffer): string {
  return createHash("sha256").update("sluice key id").update(key).digest("hex").slice(0, 8);
}

function additionalData(purpose: Purpose, id: string): Buffer {
  return Buffer.from(`sluice ${FORMAT} ${id} ${purpose.name}`);
}

function wrongKeyError({ name, fix }: Purpose, id: string): SealError {
  return new SealError(
    `The stored ${name} was sealed with another key (${/^[0-9a-f]{8}$/.test(id) ? id : "unknown"}).`,
    {
      fix:
        "Set SLUICE_KEY to the key it was sealed with, or add that key to SLUICE_OLD_KEYS; if it is lost, " +
        `${fix}.`,
    },
  );
}
