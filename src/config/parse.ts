// Parses the text of each setting. A fault is added as a sentence that says what to write; it never
// contains a secret.
import { isIP } from "node:net";
import type { LogLevel } from "../lib/log.ts";
import type { Proxy } from "../lib/proxy.ts";
import type { SettingName } from "./settings.ts";

export interface EntraApp {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export type DynamicsApp = { readonly clientId: string; readonly clientSecret: string | undefined };
export type Mail = { readonly smtpUrl: string; readonly from: string };

/** How a password is written into a URL; no value is shown, since it may contain one. */
const ENCODING =
  "In a password, write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, % as %25 and a blank as %20 (percent-encoding).";

/**
 * Whether a URL with a password means what it says. An unencoded character of a password ends the
 * password, and what follows would be taken for a host, a database or an option, and be shown in
 * errors.
 */
function isReadableUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s|#|%(?![0-9a-f]{2})/i.test(value)) return false;
  const [, authority = "", path = "", query = ""] = /^[^/]*\/\/([^/?]*)([^?]*)\??(.*)$/s.exec(value) ?? [];
  const options = query === "" ? [] : query.split("&");
  return (
    authority.split("@").length <= 2 &&
    !/@|.\//.test(path) &&
    !(path === "" && query.includes("@")) &&
    options.every((option) => /^[\w.]+=/.test(option))
  );
}

export function databaseUrl(value: string | undefined, faults: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (!/^postgres(?:ql)?:\/\//.test(value) || !isReadableUrl(value)) {
    faults.push(
      `DATABASE_URL is not an address of PostgreSQL. Write postgres://user:password@host:5432/database. ${ENCODING}`,
    );
  }
  return value;
}

const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

export function logLevel(value: string | undefined, faults: string[]): LogLevel {
  const level = logLevels.find((one) => one === value);
  if (level === undefined)
    faults.push(`SLUICE_LOG_LEVEL is "${value}". Write one of ${logLevels.join(", ")}.`);
  return level ?? "warn";
}

export function simulatorOrigin(value: string | undefined, faults: string[]): string | undefined {
  if (value === undefined) return undefined;
  const match = /^(http:\/\/127\.0\.0\.1:(\d{1,5}))\/?$/.exec(value);
  const port = Number(match?.[2]);
  if (match && port > 0 && port < 65_536) return match[1];
  faults.push(
    "SLUICE_SIMULATOR is not an address on this machine. Write http://127.0.0.1 with a port, such as http://127.0.0.1:8365.",
  );
  return undefined;
}

export function maxAccounts(value: string | undefined, faults: string[]): number {
  if (/^[1-9]\d{0,8}$/.test(value ?? "")) return Number(value);
  faults.push(`MAX_ACCOUNTS is "${value}". Write a whole number above 0, such as 500000.`);
  return 0;
}

/** With fewer, a run could wait for a connection that it holds itself. */
const MIN_CONNECTIONS = 12;

export function databaseConnections(value: string | undefined, faults: string[]): number {
  if (/^\d{1,4}$/.test(value ?? "") && Number(value) >= MIN_CONNECTIONS) return Number(value);
  faults.push(
    `SLUICE_DATABASE_CONNECTIONS is "${value}". Write a whole number from ${MIN_CONNECTIONS} to 9999, such as 20.`,
  );
  return MIN_CONNECTIONS;
}

export function querySeconds(value: string | undefined, faults: string[]): number {
  if (/^[1-9]\d{0,3}$/.test(value ?? "")) return Number(value);
  faults.push(`SLUICE_QUERY_SECONDS is "${value}". Write a whole number of seconds, 1 to 9999.`);
  return 1;
}

export function days(name: SettingName, value: string | undefined, faults: string[]): number {
  if (/^[1-9]\d{0,4}$/.test(value ?? "")) return Number(value);
  faults.push(`${name} is "${value}". Write a whole number of days, 1 to 99999.`);
  return 1;
}

export function portNumber(value: string | undefined, faults: string[]): number {
  if (/^\d{1,5}$/.test(value ?? "") && Number(value) < 65_536) return Number(value);
  faults.push(`SLUICE_PORT is "${value}". Write a whole number from 0 (any free port) to 65535.`);
  return 0;
}

/** Names of networks that Fastify accepts beside addresses. */
const NETWORKS: ReadonlySet<string> = new Set(["loopback", "linklocal", "uniquelocal"]);

export function trustedProxies(value: string | undefined, faults: string[]): string[] {
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
  const maxBits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return maxBits > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= maxBits));
}

export function publicUrl(value: string | undefined, faults: string[]): string | undefined {
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

export function key(name: string, value: string | undefined, faults: string[]): Buffer | undefined {
  if (value === undefined) return undefined;
  const isHex = /^[0-9a-f]{64}$/i.test(value);
  const bytes = Buffer.from(value, isHex ? "hex" : "base64");
  if (bytes.length === KEY_BYTES) return bytes;
  faults.push(
    `${name} is not a key. Write 32 bytes in base64 or hex, such as "openssl rand -base64 32" prints.`,
  );
  return undefined;
}

export function metricsToken(value: string | undefined, faults: string[]): string | undefined {
  if (value !== undefined && !/^[\x21-\x7e]{16,}$/.test(value))
    faults.push(
      'METRICS_TOKEN is easy to guess or cannot be sent. Write 16 or more letters and digits, such as "openssl rand -hex 16" prints.',
    );
  return value;
}

export function mail(
  smtpUrl: string | undefined,
  from: string | undefined,
  faults: string[],
): Mail | undefined {
  if (smtpUrl === undefined) return undefined;
  if (!/^smtps?:\/\//.test(smtpUrl) || !isReadableUrl(smtpUrl)) {
    faults.push(
      `SMTP_URL is not the address of a mail server. Write smtps://user:password@host:465 or smtp://user:password@host:587. ${ENCODING}`,
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

/** An address without a scheme is of a proxy that speaks http, as other programs have it. */
export function proxy(
  value: string | undefined,
  except: string | undefined,
  faults: string[],
): Proxy | undefined {
  if (value === undefined) return undefined;
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = isReadableUrl(written) ? new URL(written) : undefined;
  const credentials = url && credentialsOf(url);
  const isAddress = url && ["http:", "https:"].includes(url.protocol) && url.pathname === "/" && !url.search;
  if (isAddress && credentials !== undefined) {
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    return {
      host: `${url.hostname}:${port}`,
      origin: url.origin,
      authorization: credentials === "" ? undefined : () => authorization,
      except: except ?? "",
    };
  }
  faults.push(
    `HTTPS_PROXY is not the address of a proxy that speaks http. Write http://host:port, or http://user:password@host:port. ${ENCODING}`,
  );
  return undefined;
}

/** Returns `user:password`, empty without any; undefined if they are not percent-encoded UTF-8. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return "";
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}

export function entraApp(
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
  // "common" and "organizations" would admit any Microsoft account with a teammate's address.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenant)) {
    faults.push(
      `SLUICE_ENTRA_TENANT is "${tenant}". Write the Directory (tenant) ID that the Microsoft Entra admin center shows, such as 00000000-0000-0000-0000-000000000000.`,
    );
  }
  return { tenant: tenant.toLowerCase(), clientId, clientSecret };
}

export function dynamicsApp(
  clientId: string | undefined,
  clientSecret: string | undefined,
): DynamicsApp | undefined {
  return clientId === undefined ? undefined : { clientId, clientSecret };
}
