// A notice as a mail: what happened, counts by kind with what to do about them, a few examples, where to look, and how to
// stop it. Text and HTML are written from the same parts; whatever came from Dynamics 365 is escaped in the one and kept to
// its line in the other.
import type { Attention } from "../connections/tables.ts";
import { DAY_MS } from "../lib/durations.ts";
import type { Mail } from "../mail/outbox.ts";
import type { Because, EndedRun, Errors, ErrorTally, News, Notice, Recipient } from "./decide-notices.ts";

export type Sender = {
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

type Parts = {
  readonly subject: string;
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
  /** Where to look: what it is called, and its path. */
  readonly link: readonly [label: string, path: string];
};

/** Where no mail server takes it, the app shows it for so long. */
const KEPT_MS = 30 * DAY_MS;

const SYNC = "/contacts/accounts/sync";
const THE_SYNC = "the sync from Dynamics 365";
const YOUR_SYNC = "your sync from Dynamics 365";

function runPath(id: number): string {
  return `${SYNC}?tab=runs&run=${id}`;
}

export function mailOf(notice: Notice, run: EndedRun, sender: Sender): Mail {
  return letterTo(notice, partsOf(notice, run), sender);
}

/** A client secret that ends soon. */
export type EndingSecret = {
  /** Of Dynamics 365. */
  readonly host: string;
  readonly clientId: string;
  readonly endsAt: Date;
};

export function secretMailOf(recipient: Recipient, secret: EndingSecret, sender: Sender): Mail {
  return letterTo(recipient, secretParts(secret, sender.now), sender);
}

function letterTo({ to, because }: Recipient, parts: Parts, { workspace, publicUrl, now }: Sender): Mail {
  const links = { look: publicUrl + parts.link[1], stop: `${publicUrl}${SYNC}?tab=connection` };
  const reason = `You get this mail because ${WHY[because](workspace)}.`;
  return {
    to,
    subject: oneLine(`${workspace}: ${parts.subject}`),
    text: textOf(parts, reason, links),
    html: htmlOf(parts, reason, links),
    keepUntil: new Date(now.getTime() + KEPT_MS),
  };
}

const WHY: Readonly<Record<Because, (workspace: string) => string>> = {
  started: (workspace) => `you started this sync in ${workspace}`,
  "set-up": (workspace) => `you connected ${workspace} with Dynamics 365`,
  chosen: (workspace) => `an admin of ${workspace} chose this address for mails about the sync`,
  admin: (workspace) => `you are an admin of ${workspace} and nobody else is named for mails about the sync`,
};

function partsOf(notice: Notice, run: EndedRun): Parts {
  const { news } = notice;
  if (news.what === "attention") return attentionParts(news.attention, run);
  if (news.what === "failed") return failedParts(news.sentence, notice, run);
  if (news.what === "recovered") return recoveredParts(run);
  return errorParts(news, notice);
}

function attentionParts({ title, sentence, howToResolve, place }: Attention, { id }: EndedRun): Parts {
  return {
    subject: `the sync needs you: ${title}`,
    lead: [sentence, howToResolve, "Until then nothing is synced."],
    sections: [],
    link: place === "plan" ? ["Look at the plan", runPath(id)] : ["See what to do", SYNC],
  };
}

function failedParts(sentence: string, { because }: Notice, run: EndedRun): Parts {
  const { id, mode } = run;
  const isOwn = because === "started";
  const what = !isOwn ? THE_SYNC : mode === "plan" ? "your preview of the sync" : YOUR_SYNC;
  const then = isOwn ? [] : ["It is tried again by itself, and you hear when it works again."];
  const written =
    run.end === "failed" && run.isHalfWritten
      ? "What was written stays, and the next sync goes on from there."
      : "No account was changed.";
  return {
    subject: `${what} failed`,
    lead: [sentence, written, ...then],
    sections: [],
    link: [`See run ${id}`, runPath(id)],
  };
}

function recoveredParts({ by }: EndedRun): Parts {
  const who = by !== null ? "Somebody put it right: a sync" : "A sync";
  return {
    subject: `${THE_SYNC} works again`,
    lead: [`${who} has gone through.`],
    sections: [],
    link: ["See the sync", SYNC],
  };
}

/** An end is entered as a day, and is its first moment in UTC. */
const DAY = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

function secretParts({ host, clientId, endsAt }: EndingSecret, now: Date): Parts {
  const days = Math.ceil((endsAt.getTime() - now.getTime()) / DAY_MS);
  const ends = `ends on ${DAY.format(endsAt)}`;
  return {
    subject: `the client secret for Dynamics 365 ${ends}`,
    lead: [
      `The connection to ${host} signs in with a client secret of the application ${clientId}. It ${ends}, in ${days} day${days === 1 ? "" : "s"}.`,
      "Nothing is synced from then on.",
      "Make a new one in the app registration, under “Certificates & secrets”, and connect with it. Selection, mapping and accounts stay as they are.",
    ],
    sections: [],
    link: ["Connect with a new secret", `${SYNC}?tab=connection`],
  };
}

function errorParts({ errors, recovered }: Extract<News, { what: "errors" }>, { because }: Notice): Parts {
  const isOwn = because === "started";
  const what = isOwn ? `${YOUR_SYNC} has ${countOf(errors)}` : newOf(errors);
  return {
    subject: isOwn ? what : `${THE_SYNC} ${recovered ? "works again, with" : "has"} ${what}`,
    lead: ["Everything else was synced."],
    sections: errors.kinds.map((kind) => sectionOf(kind, !isOwn)),
    link: ["See all errors", `${SYNC}?tab=errors`],
  };
}

function accounts(count: number): string {
  return `${count.toLocaleString("en")} account${count === 1 ? "" : "s"}`;
}

function countOf({ accounts: count }: Errors): string {
  return count === 0 ? "errors" : `errors in ${accounts(count)}`;
}

/** Accounts with their first error, or else the kinds that are new. */
function newOf({ newAccounts, kinds }: Errors): string {
  if (newAccounts > 0) return `new errors in ${accounts(newAccounts)}`;
  const titles = kinds.filter(({ isNew }) => isNew).map(({ title }) => title);
  return titles.length === 1 ? `a new kind of error: ${titles[0]}` : `${titles.length} new kinds of errors`;
}

function sectionOf(tally: ErrorTally, tellsNews: boolean): Section {
  const { title, howToResolve, accounts: count, newAccounts, isNew, examples } = tally;
  const news = !tellsNews
    ? ""
    : isNew
      ? ", a new kind"
      : newAccounts > 0
        ? `, ${newAccounts} of them new`
        : "";
  const many = count === 0 ? "The whole sync" : accounts(count);
  return { title, lines: [`${many}${news}. ${howToResolve}`], examples };
}

type Links = { readonly look: string; readonly stop: string };

function textOf({ lead, sections, link }: Parts, reason: string, { look, stop }: Links): string {
  const blocks = [
    lead.map(oneLine).join("\n"),
    ...sections.map(({ title, lines, examples }) =>
      [title, ...lines, ...examples.map((one) => `  - ${oneLine(one)}`)].join("\n"),
    ),
    `${link[0]}:\n${look}`,
    `-- \n${oneLine(reason)} To change who gets them, or to have none:\n${stop}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function htmlOf({ lead, sections, link }: Parts, reason: string, { look, stop }: Links): string {
  const paragraph = (text: string) => `<p style="margin:0 0 12px">${escaped(text)}</p>`;
  const list = (items: readonly string[]) =>
    items.length === 0
      ? ""
      : `<ul style="margin:0 0 12px;padding-left:20px">${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
  const section = ({ title, lines, examples }: Section) =>
    `<h2 style="font-size:15px;margin:20px 0 4px">${escaped(title)}</h2>\n${lines.map(paragraph).join("\n")}\n${list(examples)}`;
  return `<!doctype html>
<html lang="en"><body style="font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:640px">
${lead.map(paragraph).join("\n")}
${sections.map(section).join("\n")}
<p style="margin:20px 0"><a href="${escaped(look)}">${escaped(link[0])}</a></p>
<p style="margin:20px 0 0;font-size:13px;color:#595959">${escaped(reason)}
<a href="${escaped(stop)}" style="color:#595959">Change who gets them, or have none</a></p>
</body></html>
`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** A name with a line break in it must not look like a line of ours, nor a header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
