// Steps of setting up a sync that several tests take.
import type { Page } from "playwright-core";
import type { WebWorkspace } from "../harness/web.ts";

type SignInChoices = { readonly as?: string; readonly consent?: "Accept and sign in" | "Cancel" };

/** Pastes the address, signs in on the simulated page of Microsoft Entra ID, and returns. */
export async function logIn(
  page: Page,
  { simulator }: WebWorkspace,
  { as = simulator.users[0]!.userPrincipalName, consent = "Accept and sign in" }: SignInChoices = {},
): Promise<void> {
  await page.getByLabel("Your Dynamics 365 URL").fill(`${simulator.origin}/main.aspx?appid=1`);
  await page.getByRole("button", { name: "Log in to Dynamics 365" }).click();
  await page.waitForURL(`${simulator.origin}/**`);
  await page.getByLabel("Account", { exact: true }).fill(as);
  await page.getByLabel("Password").fill(simulator.users[0]!.password);
  const signInButton = page.getByRole("button", { name: "Sign in", exact: true });
  const button = page.getByRole("button", { name: consent }).or(signInButton);
  await button.first().click();
  await page.waitForURL(/\/contacts\/accounts/);
}

/** The heading of a step in the modal. */
export function step(page: Page, title: string) {
  return page.getByRole("dialog").getByRole("heading", { name: title });
}
