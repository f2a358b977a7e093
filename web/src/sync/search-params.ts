// What the sync keeps in the address: of the modal (over the accounts) and of the pages.
import { z } from "zod";
import { planAction } from "../../../src/api/contract/runs.ts";
import { wizardSteps } from "./setup/wizard-position.ts";

const text = z.string().max(200).optional().catch(undefined);
const run = z.coerce.number().int().positive().optional().catch(undefined);

/** `import=dynamics` opens the modal; the rest is where one is in it. */
export const importSearch = z.object({
  import: z.literal("dynamics").optional().catch(undefined),
  step: z.enum(wizardSteps).optional().catch(undefined),
  /** What went wrong when signing in to Dynamics 365: a code, whose sentence the server keeps. */
  problem: text,
  run,
  /** What of the plan is shown: `q` is the list's behind. */
  action: planAction.optional().catch(undefined),
  find: text,
});

export const tabs = ["overview", "fields", "runs", "errors", "settings", "connection"] as const;
export type Tab = (typeof tabs)[number];

export const syncSearch = z.object({
  tab: z.enum(tabs).optional().catch(undefined),
  run,
  action: planAction.optional().catch(undefined),
  kind: text,
  q: text,
});
export type SyncSearch = z.infer<typeof syncSearch>;
