// What the environment says: the only file that reads process.env, and the one list of settings there are.
// All faults are reported at once, so an operator mends everything in one go. `.env.example` is made from `settings`.
// Secrets may be given as NAME, or as NAME_FILE, the path of a file that holds them.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import type { LogLevel } from "./lib/log.ts";

export interface Setting {
  readonly name: string;
  readonly description: string;
  readonly default?: string;
  /** May also be given as NAME_FILE; never shown. */
  readonly secret?: boolean;
}

export const settings = [
  {
    name: "DATABASE_URL",
    description:
      "PostgreSQL 15 or newer, as postgres://user:password@host:5432/database. " +
      "Without it, a PostgreSQL of our own is started in SLUICE_HOME.",
    secret: true,
  },
  {
    name: "SLUICE_HOME",
    description: "Directory for the embedded database. Relative paths start where the command is run.",
    default: ".sluice",
  },
  {
    name: "SLUICE_LOG_LEVEL",
    description: "How much is logged to standard error: debug, info, warn, error or silent.",
    default: "warn",
  },
  {
    name: "SLUICE_SIMULATOR",
    description:
      "The one address besides Dynamics 365 that may be spoken to: the simulator's, as http://127.0.0.1:8365. " +
      "Leave it out in production.",
  },
  {
    name: "MAX_ACCOUNTS",
    description: "A selection of more accounts than this is refused before anything is written.",
    default: "500000",
  },
  {
    name: "SLUICE_HOST",
    description: 'Address that "sluice serve" listens on. 0.0.0.0 for all, behind a proxy that speaks https.',
    default: "127.0.0.1",
  },
  { name: "SLUICE_PORT", description: 'Port that "sluice serve" listens on.', default: "8377" },
  {
    name: "SLUICE_PUBLIC_URL",
    description:
      "Where people reach Sluice, such as https://sluice.ourcompany.example; links in mails begin with it. " +
      "Without it, the address it listens on.",
  },
  {
    name: "SLUICE_TRUSTED_PROXIES",
    description:
      "Addresses or networks of proxies, separated by commas, that are believed when they say who asks.",
    default: "127.0.0.1,::1",
  },
  { name: "SLUICE_WORKSPACE", description: "Name of the workspace, as people see it.", default: "Support" },
  {
    name: "SLUICE_KEY",
    description:
      "Seals what Dynamics 365 trusts us with: 32 bytes in base64 or hex. Without it, one is made in SLUICE_HOME.",
    secret: true,
  },
  {
    name: "SLUICE_OLD_KEYS",
    description:
      "Former values of SLUICE_KEY, separated by commas: they still open what they sealed, and seal nothing.",
    secret: true,
  },
  {
    name: "SMTP_URL",
    description:
      "Mail server, as smtps://user:password@mail.example:465 or smtp://…:587. Without it, the app shows what it would mail.",
    secret: true,
  },
  {
    name: "SLUICE_MAIL_FROM",
    description: "Sender of mails, such as Sluice <sluice@ourcompany.example>. Needed with SMTP_URL.",
  },
  {
    name: "SLUICE_ENTRA_TENANT",
    description:
      "Directory (tenant) id in Microsoft Entra ID; with the next two, teammates may sign in with Microsoft.",
  },
  { name: "SLUICE_ENTRA_CLIENT_ID", description: "Application (client) id of that sign-in." },
  { name: "SLUICE_ENTRA_CLIENT_SECRET", description: "Client secret of that sign-in.", secret: true },
  {
    name: "SLUICE_DYNAMICS_CLIENT_ID",
    description: "Application (client) id with which admins log in to Dynamics 365 from the app.",
  },
  {
    name: "SLUICE_DYNAMICS_CLIENT_SECRET",
    description: "Client secret of that application; none if it is a public client.",
    secret: true,
  },
  {
    name: "SLUICE_KEEP_HISTORY_DAYS",
    description:
      "Days that runs, what they changed and edits by hand are kept. The latest of each account stays however old it is.",
    default: "400",
  },
  {
    name: "SLUICE_KEEP_PLANS_DAYS",
    description: "Days that plans are kept that were discarded, interrupted or failed.",
    default: "30",
  },
  {
    name: "METRICS_TOKEN",
    description:
      "What Prometheus sends as a bearer token to read /metrics, 16 characters or more. Without it there are no metrics.",
    secret: true,
  },
  { name: "NO_COLOR", description: "Set it to anything to have no colours on a terminal." },
] as const satisfies readonly Setting[];

export interface Config {
  readonly databaseUrl: string | undefined;
  /** Absolute path. */
  readonly home: string;
  readonly logLevel: LogLevel;
  /** An origin such as http://127.0.0.1:8365. */
  readonly simulator: string | undefined;
  readonly maxAccounts: number;
  readonly host: string;
  readonly port: number;
  /** An origin; undefined: the one it listens on. */
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly workspace: string;
  /** 32 bytes; undefined: the one kept in `home`. */
  readonly key: Buffer | undefined;
  /** Former keys, which only open. */
  readonly oldKeys: readonly Buffer[];
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  /** Signing in with Microsoft. */
  readonly entra: EntraApp | undefined;
  /** The application registered for logging in to Dynamics 365; public if it has no secret. */
  readonly dynamicsApp: { readonly clientId: string; readonly clientSecret: string | undefined } | undefined;
  /** For how long what runs leave behind is kept. */
  readonly keep: { readonly historyDays: number; readonly plansDays: number };
  /** Who has it may read /metrics; undefined: nobody. */
  readonly metricsToken: string | undefined;
  readonly colours: boolean;
  /** A secret that a connection file names: NAME, or what the file of NAME_FILE holds. @throws ConfigError if that file cannot be read. */
  readonly readSecret: (name: string) => string | undefined;
}

export interface EntraApp {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type SettingName = (typeof settings)[number]["name"];

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** @throws ConfigError with a sentence for every fault. */
export function readConfig(env: Environment = process.env, directory: string = process.cwd()): Config {
  const faults: string[] = [];
  const get = (name: SettingName) => plain(env, name) ?? defaultOf(name);
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
    databaseUrl: databaseUrl(secret("DATABASE_URL"), faults),
    home: resolve(directory, get("SLUICE_HOME") ?? "."),
    logLevel: logLevel(get("SLUICE_LOG_LEVEL"), faults),
    simulator: simulatorOrigin(get("SLUICE_SIMULATOR"), faults),
    maxAccounts: maxAccounts(get("MAX_ACCOUNTS"), faults),
    host: get("SLUICE_HOST") ?? "127.0.0.1",
    port: portNumber(get("SLUICE_PORT"), faults),
    publicUrl: publicUrl(get("SLUICE_PUBLIC_URL"), faults),
    trustedProxies: trustedProxies(get("SLUICE_TRUSTED_PROXIES"), faults),
    workspace: get("SLUICE_WORKSPACE") ?? "Support",
    key: key("SLUICE_KEY", secret("SLUICE_KEY"), faults),
    oldKeys: (secret("SLUICE_OLD_KEYS")?.split(",") ?? [])
      .map((old) => key("SLUICE_OLD_KEYS", old.trim(), faults))
      .filter((old) => old !== undefined),
    mail: mail(secret("SMTP_URL"), get("SLUICE_MAIL_FROM"), faults),
    entra: entraApp(
      {
        tenant: get("SLUICE_ENTRA_TENANT"),
        clientId: get("SLUICE_ENTRA_CLIENT_ID"),
        clientSecret: secret("SLUICE_ENTRA_CLIENT_SECRET"),
      },
      faults,
    ),
    dynamicsApp: dynamicsApp(get("SLUICE_DYNAMICS_CLIENT_ID"), secret("SLUICE_DYNAMICS_CLIENT_SECRET")),
    keep: {
      historyDays: days("SLUICE_KEEP_HISTORY_DAYS", get("SLUICE_KEEP_HISTORY_DAYS"), faults),
      plansDays: days("SLUICE_KEEP_PLANS_DAYS", get("SLUICE_KEEP_PLANS_DAYS"), faults),
    },
    metricsToken: metricsToken(secret("METRICS_TOKEN"), faults),
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

/** An empty variable counts as none: that is how compose files and .env files leave one out. */
function plain(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

function readSecret(env: Environment, name: string): string | undefined {
  const value = plain(env, name);
  const file = plain(env, `${name}_FILE`);
  if (file === undefined) return value;
  if (value !== undefined)
    throw new ConfigError([`${name} and ${name}_FILE are both set. Keep one of them.`]);
  try {
    // Editors and `echo` end a file with a line break; secrets do not.
    const held = readFileSync(file, "utf8").trim();
    if (held !== "") return held;
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new ConfigError([
      `The file that ${name}_FILE names cannot be read (${reason}). Check its path and its permissions.`,
    ]);
  }
  throw new ConfigError([
    `The file that ${name}_FILE names is empty. Put the secret into it, or leave ${name}_FILE out.`,
  ]);
}

function databaseUrl(value: string | undefined, faults: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value)) {
    // Not shown: it may hold a password even if it is misspelt.
    faults.push(
      "DATABASE_URL is not an address of PostgreSQL. Write postgres://user:password@host:5432/database.",
    );
  }
  return value;
}

const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

function logLevel(value: string | undefined, faults: string[]): LogLevel {
  const level = logLevels.find((one) => one === value);
  if (level === undefined)
    faults.push(`SLUICE_LOG_LEVEL is "${value}". Write one of ${logLevels.join(", ")}.`);
  return level ?? "warn";
}

function simulatorOrigin(value: string | undefined, faults: string[]): string | undefined {
  if (value === undefined) return undefined;
  const match = /^(http:\/\/127\.0\.0\.1:(\d{1,5}))\/?$/.exec(value);
  const port = Number(match?.[2]);
  if (match && port > 0 && port < 65_536) return match[1];
  faults.push(
    "SLUICE_SIMULATOR is not an address on this machine. Write http://127.0.0.1 with a port, such as http://127.0.0.1:8365.",
  );
  return undefined;
}

function maxAccounts(value: string | undefined, faults: string[]): number {
  if (/^[1-9]\d{0,8}$/.test(value ?? "")) return Number(value);
  faults.push(`MAX_ACCOUNTS is "${value}". Write a whole number above 0, such as 500000.`);
  return 0;
}

function days(name: SettingName, value: string | undefined, faults: string[]): number {
  if (/^[1-9]\d{0,4}$/.test(value ?? "")) return Number(value);
  faults.push(`${name} is "${value}". Write a whole number of days, 1 to 99999.`);
  return 1;
}

function portNumber(value: string | undefined, faults: string[]): number {
  if (/^\d{1,5}$/.test(value ?? "") && Number(value) < 65_536) return Number(value);
  faults.push(`SLUICE_PORT is "${value}". Write a whole number from 0 (any free port) to 65535.`);
  return 0;
}

/** Names of networks that fastify knows, besides addresses. */
const NETWORKS: ReadonlySet<string> = new Set(["loopback", "linklocal", "uniquelocal"]);

function trustedProxies(value: string | undefined, faults: string[]): string[] {
  const proxies = (value ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  for (const one of proxies) {
    if (isNetwork(one)) continue;
    faults.push(
      `SLUICE_TRUSTED_PROXIES names "${one}", which is no address. Write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, separated by commas.`,
    );
  }
  return proxies;
}

function isNetwork(text: string): boolean {
  if (NETWORKS.has(text)) return true;
  const [, address = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return most > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= most));
}

function publicUrl(value: string | undefined, faults: string[]): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isOrigin = url?.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (url && isOrigin && ["http:", "https:"].includes(url.protocol)) return url.origin;
  faults.push(
    "SLUICE_PUBLIC_URL is not an address that people could open. Write https:// and the host, without a path, such as https://sluice.ourcompany.example.",
  );
  return undefined;
}

const KEY_BYTES = 32;

function key(name: string, value: string | undefined, faults: string[]): Buffer | undefined {
  if (value === undefined) return undefined;
  const isHex = /^[0-9a-f]{64}$/i.test(value);
  const bytes = Buffer.from(value, isHex ? "hex" : "base64");
  if (bytes.length === KEY_BYTES) return bytes;
  faults.push(
    `${name} holds what is not a key. Write 32 bytes in base64 or hex, such as "openssl rand -base64 32" prints.`,
  );
  return undefined;
}

function metricsToken(value: string | undefined, faults: string[]): string | undefined {
  if (value !== undefined && !/^[\x21-\x7e]{16,}$/.test(value))
    faults.push(
      'METRICS_TOKEN is easy to guess or cannot be sent. Write 16 or more letters and digits, such as "openssl rand -hex 16" prints.',
    );
  return value;
}

function mail(smtpUrl: string | undefined, from: string | undefined, faults: string[]): Config["mail"] {
  if (smtpUrl === undefined) return undefined;
  if (!/^smtps?:\/\//.test(smtpUrl) || !URL.canParse(smtpUrl)) {
    faults.push(
      "SMTP_URL is not the address of a mail server. Write smtps://user:password@host:465 or smtp://user:password@host:587.",
    );
  }
  if (from === undefined || !/^[^<>]*<?[^\s@<>]+@[^\s@<>]+>?$/.test(from)) {
    faults.push(
      "SLUICE_MAIL_FROM is not a sender. Write an e-mail address, such as Sluice <sluice@ourcompany.example>.",
    );
    return undefined;
  }
  return { smtpUrl, from };
}

function entraApp(
  { tenant, clientId, clientSecret }: { [Key in keyof EntraApp]: string | undefined },
  faults: string[],
): EntraApp | undefined {
  if (tenant === undefined && clientId === undefined && clientSecret === undefined) return undefined;
  if (tenant === undefined || clientId === undefined || clientSecret === undefined) {
    faults.push(
      "Signing in with Microsoft needs all of SLUICE_ENTRA_TENANT, SLUICE_ENTRA_CLIENT_ID and SLUICE_ENTRA_CLIENT_SECRET. Set them, or none.",
    );
    return undefined;
  }
  // "common" and "organizations" would let in whoever has a Microsoft account with a teammate's address on it.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenant)) {
    faults.push(
      `SLUICE_ENTRA_TENANT is "${tenant}". Write the Directory (tenant) ID that the Microsoft Entra admin center shows, such as 00000000-0000-0000-0000-000000000000.`,
    );
  }
  return { tenant: tenant.toLowerCase(), clientId, clientSecret };
}

function dynamicsApp(clientId: string | undefined, clientSecret: string | undefined): Config["dynamicsApp"] {
  return clientId === undefined ? undefined : { clientId, clientSecret };
}
