// Reads the configuration; no other file reads process.env. Faults are reported all at once. A
// secret is given as NAME, or as NAME_FILE, the path of a file that contains it.
import { resolve } from "node:path";
import { settings, type Setting, type SettingName } from "./config/settings.ts";
import * as parse from "./config/parse.ts";
import type { LogLevel } from "./lib/log.ts";
import type { Proxy } from "./lib/proxy.ts";
import { UserError } from "./lib/user-error.ts";
import { readFailure, readTextFile } from "./lib/text-file.ts";

export interface Config {
  readonly databaseUrl: string | undefined;
  /** Absolute path. */
  readonly home: string;
  readonly logLevel: LogLevel;
  /** An origin such as http://127.0.0.1:8365. */
  readonly simulator: string | undefined;
  /** Maximum for a process that serves pages; a worker or a command opens half of them. */
  readonly databaseConnections: number;
  /** Timeout of one query of a request. */
  readonly querySeconds: number;
  readonly maxAccounts: number;
  readonly host: string;
  readonly port: number;
  /** An origin; undefined: the address it listens on. */
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly workspace: string;
  /** 32 bytes; undefined: the one kept in `home`. */
  readonly key: Buffer | undefined;
  /** Former keys, which decrypt but do not encrypt. */
  readonly oldKeys: readonly Buffer[];
  readonly mail: parse.Mail | undefined;
  /** What requests to Microsoft go through. */
  readonly proxy: Proxy | undefined;
  /** Sign-in with Microsoft. */
  readonly entra: parse.EntraApp | undefined;
  /**
   * The application registered for connecting to Dynamics 365; a public client if it has no secret.
   */
  readonly dynamicsApp: parse.DynamicsApp | undefined;
  /** How long finished runs and their changes are kept. */
  readonly retention: { readonly historyDays: number; readonly plansDays: number };
  /** The bearer token for /metrics; undefined: /metrics is off. */
  readonly metricsToken: string | undefined;
  readonly colours: boolean;
  /**
   * Reads a secret that a connection file names, from NAME or the file of NAME_FILE.
   * @throws ConfigError if that file cannot be read
   */
  readonly readSecret: (name: string) => string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export class ConfigError extends UserError {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super("config", faults.join("\n"));
    this.faults = faults;
  }
}

/** @throws ConfigError with a sentence for every fault */
export function readConfig(env: Environment = process.env, directory: string = process.cwd()): Config {
  const faults: string[] = [];
  const get = (name: SettingName) => readVariable(env, name) ?? defaultOf(name);
  const secret = (name: SettingName) => {
    try {
      return readSecret(env, name);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const config: Config = {
    databaseUrl: parse.databaseUrl(secret("DATABASE_URL"), faults),
    home: resolve(directory, get("SLUICE_HOME") ?? "."),
    logLevel: parse.logLevel(get("SLUICE_LOG_LEVEL"), faults),
    simulator: parse.simulatorOrigin(get("SLUICE_SIMULATOR"), faults),
    databaseConnections: parse.databaseConnections(get("SLUICE_DATABASE_CONNECTIONS"), faults),
    querySeconds: parse.querySeconds(get("SLUICE_QUERY_SECONDS"), faults),
    maxAccounts: parse.maxAccounts(get("MAX_ACCOUNTS"), faults),
    host: get("SLUICE_HOST") ?? "127.0.0.1",
    port: parse.portNumber(get("SLUICE_PORT"), faults),
    publicUrl: parse.publicUrl(get("SLUICE_PUBLIC_URL"), faults),
    trustedProxies: parse.trustedProxies(get("SLUICE_TRUSTED_PROXIES"), faults),
    workspace: get("SLUICE_WORKSPACE") ?? "Support",
    key: parse.key("SLUICE_KEY", secret("SLUICE_KEY"), faults),
    oldKeys: (secret("SLUICE_OLD_KEYS")?.split(",") ?? [])
      .map((old) => parse.key("SLUICE_OLD_KEYS", old.trim(), faults))
      .filter((old) => old !== undefined),
    mail: parse.mail(secret("SMTP_URL"), get("SLUICE_MAIL_FROM"), faults),
    // Programs agree that the lower-case spelling wins.
    proxy: parse.proxy(
      readVariable(env, "https_proxy") ?? secret("HTTPS_PROXY"),
      readVariable(env, "no_proxy") ?? get("NO_PROXY"),
      faults,
    ),
    entra: parse.entraApp(
      {
        tenant: get("SLUICE_ENTRA_TENANT"),
        clientId: get("SLUICE_ENTRA_CLIENT_ID"),
        clientSecret: secret("SLUICE_ENTRA_CLIENT_SECRET"),
      },
      faults,
    ),
    dynamicsApp: parse.dynamicsApp(get("SLUICE_DYNAMICS_CLIENT_ID"), secret("SLUICE_DYNAMICS_CLIENT_SECRET")),
    retention: {
      historyDays: parse.days("SLUICE_KEEP_HISTORY_DAYS", get("SLUICE_KEEP_HISTORY_DAYS"), faults),
      plansDays: parse.days("SLUICE_KEEP_PLANS_DAYS", get("SLUICE_KEEP_PLANS_DAYS"), faults),
    },
    metricsToken: parse.metricsToken(secret("METRICS_TOKEN"), faults),
    colours: get("NO_COLOR") === undefined,
    readSecret: (name) => readSecret(env, name),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

function defaultOf(name: SettingName): string | undefined {
  const setting: Setting | undefined = settings.find((one) => one.name === name);
  return setting?.default;
}

/** An empty variable counts as unset, because compose files and .env files cannot unset one. */
function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

function readSecret(env: Environment, name: string): string | undefined {
  const value = readVariable(env, name);
  const file = readVariable(env, `${name}_FILE`);
  if (file === undefined) return value;
  if (value !== undefined)
    throw new ConfigError([`${name} and ${name}_FILE are both set. Keep one of them.`]);
  try {
    // Editors and `echo` end a file with a line break; secrets have none.
    const content = readTextFile(file).trim();
    if (content !== "") return content;
  } catch (cause) {
    throw new ConfigError([`The file that ${name}_FILE names ${readFailure(cause)}`]);
  }
  throw new ConfigError([
    `The file that ${name}_FILE names is empty. Put the secret into it, or leave ${name}_FILE out.`,
  ]);
}
