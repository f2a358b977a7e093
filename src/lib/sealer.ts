// What nobody may read in the database is sealed before it is stored: AES-256-GCM under the operator's key, bound to what it
// is for, so that a sealed text moved to another place does not open there. Each sealed text names its key, so that keys can
// be replaced: new ones seal, old ones still open.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { UserError, type UserErrorOptions } from "./user-error.ts";

/** What is sealed; none opens as another. */
export type Purpose = {
  /** As in "The stored … was changed". What is sealed is bound to it, so it stays as it is. */
  readonly name: string;
  /** What an admin does when the text cannot be opened any more, as a clause without a full stop. */
  readonly remedy: string;
};

export type Sealer = {
  seal(purpose: Purpose, text: string): string;
  /** @throws SealError */
  open(purpose: Purpose, sealed: string): string;
  /** Whether it is under the current key; if not, it should be sealed anew before the old key is thrown away. */
  isCurrent(sealed: string): boolean;
};

export class SealError extends UserError {
  override readonly name = "SealError";

  constructor(sentence: string, options?: UserErrorOptions) {
    super("seal", sentence, options);
  }
}

/** Of 96 random bits (NIST SP 800-38D 8.2.2); an installation seals some thousand texts a year, far below 2^32. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = "s1";

/** @param keys 32 bytes each; `old` ones only open */
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
          { fix: `To replace it, ${purpose.remedy}.`, cause },
        );
      }
    },
    isCurrent: (sealed) => sealed.startsWith(`${FORMAT}.${currentId}.`),
  };
}

/** Tells keys apart without telling anything of them. */
function keyId(key: Buffer): string {
  return createHash("sha256").update("sluice key id").update(key).digest("hex").slice(0, 8);
}

function additionalData(purpose: Purpose, id: string): Buffer {
  return Buffer.from(`sluice ${FORMAT} ${id} ${purpose.name}`);
}

function wrongKeyError({ name, remedy }: Purpose, id: string): SealError {
  return new SealError(
    `The stored ${name} was sealed with another key (${/^[0-9a-f]{8}$/.test(id) ? id : "unknown"}).`,
    {
      fix:
        "Set SLUICE_KEY to the key it was sealed with, or add that key to SLUICE_OLD_KEYS; if it is lost, " +
        `${remedy}.`,
    },
  );
}
