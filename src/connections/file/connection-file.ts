// A connection file, YAML or JSON: address, sign-in, selection, mapping and options, for people to
// review. It names secrets and never contains them, and no message repeats what could be one. All
// faults are reported at once, each with its path in the file.
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import { UserError } from "../../lib/user-error.ts";
import type { BrakeLimits } from "../../settings/brake.ts";
import type { Schedule } from "../../settings/schedule.ts";
import type { SyncSettings } from "../../settings/sync-settings.ts";
import { connectionSchema } from "./schema.ts";
import { faultsOf } from "./schema-errors.ts";
import { errorCode } from "../../lib/system-error.ts";
import { readFailure, readTextFile } from "../../lib/text-file.ts";
import { assertTokenFileWritable, TokenFileError } from "../sign-in/token-file.ts";

/** A function, so that no log, dump or JSON of a connection contains the value. */
export type Secret = () => string;

export type SignIn =
  | {
      readonly kind: "client-credentials";
      /** Discovered from the environment if absent. */
      readonly tenant: string | undefined;
      readonly clientId: string;
      readonly clientSecret: Secret;
    }
  | {
      readonly kind: "refresh-token";
      readonly tenant: string | undefined;
      readonly clientId: string;
      readonly clientSecret: Secret | undefined;
      readonly refreshToken: Secret;
      /**
       * Absolute path of the token's file. The next token is written there, because each use replaces it.
       */
      readonly refreshTokenFile: string | undefined;
    };

export type ConnectionSettings = SyncSettings & {
  /** As written; `src/dataverse` decides whether it is an address of Dynamics 365. */
  readonly address: string;
  readonly signIn: SignIn;
  readonly schedule: Schedule;
  readonly brake: BrakeLimits;
  readonly teammates: readonly { readonly email: string; readonly name?: string | undefined }[];
};

export class ConnectionFileError extends UserError {
  override readonly name = "ConnectionFileError";
  readonly faults: readonly string[];

  constructor(path: string, faults: readonly string[], options?: ErrorOptions) {
    super("connection-file", `The connection file ${path} cannot be used. ${faults.join("\n")}`, options);
    this.faults = faults;
  }
}

/** @throws ConnectionFileError if the file cannot be read or parsed, or its content is invalid */
export function loadConnectionFile(
  path: string,
  readSecret: (name: string) => string | undefined,
): ConnectionSettings {
  const parsed = connectionSchema.safeParse(parseFile(path));
  if (!parsed.success) throw new ConnectionFileError(path, faultsOf(parsed.error));
  const faults: string[] = [];
  const settings = settingsOf(parsed.data, new SecretReader(path, readSecret, faults));
  if (faults.length > 0) throw new ConnectionFileError(path, faults);
  return settings;
}

function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (cause) {
    throw new ConnectionFileError(path, [unreadableReason(cause)], { cause });
  }
  // The library's messages quote the text, which may be a secret that somebody wrote into the file.
  const document = parseDocument(text, { prettyErrors: true, logLevel: "silent" });
  if (document.errors.length > 0) {
    throw new ConnectionFileError(
      path,
      document.errors.map(({ code, linePos }) => {
        const place = linePos === undefined ? "" : ` in line ${linePos[0].line}`;
        const what = code === "DUPLICATE_KEY" ? "A name appears twice" : "It is not valid YAML or JSON";
        return `${what}${place}. Correct it; indentation and quotes are the usual causes.`;
      }),
    );
  }
  try {
    const content: unknown = document.toJS({ maxAliasCount: 20 });
    if (content !== null && content !== undefined) return content;
  } catch {
    throw new ConnectionFileError(path, [
      "It uses aliases (* and &) that cannot be resolved. Write their values out.",
    ]);
  }
  throw new ConnectionFileError(path, [
    "It is empty. Begin with an address, such as address: https://contoso.crm.dynamics.com.",
  ]);
}

function unreadableReason(cause: unknown): string {
  const code = errorCode(cause);
  if (code === "ENOENT") return "There is no such file. Name the right one with --connection.";
  if (code === "EISDIR") return "It is a directory. Name a file with --connection.";
  if (code === "EACCES") return "It may not be read by this user. Change its permissions.";
  return `It ${readFailure(cause)}`;
}

type ParsedFile = z.output<typeof connectionSchema>;

function settingsOf(parsed: ParsedFile, secrets: SecretReader): ConnectionSettings {
  const { selection, mapping } = parsed;
  return {
    address: parsed.address,
    signIn: signInOf(parsed.signIn, secrets),
    selection: selection === "all" ? { kind: "all" } : { kind: "view", view: selection.view },
    mapping: {
      name: mapping.name,
      ...(mapping.description === undefined ? {} : { description: mapping.description }),
      domains: mapping.domains,
      fields: Object.entries(mapping.fields).map(([field, { column, type }]) => ({
        column,
        field: field.trim(),
        type,
      })),
    },
    options: parsed.options,
    labelLanguage: parsed.labelLanguage,
    schedule: parsed.schedule,
    brake: parsed.brake,
    ownDomains: parsed.ownDomains,
    commonDomains: parsed.commonDomains,
    teammates: parsed.teammates,
  };
}

function signInOf(parsed: ParsedFile["signIn"], secrets: SecretReader): SignIn {
  const { kind, tenant, clientId, clientSecret } = parsed;
  if (kind === "client-credentials") {
    return { kind, tenant, clientId, clientSecret: secrets.fromEnvironment(parsed.clientSecret.env) };
  }
  const source = parsed.refreshToken;
  const file = "file" in source ? secrets.pathOf(source.file) : undefined;
  return {
    kind,
    tenant,
    clientId,
    clientSecret: clientSecret && secrets.fromEnvironment(clientSecret.env),
    refreshToken: "file" in source ? secrets.fromFile(source.file) : secrets.fromEnvironment(source.env),
    refreshTokenFile: file,
  };
}

/** Reads the secrets that the file names, once, and records those that are missing. */
class SecretReader {
  readonly #path: string;
  readonly #read: (name: string) => string | undefined;
  readonly #faults: string[];

  constructor(path: string, read: (name: string) => string | undefined, faults: string[]) {
    this.#path = path;
    this.#read = read;
    this.#faults = faults;
  }

  /** Resolves relative paths from the connection file's folder, so that both can move together. */
  pathOf(file: string): string {
    return resolve(dirname(this.#path), file);
  }

  fromEnvironment(name: string): Secret {
    try {
      const value = this.#read(name);
      if (value !== undefined) return () => value;
      this.#faults.push(
        `The environment variable ${name} is not set. Set it, or ${name}_FILE, to the secret.`,
      );
    } catch (error) {
      this.#faults.push(error instanceof Error ? error.message : `The secret ${name} cannot be read.`);
    }
    return () => "";
  }

  fromFile(file: string): Secret {
    const path = this.pathOf(file);
    try {
      const value = readTextFile(path).trim();
      if (value === "") this.#faults.push(`The file ${file}, which should hold the refresh token, is empty.`);
      else assertTokenFileWritable(path, file);
      return () => value;
    } catch (error) {
      const fault =
        error instanceof TokenFileError
          ? error.message
          : `The file ${file}, which should hold the refresh token, ${readFailure(error)}`;
      this.#faults.push(fault);
    }
    return () => "";
  }
}
