// What the errors of Microsoft Entra ID mean to an admin. Codes: Microsoft Learn, "Microsoft Entra
// authentication and authorization error codes" (reference-error-codes). An AADSTS number beats the
// OAuth `error`, which is less specific.
import { SignInError } from "../http/errors.ts";
import type { SignInCategory } from "../http/errors.ts";

interface ErrorMeaning {
  readonly category: SignInCategory;
  readonly finding: string;
  readonly fix: string;
}

const RECONNECT = "Connect Dynamics 365 again.";
const row = (category: SignInCategory, finding: string, fix: string): ErrorMeaning => ({
  category,
  finding,
  fix,
});

const MISSING_CONSENT = row(
  "reconnect",
  "Nobody has allowed this app to read Dynamics 365 yet.",
  "Connect again and accept the permissions; if the page asks for an administrator, have one do it.",
);
const MISSING_ADMIN_CONSENT = row(
  "blocked",
  "Your organisation lets only administrators allow apps.",
  "Have an Entra administrator grant admin consent to this app, then connect again.",
);
const MALFORMED_REQUEST = row(
  "configuration",
  "Microsoft Entra ID does not accept the form of our sign-in request.",
  "Check the address of the environment and the client id; if they are right, report this with the code.",
);
const MISSING_PERMISSION = row(
  "configuration",
  "The app registration lacks the permission for Dynamics 365.",
  'In the app registration, under "API permissions", add "Dynamics CRM → user_impersonation" and grant it.',
);
const NOT_IN_TENANT = row(
  "configuration",
  "The app registration does not exist in the organisation that this environment belongs to.",
  "Check the client id, and that the app is registered in (or was consented to by) the same organisation.",
);
const WRONG_SECRET = row(
  "configuration",
  "The client secret is wrong.",
  'Put in the secret\'s "Value" (not its "Secret ID") from the app registration, under "Certificates & secrets".',
);
const MULTI_FACTOR_REQUIRED = row(
  "reconnect",
  "Microsoft asks for a second factor, which only a person can give.",
  "Connect Dynamics 365 again and complete the sign-in.",
);
const CONDITIONAL_ACCESS = row(
  "blocked",
  "A Conditional Access policy of your organisation blocks the sign-in.",
  "Ask your Entra administrator to allow this app or this server's address in the policy.",
);
const REVOKED = row("reconnect", "The sign-in was revoked, or the password was changed.", RECONNECT);
const EXPIRED = row("reconnect", "The sign-in has expired.", RECONNECT);
const WRONG_ACCOUNT = row(
  "reconnect",
  "The account that signed in does not exist in the organisation that this environment belongs to.",
  "Connect again with an account of that organisation.",
);
const OVERLOADED = row(
  "retry",
  "Microsoft Entra ID is overloaded or limits our sign-ins.",
  "Try again in some minutes.",
);

const BY_NUMBER: Readonly<Record<string, ErrorMeaning>> = {
  "65001": MISSING_CONSENT,
  "65004": row("reconnect", "The permissions were declined.", "Connect again and accept them."),
  "90094": MISSING_ADMIN_CONSENT,
  "90095": MISSING_ADMIN_CONSENT,
  "900941": MISSING_ADMIN_CONSENT,
  "7000112": row(
    "blocked",
    "This app is blocked in your organisation.",
    'Ask your Entra administrator to enable it under "Enterprise applications", "Properties", "Enabled for users to sign-in".',
  ),
  "50011": row(
    "configuration",
    "The redirect address is not registered for this app.",
    'Add it in the app registration, under "Authentication".',
  ),
  "700016": NOT_IN_TENANT,
  "700011": NOT_IN_TENANT,
  "500011": row(
    "configuration",
    "This environment is not known in the organisation that was signed in to.",
    "Check the address of the environment, and that the account belongs to the same organisation.",
  ),
  "650052": row(
    "configuration",
    "Your organisation has no subscription to Dynamics 365.",
    "Connect with an account of the organisation that has one.",
  ),
  "650057": MISSING_PERMISSION,
  "650056": MISSING_PERMISSION,
  "65005": MISSING_PERMISSION,
  "50020": WRONG_ACCOUNT,
  "50034": WRONG_ACCOUNT,
  "50057": row(
    "reconnect",
    "The account that signed in is disabled.",
    "Enable it, or connect with another one.",
  ),
  "50074": MULTI_FACTOR_REQUIRED,
  "50076": MULTI_FACTOR_REQUIRED,
  "50078": MULTI_FACTOR_REQUIRED,
  "50079": MULTI_FACTOR_REQUIRED,
  "53000": CONDITIONAL_ACCESS,
  "53003": CONDITIONAL_ACCESS,
  "50105": row(
    "blocked",
    "This app is only for users who were assigned to it, and the one who signed in was not.",
    'Ask your Entra administrator to assign the user under "Enterprise applications".',
  ),
  "70000": EXPIRED,
  "70008": EXPIRED,
  "700082": row("reconnect", "The sign-in was not used for 90 days and has expired.", RECONNECT),
  "70043": row("reconnect", "Your organisation demands a new sign-in after some time.", RECONNECT),
  "50173": REVOKED,
  "50133": REVOKED,
  "54005": row("reconnect", "The sign-in was used twice.", RECONNECT),
  "501481": row("reconnect", "The sign-in was not completed in the browser that began it.", RECONNECT),
  "50058": row("reconnect", "Nobody is signed in to Microsoft any more.", RECONNECT),
  "7000215": WRONG_SECRET,
  "7000222": row(
    "configuration",
    "The client secret has expired.",
    'Make a new one in the app registration, under "Certificates & secrets", and put it in.',
  ),
  "70002": WRONG_SECRET,
  "700025": row(
    "configuration",
    "The app is registered as a public client, which must not have a secret.",
    'Register a "Web" platform, or leave the client secret out.',
  ),
  "70011": MALFORMED_REQUEST,
  "28002": MALFORMED_REQUEST,
  "900144": MALFORMED_REQUEST,
  "90002": row(
    "configuration",
    "Microsoft does not know the organisation that the environment names.",
    "Check the address of the environment.",
  ),
  "90038": row(
    "configuration",
    "The organisation is in a national cloud, which has a sign-in of its own.",
    "Use the environment's address in that cloud.",
  ),
  "50194": row(
    "configuration",
    "The app belongs to one organisation, but was used for all.",
    "Connect with the address of an environment of that organisation.",
  ),
  "50196": OVERLOADED,
  "90055": OVERLOADED,
};

const BY_OAUTH_ERROR: Readonly<Record<string, ErrorMeaning>> = {
  interaction_required: EXPIRED,
  consent_required: MISSING_CONSENT,
  login_required: EXPIRED,
  invalid_grant: EXPIRED,
  access_denied: row(
    "blocked",
    "Microsoft Entra ID denied the sign-in.",
    "Ask your Entra administrator why.",
  ),
  temporarily_unavailable: OVERLOADED,
  server_error: OVERLOADED,
  invalid_client: row(
    "configuration",
    "Microsoft Entra ID does not accept the client id or its secret.",
    "Check both against the app registration.",
  ),
  unauthorized_client: NOT_IN_TENANT,
  invalid_request: MALFORMED_REQUEST,
  invalid_scope: MALFORMED_REQUEST,
  invalid_resource: MALFORMED_REQUEST,
};

export interface EntraErrorResponse {
  readonly status: number;
  /** The OAuth `error`. */
  readonly error: string;
  readonly description: string;
}

/**
 * The error of a token endpoint's response. It does not repeat Entra's text, which may contain what
 * was sent.
 */
export function signInErrorOf(response: EntraErrorResponse): SignInError {
  const number = /AADSTS(\d+)/.exec(response.description)?.[1];
  const meaning =
    BY_NUMBER[number ?? ""] ??
    BY_OAUTH_ERROR[response.error] ??
    (response.status === 429 || response.status >= 500 ? OVERLOADED : MALFORMED_REQUEST);
  const serverCode = number === undefined ? response.error : `AADSTS${number}`;
  const correlation = /Correlation ID: ([0-9a-f-]{36})/i.exec(response.description)?.[1];
  const details = [`HTTP ${response.status}`, response.error, serverCode, correlation]
    .filter(Boolean)
    .join(", ");
  const { category, finding, fix } = meaning;
  return new SignInError(category, serverCode === "" ? finding : `${finding} (${serverCode})`, {
    serverCode,
    fix,
    cause: new Error(`The token endpoint answered: ${details}`),
  });
}
