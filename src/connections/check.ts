// The connection check: everything the sync needs, step by step, each with what was found, what to do about it, and, where it
// is theirs to do, a text for the Dynamics 365 administrator. A step that stands behind one that failed is told as not reached.
import { DataverseError, SignInError, type DataverseErrorKind } from "../dataverse/errors.ts";
import { HttpError } from "../lib/http.ts";
import { CHECK_STEPS, type CheckContext, type CheckId, type Found, type Who } from "./check-steps.ts";
import { ConnectionError } from "./connection-error.ts";
import { loadConnection, type Connection } from "./connection.ts";
import type { ConnectionParts } from "./open-stored-connection.ts";

export type CheckStep = {
  readonly id: CheckId;
  readonly title: string;
  readonly outcome: "ok" | "failed" | "warning" | "not-reached";
  readonly finding: string;
  readonly remedy: string | null;
  /** Ready to send to the Dynamics 365 administrator; null where they can do nothing about it. */
  readonly message: string | null;
};

/** @throws ConnectionError when nothing is connected; all that is found wrong is in the steps */
export async function checkConnection(parts: ConnectionParts, signal?: AbortSignal): Promise<CheckStep[]> {
  const connection = await loadConnection(parts.database.kysely);
  if (connection.environment === null)
    throw new ConnectionError(
      "not-connected",
      "Dynamics 365 is not connected, so there is nothing to check.",
    );
  const context: CheckContext = { parts, connection, environment: connection.environment, signal };
  const done: CheckStep[] = [];
  const failed = new Map<CheckId, string>();
  try {
    for (const step of CHECK_STEPS) {
      const { id, title } = step;
      const behind = step.needs === undefined ? undefined : failed.get(step.needs);
      if (behind !== undefined) {
        failed.set(id, behind);
        const finding = `Not looked at, since "${behind}" failed.`;
        done.push({ id, title, outcome: "not-reached", finding, remedy: null, message: null });
        continue;
      }
      const found = await step.look(context).catch((error: unknown) => troubleWith(error, signal));
      if (found.outcome === "failed") failed.set(id, title);
      done.push(stepOf(id, title, found, connection));
    }
  } finally {
    await context.open?.close();
  }
  return done;
}

function stepOf(id: CheckId, title: string, found: Found, connection: Connection): CheckStep {
  const { outcome, finding } = found;
  if (outcome === "ok") return { id, title, outcome, finding, remedy: null, message: null };
  const { remedy, who } = found;
  const message = who === "dynamics" ? letter(connection, finding, remedy) : null;
  return { id, title, outcome, finding, remedy, message };
}

function letter({ environment }: Connection, finding: string, remedy: string): string {
  const as = environment?.signedInAs ? `, as ${environment.signedInAs}` : "";
  return [
    "Hello,",
    "",
    `our support workspace (Sluice) reads accounts from Dynamics 365 at ${environment?.host ?? "our environment"}${as}. ` +
      "Its connection check found:",
    "",
    finding,
    "",
    `What would help: ${remedy}`,
    "",
    "Sluice only reads. Thank you!",
  ].join("\n");
}

/** What the admin is told when a step could not be completed. @throws what is no trouble of the connection */
function troubleWith(error: unknown, signal: AbortSignal | undefined): Found {
  if (signal?.aborted === true) {
    return {
      outcome: "failed",
      finding: "Dynamics 365 did not answer in time.",
      remedy: "Check again in some minutes; if it stays, see whether the environment is under maintenance.",
      who: "here",
    };
  }
  if (error instanceof SignInError) {
    const finding = error.message.slice(0, -error.whatToDo.length).trim();
    // What blocks a sign-in are the policies of the company that Dynamics 365 belongs to.
    const who = error.category === "blocked" ? "dynamics" : "here";
    return { outcome: "failed", finding, remedy: error.whatToDo, who };
  }
  if (error instanceof DataverseError) {
    const [finding, remedy] = inTwo(error.sentence);
    const facts = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean).join(", ");
    const who = WHO[error.kind] ?? "here";
    return { outcome: "failed", finding: facts === "" ? finding : `${finding} (${facts})`, remedy, who };
  }
  if (error instanceof Error && (error instanceof HttpError || SENTENCES.has(error.name))) {
    const [finding, remedy] = inTwo(error.message);
    return { outcome: "failed", finding, remedy, who: "here" };
  }
  throw error;
}

/** What Dynamics 365 says of the connected user and of itself; all else is put right here, or passes. */
const WHO: Readonly<Partial<Record<DataverseErrorKind, Who>>> = {
  "missing-privilege": "dynamics",
  "access-denied": "dynamics",
  "user-disabled": "dynamics",
  "no-roles": "dynamics",
  "no-licence": "dynamics",
  "not-a-member": "dynamics",
  "administration-mode": "dynamics",
};

/** Errors of this room and of addresses; their messages are sentences. */
const SENTENCES: ReadonlySet<string> = new Set(["ConnectionError", "SealError", "AddressError"]);

/** Our sentences first say what happened, then what to do. */
function inTwo(text: string): [finding: string, remedy: string] {
  const end = text.search(/(?<=[.:"]) (?=[A-Z])/);
  return end < 0 ? [text, "Check again later."] : [text.slice(0, end), text.slice(end + 1)];
}
