// What an answer means that is not Microsoft's own, or that never came: which intermediary (RFC
// 9110: proxy, gateway) or firewall stands in between, and what to do. Also for Microsoft's own web
// pages, which say that there is no such environment.
import { headerValues } from "../../lib/http.ts";
import type { HttpError, HttpResponse } from "../../lib/http.ts";
import type { DataverseErrorCode } from "./errors.ts";
import { displayable, isWebPage, quoteOf } from "./quoted-text.ts";

export interface RequestFacts {
  /** The host that the request was for. */
  readonly host: string;
  readonly service: "Dynamics 365" | "Microsoft Entra ID";
  /** What was sent and must not be repeated. */
  readonly secrets: readonly string[];
}

export interface Explanation {
  readonly code: DataverseErrorCode;
  readonly finding: string;
  readonly fix: string;
}

type Explain = (request: RequestFacts, details: string, response: HttpResponse) => Explanation;

const letThrough = (host: string) =>
  `Have your network let this server reach https://${host} directly, without inspection or a page to sign in on.`;

const PROXY_PASSWORD: Explain = ({ host }, details) => ({
  code: "proxy-authentication",
  finding: `A proxy between this server and ${host} asks for a user name and a password (${details}).`,
  fix:
    "Put them into HTTPS_PROXY (http://USER:PASSWORD@PROXY:PORT, percent-encoded), or have the proxy let this server " +
    `through to ${host} without them.`,
});

const NETWORK_SIGN_IN: Explain = ({ host }, details) => ({
  code: "intermediary",
  finding: `The network asks this server to sign in on a page before it lets requests through to ${host} (${details}).`,
  fix: letThrough(host),
});

const REFUSED: Explain = ({ host, service }, details) => ({
  code: "intermediary",
  finding: `A proxy, gateway or firewall between this server and ${service} refuses requests to ${host} (${details}).`,
  fix:
    `Have it let this server through to https://${host}.` +
    (service === "Dynamics 365"
      ? " If your network has none, ask the Dynamics 365 administrator whether the environment's IP firewall allows this server's address."
      : ""),
});

const OTHER_SIGN_IN: Explain = ({ host }, details, response) => {
  const schemes = headerValues(response, "www-authenticate").map((value) => /^[\w-]{1,30}/.exec(value)?.[0]);
  const offered = [...new Set(schemes)].filter(Boolean).join(", ");
  return {
    code: "intermediary",
    finding:
      `${host} asks for another sign-in than Microsoft's (${details}${offered === "" ? "" : `, ${offered}`}): a proxy or ` +
      "gateway stands in between.",
    fix: letThrough(host),
  };
};

const REDIRECT: Explain = ({ host, service }, details, response) => {
  const location = headerValues(response, "location")[0] ?? "";
  const target = URL.canParse(location, `https://${host}`) ? new URL(location, `https://${host}`).host : "";
  if (service === "Dynamics 365" && target !== host && isEnvironment(target))
    return {
      code: "environment-not-found",
      finding: `${host} redirects to ${target} (${details}): the environment has another address now.`,
      fix: `If ${target} is your environment, connect with that address.`,
    };
  const where = target === "" || target === host ? "another page" : displayable(target).slice(0, 100);
  return {
    code: "intermediary",
    finding:
      `${host} redirects to ${where} (${details}), as ${service} does not do here: a proxy's or gateway's page to sign in ` +
      "on stands in between.",
    fix: letThrough(host),
  };
};

const NO_ENVIRONMENT: Explain = (request, details, response) =>
  request.service === "Dynamics 365"
    ? {
        code: "environment-not-found",
        finding: `There is no Dynamics 365 environment at ${request.host} (${details}): it was deleted, disabled or renamed, or the address is mistyped.`,
        fix: 'In the Power Platform admin center, look at the state of the environment and at its "Environment URL".',
      }
    : NOT_MICROSOFTS(request, details, response);

const UNREACHABLE_BEHIND: Explain = ({ host, service }, details) => ({
  code: "unavailable",
  finding: `A gateway in front of ${host} does not reach ${service} (${details}).`,
  fix: "Try again later; if it stays so, have your network's proxy or gateway checked.",
});

const TOO_MANY_REQUESTS: Explain = ({ host }, details) => ({
  code: "throttled",
  finding: `${host} asks for fewer requests (${details}).`,
  fix: "Try again later.",
});

const TOO_LONG: Explain = ({ service }, details) => ({
  code: "query-too-long",
  finding: `The query is too long for ${service} or a proxy before it (${details}).`,
  fix: "Map fewer columns, or choose a view that lists fewer values in its filter.",
});

const OVERLOADED: Explain = ({ service }, details) => ({
  code: "unavailable",
  finding: `${service} is not available at the moment (${details}); it may be under maintenance.`,
  fix: "Try again later.",
});

/** For all other statuses: an answer that the service does not give. */
const NOT_MICROSOFTS: Explain = ({ host, service }, details, response) => ({
  code: "intermediary",
  finding:
    `${host} answered with ${isWebPage(response) ? "a web page" : "something"} that is not from ${service} (${details}): ` +
    "a proxy, a gateway or a page to sign in on stands in between.",
  fix: letThrough(host),
});

const BY_STATUS: Readonly<Record<number, Explain>> = {
  401: OTHER_SIGN_IN,
  403: REFUSED,
  404: NO_ENVIRONMENT,
  407: PROXY_PASSWORD,
  410: NO_ENVIRONMENT,
  414: TOO_LONG,
  429: TOO_MANY_REQUESTS,
  431: TOO_LONG,
  451: REFUSED,
  502: UNREACHABLE_BEHIND,
  504: UNREACHABLE_BEHIND,
  511: NETWORK_SIGN_IN,
};

/** The meaning of an answer that is not the service's own. */
export function explainAnswer(response: HttpResponse, request: RequestFacts): Explanation {
  const { status } = response;
  const explain =
    BY_STATUS[status] ??
    (status >= 300 && status <= 399 ? REDIRECT : status >= 500 ? OVERLOADED : NOT_MICROSOFTS);
  return explain(request, detailsOf(response, request), response);
}

/** Its status, its text, and the software that names itself in it. */
function detailsOf(response: HttpResponse, { secrets }: RequestFacts): string {
  const quote = quoteOf(response, secrets);
  const software = ["via", "server"].flatMap((name) => headerValues(response, name))[0];
  const isMicrosofts = software === undefined || /^microsoft-(iis|httpapi)/i.test(software);
  return [
    `HTTP ${response.status}`,
    ...(quote === undefined ? [] : [`"${quote}"`]),
    ...(isMicrosofts ? [] : [`from ${displayable(software).slice(0, 60)}`]),
  ].join(", ");
}

/** The meaning of a request that got no answer. */
export function explainNoAnswer(error: HttpError, request: RequestFacts): Explanation {
  const { message: finding, proxyStatus: status, fix = fixOf(error, request) } = error;
  const code = status === undefined ? "unavailable" : explainAnswer({ ...NO_RESPONSE, status }, request).code;
  return { code, finding, fix };
}

const NO_RESPONSE = { headers: {}, body: Buffer.alloc(0), wireBytes: 0 };

function fixOf({ kind }: HttpError, { host, service }: RequestFacts): string {
  switch (kind) {
    case "no-such-host":
      return service === "Dynamics 365"
        ? 'Compare the address with the "Environment URL" in the Power Platform admin center: the environment may have been ' +
            "deleted or renamed. If it is right, have the DNS of this server checked."
        : "Have the DNS of this server checked.";
    case "tls":
      return (
        `Probably a proxy that inspects TLS stands in between: have it leave ${host} alone, or give this server the ` +
        "proxy's certificate authority (NODE_EXTRA_CA_CERTS=/path/to/ca.pem)."
      );
    case "unreachable":
    case "timeout":
    case "cut":
      return (
        `Try again later; if it stays so, have your firewall let this server reach ${host} on port 443, or set HTTPS_PROXY ` +
        "if it has to use a proxy."
      );
    case "too-large":
    case "encoding":
      return `If a proxy changes what passes through it, have it leave ${host} alone.`;
    case "closed":
    case "proxy":
      return "Try again later.";
    default:
      return kind satisfies never;
  }
}

/** Whether the host is one of Microsoft's for environments. */
function isEnvironment(host: string): boolean {
  return /^[a-z0-9-]+(\.api)?\.crm\d*\.(dynamics\.com|dynamics\.cn|microsoftdynamics\.us|appsplatform\.us)$/.test(
    host,
  );
}
