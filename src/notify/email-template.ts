// Renders a notice as an email: what happened, counts by kind with what to do, some examples, a
// link, and how to unsubscribe. Text and HTML have the same content; values from the source are
// escaped in HTML and kept to one line in text.
import type { Attention } from "../connections/tables.ts";
import { DAY_MS } from "../lib/durations.ts";
import type { Mail } from "../mail/outbox.ts";
import type {
  RecipientReason,
  EndedRun,
  ErrorKindSummary,
  IssueSummary,
  NoteKindSummary,
  NoticeEvent,
  Notice,
  Recipient,
} from "./decide-notices.ts";

export type EmailContext = {
  /** The workspace's name. */
  readonly workspace: string;
  /** An origin. */
  readonly publicUrl: string;
  readonly now: Date;
};

type Section = {
  readonly title: string;
  readonly lines: readonly string[];
  readonly examples: readonly string[];
};

type EmailContent = {
  readonly subject: string;
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
  readonly closing?: string | undefined;
  /** Label and path of the link. */
  readonly link: readonly [label: string, path: string];
};

/** How long the app shows it if there is no mail server. */
const RETENTION_MS = 30 * DAY_MS;

const SYNC_PATH = "/contacts/accounts/sync";
const THE_SYNC = "the sync from Dynamics 365";
const YOUR_SYNC = "your sync from Dynamics 365";

function runPath(id: number): string {
  return `${SYNC_PATH}?tab=runs&run=${id}`;
}

export function noticeEmail(notice: Notice, run: EndedRun, context: EmailContext): Mail {
  return renderEmail(notice, noticeContent(notice, run), context);
}

/** A client secret that expires soon. */
export type ExpiringSecret = {
  /** Host of Dynamics 365. */
  readonly host: string;
  readonly clientId: string;
  readonly expiresAt: Date;
};

export function secretExpiryEmail(recipient: Recipient, secret: ExpiringSecret, context: EmailContext): Mail {
  return renderEmail(recipient, secretExpiryContent(secret, context.now), context);
}

function renderEmail(
  { to, reason }: Recipient,
  content: EmailContent,
  { workspace, publicUrl, now }: EmailContext,
): Mail {
  const links = { action: publicUrl + content.link[1], settings: `${publicUrl}${SYNC_PATH}?tab=connection` };
  const footer = `You get this mail because ${REASON_TEXTS[reason](workspace)}.`;
  return {
    to,
    subject: oneLine(`${workspace}: ${content.subject}`),
    text: renderText(content, footer, links),
    html: renderHtml(content, footer, links),
    expiresAt: new Date(now.getTime() + RETENTION_MS),
  };
}

const REASON_TEXTS: Readonly<Record<RecipientReason, (workspace: string) => string>> = {
  started: (workspace) => `you started this sync in ${workspace}`,
  "set-up": (workspace) => `you connected ${workspace} with Dynamics 365`,
  chosen: (workspace) => `an admin of ${workspace} chose this address for mails about the sync`,
  admin: (workspace) => `you are an admin of ${workspace} and nobody else is named for mails about the sync`,
};

function noticeContent(notice: Notice, run: EndedRun): EmailContent {
  const { event } = notice;
  if (event.type === "attention") return attentionContent(event.attention, run);
  if (event.type === "failed") return failedContent(event.sentence, notice, run);
  if (event.type === "recovered") return recoveredContent(run);
  return issueContent(event, notice);
}

function attentionContent(
  { title, sentence, howToResolve, place }: Attention,
  { id }: EndedRun,
): EmailContent {
  return {
    subject: `the sync needs you: ${title}`,
    lead: [sentence, howToResolve, "Until then nothing is synced."],
    sections: [],
    link: place === "plan" ? ["Look at the plan", runPath(id)] : ["See what to do", SYNC_PATH],
  };
}

function failedContent(sentence: string, { reason }: Notice, run: EndedRun): EmailContent {
  const { id, mode } = run;
  const isForStarter = reason === "started";
  const what = !isForStarter ? THE_SYNC : mode === "plan" ? "your preview of the sync" : YOUR_SYNC;
  const next = isForStarter ? [] : ["It is tried again by itself, and you hear when it works again."];
  const written =
    run.end === "failed" && run.isInterrupted
      ? "What was written stays, and the next sync continues from there."
      : "No account was changed.";
  return {
    subject: `${what} failed`,
    lead: [sentence, written, ...next],
    sections: [],
    link: [`See run ${id}`, runPath(id)],
  };
}

function recoveredContent({ by }: EndedRun): EmailContent {
  const who = by !== null ? "Somebody fixed it: a sync" : "A sync";
  return {
    subject: `${THE_SYNC} works again`,
    lead: [`${who} has succeeded.`],
    sections: [],
    link: ["See the sync", SYNC_PATH],
  };
}

/** The expiry is entered as a date, and stored as the start of that day in UTC. */
const DAY_FORMAT = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

function secretExpiryContent({ host, clientId, expiresAt }: ExpiringSecret, now: Date): EmailContent {
  const days = Math.ceil((expiresAt.getTime() - now.getTime()) / DAY_MS);
  const expiry = `ends on ${DAY_FORMAT.format(expiresAt)}`;
  return {
    subject: `the client secret for Dynamics 365 ${expiry}`,
    lead: [
      `The connection to ${host} signs in with a client secret of the application ${clientId}. It ${expiry}, in ${days} day${days === 1 ? "" : "s"}.`,
      "Nothing is synced from then on.",
      "Make a new one in the app registration, under “Certificates & secrets”, and connect with it. Selection, mapping and accounts stay as they are.",
    ],
    sections: [],
    link: ["Connect with a new secret", `${SYNC_PATH}?tab=connection`],
  };
}

function issueContent(
  { issues, recovered }: Extract<NoticeEvent, { type: "issues" }>,
  { reason }: Notice,
): EmailContent {
  const subject =
    reason === "started" ? `${YOUR_SYNC} has` : `${THE_SYNC} ${recovered ? "works again, with" : "has"}`;
  const { errors, notes } = issues;
  return {
    subject: `${subject} ${newIssuesText(issues)}`,
    lead: [
      errors.kinds.length > 0
        ? "Everything else was synced."
        : "All accounts were synced, some of them without a value.",
    ],
    sections: errors.kinds.map(errorSection),
    closing: notes.length > 0 ? notesLine(notes) : undefined,
    link: ["See all issues", `${SYNC_PATH}?tab=errors`],
  };
}

function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function accountsText(count: number): string {
  return countText(count, "account");
}

function sumOf(notes: readonly NoteKindSummary[], key: "count" | "newCount"): number {
  return notes.reduce((sum, note) => sum + note[key], 0);
}

/** Accounts with new errors, or else what is new of the whole sync, or else new notes. */
function newIssuesText({ errors, notes }: IssueSummary): string {
  if (errors.newAccounts > 0) return `new errors in ${accountsText(errors.newAccounts)}`;
  const titles = errors.kinds.filter(({ isNew }) => isNew).map(({ title }) => title);
  if (titles.length === 0) return countText(sumOf(notes, "newCount"), "new note");
  return titles.length === 1 ? `a new error: ${titles[0]}` : `new errors of ${titles.length} kinds`;
}

function newText(count: number, newCount: number): string {
  if (newCount === 0) return "";
  return count === newCount ? ", new" : `, ${newCount.toLocaleString("en")} of them new`;
}

function errorSection(summary: ErrorKindSummary): Section {
  const { title, howToResolve, accounts, newAccounts, isNew, examples } = summary;
  const concerns =
    accounts === 0
      ? `The whole sync${isNew ? ", new" : ""}`
      : accountsText(accounts) + newText(accounts, newAccounts);
  return { title, lines: [`${concerns}. ${howToResolve}`], examples };
}

/** "9 notes, 2 of them new: Common email domain (7), Teammate not found (2)." */
function notesLine(notes: readonly NoteKindSummary[]): string {
  const count = sumOf(notes, "count");
  const kinds = notes.map((note) => `${note.title} (${note.count.toLocaleString("en")})`);
  return `${countText(count, "note")}${newText(count, sumOf(notes, "newCount"))}: ${kinds.join(", ")}.`;
}

type Links = { readonly action: string; readonly settings: string };

function renderText(
  { lead, sections, closing, link }: EmailContent,
  footer: string,
  { action, settings }: Links,
): string {
  const blocks = [
    lead.map(oneLine).join("\n"),
    ...sections.map(({ title, lines, examples }) =>
      [title, ...lines, ...examples.map((one) => `  - ${oneLine(one)}`)].join("\n"),
    ),
    ...(closing === undefined ? [] : [oneLine(closing)]),
    `${link[0]}:\n${action}`,
    `-- \n${oneLine(footer)} To change who gets these mails, or to stop them:\n${settings}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function renderHtml(
  { lead, sections, closing, link }: EmailContent,
  footer: string,
  { action, settings }: Links,
): string {
  const paragraph = (text: string) => `<p style="margin:0 0 12px">${escapeHtml(text)}</p>`;
  const list = (items: readonly string[]) =>
    items.length === 0
      ? ""
      : `<ul style="margin:0 0 12px;padding-left:20px">${items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
  const section = ({ title, lines, examples }: Section) =>
    `<h2 style="font-size:15px;margin:20px 0 4px">${escapeHtml(title)}</h2>\n${lines.map(paragraph).join("\n")}\n${list(examples)}`;
  return `<!doctype html>
<html lang="en"><body style="font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:640px">
${lead.map(paragraph).join("\n")}
${sections.map(section).join("\n")}
${closing === undefined ? "" : paragraph(closing)}
<p style="margin:20px 0"><a href="${escapeHtml(action)}">${escapeHtml(link[0])}</a></p>
<p style="margin:20px 0 0;font-size:13px;color:#595959">${escapeHtml(footer)}
<a href="${escapeHtml(settings)}" style="color:#595959">Change who gets these mails, or stop them</a></p>
</body></html>
`;
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => HTML_ESCAPES[sign] ?? sign);
}

/** A line break in a name could otherwise forge a line of the text or a header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
