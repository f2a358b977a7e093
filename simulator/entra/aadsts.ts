// Defines Entra ID's errors by AADSTS number: OAuth `error`, HTTP status, message, and response
// body. Numbers and meanings are from Microsoft Learn "Microsoft Entra authentication and
// authorization error codes", the fields of the body from "OAuth 2.0 authorization code flow",
// section on error responses.
import { randomUUID } from "node:crypto";

interface AadstsDefinition {
  readonly error: string;
  /** HTTP status at the token endpoint. Default: 400. */
  readonly status?: number;
  readonly suberror?: string;
  /** `{0}`, `{1}` … are replaced by the details of the error. */
  readonly message: string;
}

const ERRORS = {
  16000: { error: "interaction_required", message: "The user must choose an account for tenant '{0}'." },
  500011: {
    error: "invalid_resource",
    message:
      "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
  },
  50011: {
    error: "invalid_request",
    message:
      "The redirect URI '{0}' specified in the request does not match the redirect URIs configured for the application '{1}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  500112: {
    error: "invalid_grant",
    message:
      "The reply address '{0}' does not match the reply address '{1}' provided when requesting Authorization code.",
  },
  50020: {
    error: "access_denied",
    message:
      "User account '{0}' from identity provider '{1}' does not exist in tenant '{2}' and cannot access the application in that tenant.",
  },
  50034: {
    error: "invalid_grant",
    message:
      "The user account {0} does not exist in the {1} directory. To sign into this application, the account must be added to the directory.",
  },
  50053: { error: "invalid_grant", message: "The account is locked." },
  50057: { error: "invalid_grant", message: "The user account is disabled." },
  50058: {
    error: "login_required",
    message: "A silent sign-in request was sent but no user is signed in.",
  },
  50059: {
    error: "invalid_request",
    message:
      "No tenant-identifying information found in either the request or implied by any provided credentials.",
  },
  50074: { error: "interaction_required", message: "Strong authentication is required." },
  50076: {
    error: "interaction_required",
    suberror: "basic_action",
    message:
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{0}'.",
  },
  50079: {
    error: "interaction_required",
    suberror: "basic_action",
    message:
      "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{0}'.",
  },
  50105: {
    error: "access_denied",
    message:
      "Your administrator has configured the application {1} ('{0}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{2}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.",
  },
  50126: {
    error: "invalid_grant",
    message: "Error validating credentials due to invalid username or password.",
  },
  50133: {
    error: "invalid_grant",
    message: "The session is not valid due to password expiration or recent password change.",
  },
  50173: {
    error: "invalid_grant",
    suberror: "bad_token",
    message:
      "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{0}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{1}'.",
  },
  50194: {
    error: "invalid_request",
    message:
      "Application '{0}'({1}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  },
  50196: {
    error: "invalid_grant",
    message:
      "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
  },
  501481: {
    error: "invalid_grant",
    message: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  },
  53000: {
    error: "interaction_required",
    message: "Your device is required to be compliant to access this resource.",
  },
  53003: {
    error: "access_denied",
    suberror: "message_only",
    message:
      "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
  },
  54005: {
    error: "invalid_grant",
    message:
      "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  },
  65001: {
    error: "invalid_grant",
    suberror: "consent_required",
    message:
      "The user or administrator has not consented to use the application with ID '{0}' named '{1}'. Send an interactive authorization request for this user and resource.",
  },
  65004: { error: "access_denied", message: "User declined to consent to access the app." },
  650052: {
    error: "invalid_client",
    message:
      "The app is trying to access a service '{0}' that your organization '{1}' lacks a service principal for. Contact your IT Admin to review the configuration of your service subscriptions or consent to the application in order to create the required service principal.",
  },
  650057: {
    error: "invalid_resource",
    message:
      "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration.",
  },
  70000: {
    error: "invalid_grant",
    message:
      "Provided grant is invalid or malformed. The provided value for the input parameter '{0}' is not valid.",
  },
  70003: { error: "unsupported_grant_type", message: "The app requested an unsupported grant type '{0}'." },
  70008: {
    error: "invalid_grant",
    message:
      "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  },
  700016: {
    error: "unauthorized_client",
    message:
      "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700025: {
    error: "invalid_client",
    status: 401,
    message: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  7000215: {
    error: "invalid_client",
    status: 401,
    message:
      "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'.",
  },
  7000218: {
    error: "invalid_client",
    status: 401,
    message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    error: "invalid_client",
    status: 401,
    message:
      "The provided client secret keys for app '{0}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  70011: {
    error: "invalid_scope",
    message:
      "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
  },
  70043: {
    error: "invalid_grant",
    suberror: "bad_token",
    message:
      "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
  },
  700082: {
    error: "invalid_grant",
    suberror: "bad_token",
    message:
      "The refresh token has expired due to inactivity. The token was issued on {0} and was inactive for {1}.00:00:00.",
  },
  700051: {
    error: "unsupported_response_type",
    message: "response_type '{0}' is not enabled for the application.",
  },
  90002: {
    error: "invalid_request",
    message:
      "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  90033: {
    error: "temporarily_unavailable",
    status: 503,
    message: "A transient error has occurred. Please try again.",
  },
  90038: {
    error: "invalid_request",
    message: "Tenant '{0}' request is being redirected to the National Cloud '{1}'.",
  },
  90055: { error: "temporarily_unavailable", status: 429, message: "Server is too busy: tenant throttled." },
  90094: {
    error: "access_denied",
    message: "The grant requires admin permission: an administrator of {0} must consent to {1}.",
  },
  900144: {
    error: "invalid_request",
    message: "The request body must contain the following parameter: '{0}'.",
  },
  900561: {
    error: "invalid_request",
    message: "The endpoint only accepts POST requests. Received a GET request.",
  },
  9002313: { error: "invalid_request", message: "Invalid request. Request is malformed or invalid." },
  1002012: {
    error: "invalid_scope",
    message:
      "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
} as const satisfies Record<number, AadstsDefinition>;

export type AadstsCode = keyof typeof ERRORS;

export function isAadstsCode(code: number): code is AadstsCode {
  return Object.hasOwn(ERRORS, code);
}

/** An error to be sent to the client; `details` replace the placeholders of its message. */
export class AadstsError extends Error {
  readonly code: AadstsCode;
  readonly oauthError: string;
  readonly status: number;
  readonly suberror: string | undefined;

  constructor(code: AadstsCode, ...details: string[]) {
    const entry: AadstsDefinition = ERRORS[code];
    super(
      `AADSTS${code}: ${entry.message.replace(/\{(\d)\}/g, (_, place: string) => details[Number(place)] ?? "")}`,
    );
    this.name = "AadstsError";
    this.code = code;
    this.oauthError = entry.error;
    this.status = entry.status ?? 400;
    this.suberror = entry.suberror;
  }
}

/** Formats a time as Entra ID does in errors: `2024-05-03 14:38:58Z`. */
export function entraTimestamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replace("T", " ") + "Z";
}

/** The JSON body of a refused token request. */
export function aadstsBody(error: AadstsError, now: number, origin: string): Record<string, unknown> {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = entraTimestamp(now);
  return {
    error: error.oauthError,
    error_description: `${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${origin}/error?code=${error.code}`,
    ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
  };
}
