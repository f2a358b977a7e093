// The connection check: everything the sync needs, step by step, each with what was found, what to do about it, and, where it
// is theirs to do, a text for the Dynamics 365 administrator. A step that stands behind one that failed is told as not reached.
import { DataverseError } from "../../dataverse/http/errors.ts";
import { HttpError } from "../../lib/http.ts";
import { UserError } from "../../lib/user-error.ts";
import { CHECK_STEPS, type CheckContext, type CheckId, type StepResult, type Responsible } from "./steps.ts";
import { ConnectionError } from "../connection-error.ts";
import { loadConnection, type Connection } from "../connection.ts";
import type { ConnectionDeps } from "../sign-in/open-stored-connection.ts";

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
export async function checkConnection(deps: ConnectionDeps, signal?: AbortSignal): Promise<CheckStep[]> {
  const connection = await loadConnection(deps.database.kysely);
  if (connection.environment === null)
    throw new ConnectionError(
      "not-connected",
      "Dynamics 365 is not connected, so there is nothing to check.",
    );
  const context: CheckContext = { deps, connection, environment: connection.environment, signal };
  const done: CheckStep[] = [];
  const failed = new Map<CheckId, string>();
  try {
    for (const step of CHECK_STEPS) {
      const { id, title } = step;
      const failedStep = step.needs === undefined ? undefined : failed.get(step.needs);
      if (failedStep !== undefined) {
        failed.set(id, failedStep);
        const finding = `Not looked at, since "${failedStep}" failed.`;
        done.push({ id, title, outcome: "not-reached", finding, remedy: null, message: null });
        continue;
      }
      const result = await step.run(context).catch((error: unknown) => failureResult(error, signal));
      if (result.outcome === "failed") failed.set(id, title);
      done.push(toCheckStep(id, title, result, connection));
    }
  } finally {
    await context.open?.close();
  }
  return done;
}

function toCheckStep(id: CheckId, title: string, result: StepResult, connection: Connection): CheckStep {
  const { outcome, finding } = result;
  if (outcome === "ok") return { id, title, outcome, finding, remedy: null, message: null };
  const { remedy, responsible } = result;
  const message = responsible === "dynamics" ? messageToAdministrator(connection, finding, remedy) : null;
  return { id, title, outcome, finding, remedy, message };
}

function messageToAdministrator({ environment }: Connection, finding: string, remedy: string): string {
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
function failureResult(error: unknown, signal: AbortSignal | undefined): StepResult {
  if (signal?.aborted === true) {
    return {
      outcome: "failed",
      finding: "Dynamics 365 did not answer in time.",
      remedy: "Check again in some minutes; if it stays, see whether the environment is under maintenance.",
      responsible: "here",
    };
  }
  if (error instanceof UserError) {
    const { code, finding, fix } = error;
    const remedy = fix ?? CHECK_LATER;
    return {
      outcome: "failed",
      finding: `${finding}${supportFacts(error)}`,
      remedy,
      responsible: RESPONSIBLE_BY_CODE[code] ?? "here",
    };
  }
  if (error instanceof HttpError)
    return { outcome: "failed", finding: error.message, remedy: CHECK_LATER, responsible: "here" };
  throw error;
}

const CHECK_LATER = "Check again later.";

/** What Microsoft's support asks for. */
function supportFacts(error: UserError): string {
  if (!(error instanceof DataverseError)) return "";
  const facts = [error.serverCode, error.requestId && `request ${error.requestId}`].filter(Boolean);
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

/** By an error's code: what is put right in Dynamics 365 or by its company's policies; all else is put right here, or passes. */
const RESPONSIBLE_BY_CODE: Readonly<Record<string, Responsible>> = {
  "missing-privilege": "dynamics",
  "access-denied": "dynamics",
  "user-disabled": "dynamics",
  "no-roles": "dynamics",
  "no-licence": "dynamics",
  "not-a-member": "dynamics",
  "administration-mode": "dynamics",
  "sign-in-blocked": "dynamics",
};
