// The connection check: everything that a sync needs, step by step, each with its finding, its
// fix and, if the Dynamics 365 administrator must act, a message to send them. A step that
// depends on a failed one is not run.
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
  readonly fix: string | null;
  /** A message to the Dynamics 365 administrator; null if they cannot fix it. */
  readonly message: string | null;
};

/** @throws ConnectionError if nothing is connected; all other faults are reported in the steps */
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
        const finding = `Not checked, because "${failedStep}" failed.`;
        done.push({ id, title, outcome: "not-reached", finding, fix: null, message: null });
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
  if (outcome === "ok") return { id, title, outcome, finding, fix: null, message: null };
  const { fix, responsible } = result;
  const message = responsible === "dynamics" ? messageToAdministrator(connection, finding, fix) : null;
  return { id, title, outcome, finding, fix, message };
}

function messageToAdministrator({ environment }: Connection, finding: string, fix: string): string {
  const as = environment?.signedInAs ? `, as ${environment.signedInAs}` : "";
  return [
    "Hello,",
    "",
    `our support workspace (Sluice) reads accounts from Dynamics 365 at ${environment?.host ?? "our environment"}${as}. ` +
      "Its connection check found:",
    "",
    finding,
    "",
    `What would help: ${fix}`,
    "",
    "Sluice only reads. Thank you!",
  ].join("\n");
}

/**
 * The result of a step that threw.
 * @throws the error, if it is not about the connection
 */
function failureResult(error: unknown, signal: AbortSignal | undefined): StepResult {
  if (signal?.aborted === true) {
    return {
      outcome: "failed",
      finding: "Dynamics 365 did not answer in time.",
      fix: "Check again in a few minutes; if it still fails, see whether the environment is under maintenance.",
      responsible: "sluice",
    };
  }
  if (error instanceof UserError) {
    const { code, finding, fix } = error;
    return {
      outcome: "failed",
      finding: `${finding}${supportFacts(error)}`,
      fix: fix ?? CHECK_LATER,
      responsible: RESPONSIBLE_BY_CODE[code] ?? "sluice",
    };
  }
  if (error instanceof HttpError)
    return { outcome: "failed", finding: error.message, fix: CHECK_LATER, responsible: "sluice" };
  throw error;
}

const CHECK_LATER = "Check again later.";

/** The facts that Microsoft's support asks for. */
function supportFacts(error: UserError): string {
  if (!(error instanceof DataverseError)) return "";
  const code = error.finding.includes(error.serverCode) ? "" : error.serverCode;
  const facts = [code, error.requestId && `request ${error.requestId}`].filter(Boolean);
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

/**
 * Errors by code that the Dynamics 365 administrator must fix; all others are fixed here, or pass.
 */
const RESPONSIBLE_BY_CODE: Readonly<Record<string, Responsible>> = {
  "missing-privilege": "dynamics",
  "access-denied": "dynamics",
  "user-disabled": "dynamics",
  "no-roles": "dynamics",
  "no-licence": "dynamics",
  "not-a-member": "dynamics",
  "administration-mode": "dynamics",
  "ip-blocked": "dynamics",
  "environment-disabled": "dynamics",
  "environment-not-found": "dynamics",
  "sign-in-blocked": "dynamics",
};
