// Contract of sessions, one-time links and teammates.
import { z } from "zod";
import { idParam, timestamp, route } from "./route.ts";

export const roles = ["teammate", "workspace-admin", "company-admin"] as const;
export type Role = (typeof roles)[number];

export const teammate = z.object({
  id: z.number(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /**
   * "invited" until the first sign-in; "no-sign-in" for a teammate that only a source of accounts has
   * named.
   */
  state: z.enum(["active", "invited", "no-sign-in"]),
  lastSeenAt: timestamp.nullable(),
});
export type TeammateView = z.infer<typeof teammate>;

export const session = z.object({
  teammate: teammate.nullable(),
  /** Dates and times are shown by the clocks of its time zone. */
  workspace: z.object({ name: z.string(), timeZone: z.string() }),
  /** To be sent as `x-sluice-csrf` with every request that changes something. */
  csrfToken: z.string(),
  /** Whether signing in with Microsoft Entra ID is set up. */
  microsoft: z.boolean(),
  /** Whether a mail server is set up; otherwise links are shown to the admin, to pass them on. */
  mail: z.boolean(),
  /** Origin of the simulator, if the server uses it instead of Dynamics 365. */
  simulator: z.string().nullable(),
  version: z.string(),
});
export type Session = z.infer<typeof session>;

/**
 * Why a sign-in with Microsoft failed. The sign-in page's URL has only the key, because anybody
 * could write a sentence into a URL.
 */
export const signInProblems = {
  cancelled: "The sign-in with Microsoft was cancelled. Choose it again, or sign in with your password.",
  refused: "The sign-in with Microsoft did not work. Try again; if it stays, show this to an admin.",
  unreachable:
    "Microsoft Entra ID does not answer as it should. Try again; if it stays, the operator checks SLUICE_ENTRA_TENANT.",
  expired: "This sign-in is too old or began in another browser. Choose Sign in with Microsoft again.",
  "other-tenant":
    "This Microsoft account belongs to another organisation. Sign in with the one of your company.",
  "not-invited":
    "Nobody with the e-mail address of this Microsoft account is invited here. Ask an admin for an invitation.",
  "other-account":
    "This e-mail address has signed in with another Microsoft account before. Ask an admin to remove and invite you again.",
  "not-set-up": "Signing in with Microsoft is not set up here. Sign in with e-mail and password.",
  "too-many": "Too many tries to sign in from here. Wait a quarter of an hour, and try again.",
} as const;
export type SignInProblem = keyof typeof signInProblems;

const email = z.email("Write an e-mail address, such as dana@ourcompany.example.").max(254);
const password = z
  .string()
  .min(10, "A password needs at least 10 characters.")
  .max(200, "A password has at most 200 characters.");
const token = z.object({ token: z.string().min(20).max(200) });

export const sessionRoutes = {
  getSession: route({
    method: "GET",
    path: "/session",
    access: "anyone",
    summary: "Who is signed in, and what this installation offers.",
    answer: session,
  }),
  signIn: route({
    method: "POST",
    path: "/session",
    access: "anyone",
    summary: "Sign in with e-mail and password.",
    body: z.object({ email: z.string().max(254), password: z.string().max(200) }),
    answer: session,
  }),
  signOut: route({ method: "DELETE", path: "/session", access: "teammate", summary: "Sign out here." }),
  signInWithMicrosoft: route({
    method: "GET",
    path: "/session/microsoft",
    access: "anyone",
    summary: "Goes to Microsoft Entra ID to sign in.",
    produces: "redirect",
  }),
  completeMicrosoftSignIn: route({
    method: "GET",
    path: "/session/microsoft/return",
    access: "anyone",
    summary: "Where Microsoft Entra ID sends the browser back to.",
    query: z
      .object({ code: z.string().optional(), state: z.string().optional(), error: z.string().optional() })
      .loose(),
    produces: "redirect",
  }),
  /** A link of an invitation, a password reset or a first sign-in. Reading it does not use it up. */
  getLink: route({
    method: "GET",
    path: "/links/:token",
    access: "anyone",
    summary: "What a one-time link is for.",
    params: token,
    answer: z.object({
      kind: z.enum(["invitation", "password-reset", "sign-in"]),
      email: z.string(),
      name: z.string(),
      expiresAt: timestamp,
    }),
  }),
  useLink: route({
    method: "POST",
    path: "/links/:token",
    access: "anyone",
    summary: "Uses a one-time link: signs in, and sets name and password as the link's kind asks for.",
    params: token,
    body: z.object({ name: z.string().trim().min(1).max(100).optional(), password: password.optional() }),
    answer: session,
  }),
  requestReset: route({
    method: "POST",
    path: "/password-resets",
    access: "anyone",
    summary: "Mails a link to set a new password, if somebody has this address. Answers the same either way.",
    body: z.object({ email }),
  }),
  listTeammates: route({
    method: "GET",
    path: "/teammates",
    access: "teammate",
    summary: "Who works here.",
    answer: z.object({ teammates: z.array(teammate) }),
  }),
  invite: route({
    method: "POST",
    path: "/teammates",
    access: "workspace-admin",
    summary: "Invites somebody by a link. Only a company admin may invite a company admin.",
    body: z.object({ email, name: z.string().trim().max(100).default(""), role: z.enum(roles) }),
    /** The link is set if no mail can be sent, to be passed on by hand. */
    answer: z.object({ teammate, link: z.string().nullable() }),
  }),
  editTeammate: route({
    method: "PATCH",
    path: "/teammates/:id",
    access: "workspace-admin",
    summary:
      "Changes name or role. Only a company admin may make or change a company admin; the last one stays.",
    params: idParam,
    body: z.object({ name: z.string().trim().min(1).max(100).optional(), role: z.enum(roles).optional() }),
    answer: z.object({ teammate }),
  }),
  removeTeammate: route({
    method: "DELETE",
    path: "/teammates/:id",
    access: "workspace-admin",
    summary: "Removes a teammate and ends their sessions.",
    params: idParam,
  }),
  listMail: route({
    method: "GET",
    path: "/mail",
    access: "company-admin",
    summary: "The latest mails and what became of them; their text is shown while no mail server is set up.",
    answer: z.object({
      mails: z.array(
        z.object({
          id: z.number(),
          to: z.string(),
          subject: z.string(),
          /** Null if the mail was sent by a mail server. */
          text: z.string().nullable(),
          state: z.enum(["waiting", "sent", "shown", "failed"]),
          createdAt: timestamp,
        }),
      ),
    }),
  }),
};
