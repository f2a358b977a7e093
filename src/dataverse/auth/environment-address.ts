// Normalises a pasted address to an origin on a host that Microsoft runs, before any request is
// sent. Hosts: Microsoft Learn, "Datacenter regions" (new-datacenter-regions); URL forms: "Open
// apps, forms, views, dialogs and reports with a URL". Other products are refused by name.

import { UserError } from "../../lib/user-error.ts";

export interface Environment {
  /** The browser's origin, for example https://contoso.crm4.dynamics.com */
  readonly origin: string;
  /** With a trailing slash. */
  readonly apiRoot: string;
  /** The app of the pasted address, so that links open in it. */
  readonly appId?: string;
  /** "crm4", "crm9" …, "gcc-high", "dod", "china", or "simulator". */
  readonly region: string;
}

export type AddressErrorCode =
  | "empty"
  | "garbage"
  | "not-https"
  | "ip-address"
  | "credentials"
  | "self-hosted"
  | "business-central"
  | "finance-operations"
  | "maker-portal"
  | "power-pages"
  | "closed-cloud"
  | "no-organisation"
  | "unreachable";

const BROWSER_EXAMPLE = "https://contoso.crm4.dynamics.com";
const COPY_FROM_BROWSER =
  `Open Dynamics 365 (Sales or Customer Service) in the browser and copy its address; ` +
  `it looks like ${BROWSER_EXAMPLE}.`;

const FAULTS: Readonly<
  Record<Exclude<AddressErrorCode, "unreachable">, readonly [finding: string, fix: string]>
> = {
  empty: ["The address is empty.", COPY_FROM_BROWSER],
  garbage: ["This is not a web address.", COPY_FROM_BROWSER],
  "not-https": ["Dynamics 365 is reached over https:// only.", "Change http:// to https:// in the address."],
  "ip-address": ["An IP address cannot be a Dynamics 365 environment.", COPY_FROM_BROWSER],
  credentials: [
    'The address contains a user name or password before "@".',
    "Take that out; nothing was sent.",
  ],
  "self-hosted": [
    "This is not an address of Dynamics 365 online; it looks self-hosted (on-premises). Only environments in " +
      "Microsoft's cloud can be connected.",
    COPY_FROM_BROWSER,
  ],
  "business-central": [
    "This is Dynamics 365 Business Central, another product. Accounts are read from Dynamics 365 Sales or Customer " +
      "Service (Dataverse).",
    COPY_FROM_BROWSER,
  ],
  "finance-operations": [
    "This is Dynamics 365 Finance & Operations, another product. Accounts are read from Dynamics 365 Sales or " +
      "Customer Service (Dataverse).",
    COPY_FROM_BROWSER,
  ],
  "maker-portal": [
    "This is a Power Platform portal (maker portal, admin center or home page), not an environment.",
    `In the admin center, open the environment and copy its "Environment URL"; it looks like ${BROWSER_EXAMPLE}.`,
  ],
  "power-pages": ["This is a Power Pages web site, not the environment behind it.", COPY_FROM_BROWSER],
  "closed-cloud": [
    "This address belongs to the German cloud that Microsoft closed in 2021.",
    "Ask your administrator for the address that the environment was moved to; it ends in crm16.dynamics.com or " +
      "crm4.dynamics.com.",
  ],
  "no-organisation": ["The address lacks the name of the organisation before the region.", COPY_FROM_BROWSER],
};

/** The address cannot be used; the message is for the admin. */
export class AddressError extends UserError<AddressErrorCode> {
  override readonly name = "AddressError";

  static of(code: keyof typeof FAULTS, options?: ErrorOptions): AddressError {
    const [finding, fix] = FAULTS[code];
    return new AddressError(code, finding, { ...options, fix });
  }
}

// A host has one label for the organisation and one for the region. Microsoft numbers regions as it
// adds them, so any number is accepted.
const CLOUDS: readonly { readonly host: RegExp; readonly suffix: RegExp; readonly region?: string }[] = [
  { host: /^([a-z0-9-]+)\.(crm\d*)\.dynamics\.com$/, suffix: /^(?:api\.)?crm\d*\.dynamics\.com$/ },
  {
    host: /^([a-z0-9-]+)\.(crm)\.microsoftdynamics\.us$/,
    suffix: /^(?:api\.)?crm\.microsoftdynamics\.us$/,
    region: "gcc-high",
  },
  {
    host: /^([a-z0-9-]+)\.(crm)\.appsplatform\.us$/,
    suffix: /^(?:api\.)?crm\.appsplatform\.us$/,
    region: "dod",
  },
  { host: /^([a-z0-9-]+)\.(crm)\.dynamics\.cn$/, suffix: /^(?:api\.)?crm\.dynamics\.cn$/, region: "china" },
];

// The first pattern that matches names the mistake.
const OTHER_PRODUCTS: readonly (readonly [RegExp, keyof typeof FAULTS])[] = [
  [/(^|\.)crm\.microsoftdynamics\.de$/, "closed-cloud"],
  [/(^|\.)businesscentral\.dynamics\.com$/, "business-central"],
  [/(^|\.)(operations|cloudax|axcloud|ax)\.dynamics\.(com|cn)$/, "finance-operations"],
  [/(^|\.)operations\.[a-z]+\.dynamics\.com$/, "finance-operations"],
  [/(^|\.)(powerappsportals|microsoftcrmportals|dynamics365portals)\.(com|us|cn)$/, "power-pages"],
  [/(^|\.)powerpages\.microsoft\.com$/, "power-pages"],
  [/(^|\.)(powerapps|powerautomate|powerplatform)\.(com|us|cn)$/, "maker-portal"],
  [/(^|\.)(powerapps|powerplatform|flow)\.(microsoft\.(com|us)|azure\.cn)$/, "maker-portal"],
  [/^(home|admin|www|globaldisco\.crm\d*|port\.crm\d*)\.dynamics\.com$/, "maker-portal"],
  [/^(disco|dev|admin|port)\.crm\d*\.dynamics\.com$/, "maker-portal"],
  [/^(admin|home|portal)\.(microsoft|office|microsoftonline|azure)\.com$/, "maker-portal"],
];

export interface AddressOptions {
  /**
   * The simulator's origin, http://127.0.0.1:PORT, the only one that is allowed besides Microsoft's
   * hosts.
   */
  readonly simulatorOrigin?: string | undefined;
}

/**
 * The environment that the pasted text refers to.
 * @throws AddressError
 */
export function normaliseAddress(pasted: string, options: AddressOptions = {}): Environment {
  const text = pasted
    .replaceAll(/[\u200B-\u200D\u2060\uFEFF]/g, "")
    .trim()
    .replaceAll(/^[<"']+|[>"']+$/g, "");
  if (text === "") throw AddressError.of("empty");
  const url = parseUrl(text);
  const appId = appIdOf(text);
  if (options.simulatorOrigin !== undefined && url.origin === simulatorOrigin(options.simulatorOrigin))
    return environmentAt(url.origin, "simulator", appId);

  if (url.username !== "" || url.password !== "") throw AddressError.of("credentials");
  const host = url.hostname.replace(/\.$/, "");
  if (/^\[|^\d+\.\d+\.\d+\.\d+$/.test(host)) throw AddressError.of("ip-address");
  const other = OTHER_PRODUCTS.find(([pattern]) => pattern.test(host));
  if (other) throw AddressError.of(other[1]);
  const { canonical, region } = cloudHost(host);
  if (url.protocol !== "https:") throw AddressError.of("not-https");
  if (url.port !== "") throw AddressError.of("self-hosted");
  return environmentAt(`https://${canonical}`, region, appId);
}

function environmentAt(origin: string, region: string, appId: string | undefined): Environment {
  return { origin, apiRoot: `${origin}/api/data/v9.2/`, region, ...(appId === undefined ? {} : { appId }) };
}

function parseUrl(text: string): URL {
  if (/\s/.test(text)) throw AddressError.of("garbage");
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch (error) {
    throw AddressError.of("garbage", { cause: error });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw AddressError.of("garbage");
  if (!url.hostname.includes(".") && !url.hostname.startsWith("[")) throw AddressError.of("garbage");
  return url;
}

function simulatorOrigin(setting: string): string {
  const origin = setting.replace(/\/$/, "");
  if (/^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(origin)) return origin;
  throw new AddressError(
    "garbage",
    `The simulator's address must be http://127.0.0.1:PORT, not "${setting}".`,
  );
}

function cloudHost(host: string): { canonical: string; region: string } {
  // contoso.api.crm4… serves the same API, but tokens and links need the browser's host.
  const browserHost = host.replace(/^([a-z0-9-]+)\.api\./, "$1.");
  for (const cloud of CLOUDS) {
    if (cloud.suffix.test(host)) throw AddressError.of("no-organisation");
    const match = cloud.host.exec(browserHost);
    if (match) return { canonical: browserHost, region: cloud.region ?? match[2] ?? "crm" };
  }
  throw AddressError.of("self-hosted");
}

function appIdOf(text: string): string | undefined {
  const guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  return new RegExp(`[?&#]appid=(?:%7b|\\{)?(${guid})`, "i").exec(text)?.[1]?.toLowerCase();
}
