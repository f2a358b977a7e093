// Renders the HTML pages of sign-in, and redirects back to the application.
import { entraTimestamp, type AadstsError } from "./aadsts.ts";
import type { EntraResponse } from "./types.ts";

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

export function htmlResponse(status: number, title: string, content: string): EntraResponse {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store, no-cache" },
    body: `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:16px system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}label{display:block;margin:.75rem 0 .25rem}input{width:100%;padding:.4rem;box-sizing:border-box}button{margin:1rem .5rem 0 0;padding:.5rem 1rem}[role=alert]{color:#a4262c}</style>
</head><body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>`,
  };
}

export interface SignInForm {
  readonly appName: string;
  readonly tenantName: string;
  /** User names to choose from. */
  readonly userNames: readonly string[];
  readonly userName: string;
  /** The permissions to consent to; empty when consent was given before. */
  readonly permissions: readonly string[];
  readonly error: string | undefined;
}

/** Asks for name, password and, the first time, consent. The form posts to the same URL. */
export function signInPage(form: SignInForm): EntraResponse {
  const options = form.userNames.map((name) => `<option value="${escapeHtml(name)}"></option>`).join("");
  const permissions = form.permissions.map((one) => `<li>${escapeHtml(one)}</li>`).join("");
  const error = form.error === undefined ? "" : `<p role="alert">${escapeHtml(form.error)}</p>`;
  return htmlResponse(
    200,
    "Sign in (simulated Entra ID)",
    `<p>${escapeHtml(form.tenantName)}: continue to <strong>${escapeHtml(form.appName)}</strong></p>${error}
<form method="post"><label for="login">Account</label>
<input id="login" name="login" list="accounts" autocomplete="username" value="${escapeHtml(form.userName)}">
<datalist id="accounts">${options}</datalist>
<label for="passwd">Password</label><input id="passwd" name="passwd" type="password" autocomplete="current-password">
${permissions === "" ? "" : `<p>Permissions requested:</p><ul>${permissions}</ul>`}
<button name="consent" value="yes">${permissions === "" ? "Sign in" : "Accept and sign in"}</button>
<button name="consent" value="no">Cancel</button></form>`,
  );
}

/**
 * Entra ID shows this page when it cannot redirect, because the redirect URI itself is not
 * trusted.
 */
export function errorPage(error: AadstsError, now: number): EntraResponse {
  return htmlResponse(
    400,
    "Sorry, but we’re having trouble signing you in.",
    `<p role="alert">${escapeHtml(error.message)}</p><p>Timestamp: ${entraTimestamp(now)}</p>`,
  );
}

export type ResponseMode = "query" | "fragment" | "form_post";

/** Sends the browser back to the application with these parameters. */
export function redirectToApp(
  redirectUri: string,
  mode: ResponseMode,
  values: Record<string, string>,
): EntraResponse {
  const parameters = new URLSearchParams(values).toString();
  if (mode === "form_post") {
    const inputs = Object.entries(values)
      .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
      .join("");
    return htmlResponse(
      200,
      "Working…",
      `<form method="post" action="${escapeHtml(redirectUri)}">${inputs}<button>Continue</button></form><script>document.forms[0].submit()</script>`,
    );
  }
  const separator = mode === "fragment" ? "#" : redirectUri.includes("?") ? "&" : "?";
  return {
    status: 302,
    headers: { location: `${redirectUri}${separator}${parameters}`, "cache-control": "no-store, no-cache" },
    body: "",
  };
}
