// Emails with a one-time link, as plain text: why it was sent, the link, and how long it works.
import type { Mail } from "../mail/outbox.ts";
import { LINK_LIFETIME_MS } from "./links.ts";

type LinkEmail = { readonly to: string; readonly link: string; readonly now: Date };

export function invitationEmail({ to, link, now }: LinkEmail, by: string, workspace: string): Mail {
  return {
    to,
    subject: `Invitation to ${workspace} on Sluice`,
    text: `${by} invites you to the workspace ${workspace} on Sluice.

Open this link to choose a password and join. It works once, for seven days:

${link}

If you do not know what this is about, do nothing; nobody can use your address without this link.
`,
    expiresAt: new Date(now.getTime() + LINK_LIFETIME_MS.invitation),
  };
}

export function passwordResetEmail({ to, link, now }: LinkEmail): Mail {
  return {
    to,
    subject: "Set a new password for Sluice",
    text: `Somebody, probably you, asked for a new password for ${to} on Sluice.

Open this link to set one. It works once, for one hour:

${link}

If it was not you, do nothing: your password stays as it is.
`,
    expiresAt: new Date(now.getTime() + LINK_LIFETIME_MS["password-reset"]),
  };
}
