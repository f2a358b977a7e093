// Logs in to Dynamics 365 as a browser does: submits the sign-in page and follows its redirect.
import type { Browser, WebWorkspace } from "../harness/web.ts";

export type SignInForm = {
  /** The user who signs in. Default: the administrator. */
  readonly as?: string;
  readonly consent?: "yes" | "no";
};

/** The URL that the sign-in page redirects the browser to. */
export async function callbackUrl(
  web: WebWorkspace,
  browser: Browser,
  form: SignInForm = {},
): Promise<string> {
  const { body } = await browser.post("/connection/sign-in", { address: web.simulator.origin });
  return submitSignInPage(web, body.url, form);
}

export async function submitSignInPage(
  { simulator }: WebWorkspace,
  url: string,
  { as = simulator.users[0]!.userPrincipalName, consent = "yes" }: SignInForm,
): Promise<string> {
  const form = new URLSearchParams({ login: as, passwd: simulator.users[0]!.password, consent });
  const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const back = answer.headers.get("location");
  if (back === null) throw new Error(`The sign-in page stays: ${await answer.text()}`);
  return back;
}

/**
 * Requests the callback URL.
 * @returns where it redirects to
 */
export async function followCallback(web: WebWorkspace, browser: Browser, callback: string): Promise<string> {
  if (!callback.startsWith(web.origin)) throw new Error(`The way back leads to ${callback}.`);
  const { headers, status, text } = await browser.request("GET", `/${callback.slice(web.origin.length)}`);
  return headers.get("location") ?? `${status} ${text}`;
}

export async function logIn(web: WebWorkspace, browser: Browser, form: SignInForm = {}): Promise<string> {
  return followCallback(web, browser, await callbackUrl(web, browser, form));
}

export const CONNECTED_PAGE = "/contacts/accounts?import=dynamics&step=accounts";
export const problemPage = (code: string): string =>
  `/contacts/accounts?import=dynamics&step=connect&problem=${code}`;
