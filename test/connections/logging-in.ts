// Logging in to Dynamics 365 as a browser does: to the sign-in page, through its form, and back with what it gives.
import type { Browser, WebWorkspace } from "../harness/web.ts";

export type Answered = {
  /** As Microsoft's page would: default the administrator, who agrees. */
  readonly as?: string;
  readonly consent?: "yes" | "no";
};

/** The address that the sign-in page sends the browser back to. */
export async function wayBack(web: WebWorkspace, browser: Browser, answered: Answered = {}): Promise<string> {
  const { body } = await browser.post("/connection/sign-in", { address: web.simulator.origin });
  return throughPage(web, body.url, answered);
}

export async function throughPage(
  { simulator }: WebWorkspace,
  url: string,
  { as = simulator.users[0]!.userPrincipalName, consent = "yes" }: Answered,
): Promise<string> {
  const form = new URLSearchParams({ login: as, passwd: simulator.users[0]!.password, consent });
  const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const back = answer.headers.get("location");
  if (back === null) throw new Error(`The sign-in page stays: ${await answer.text()}`);
  return back;
}

/** Comes back with it. @returns where the browser ends */
export async function comeBack(web: WebWorkspace, browser: Browser, back: string): Promise<string> {
  if (!back.startsWith(web.origin)) throw new Error(`The way back leads to ${back}.`);
  const { headers, status, text } = await browser.request("GET", `/${back.slice(web.origin.length)}`);
  return headers.get("location") ?? `${status} ${text}`;
}

export async function logIn(web: WebWorkspace, browser: Browser, answered: Answered = {}): Promise<string> {
  return comeBack(web, browser, await wayBack(web, browser, answered));
}

export const CONNECTED = "/contacts/accounts?import=dynamics&step=accounts";
export const problem = (code: string): string =>
  `/contacts/accounts?import=dynamics&step=connect&problem=${code}`;
