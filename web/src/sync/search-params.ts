// Search parameters of the sync modal (over the accounts) and of the sync page.
import { z } from "zod";
import { planFilter } from "../../../src/api/contract/runs.ts";
import { wizardSteps } from "./setup/wizard-position.ts";

const text = z.string().max(200).optional().catch(undefined);
const run = z.coerce.number().int().positive().optional().catch(undefined);

/** `import=dynamics` opens the modal; the others are the position in it. */
export const importSearch = z.object({
  import: z.literal("dynamics").optional().catch(undefined),
  step: z.enum(wizardSteps).optional().catch(undefined),
  /** The code of a failed sign-in to Dynamics 365. The server keeps its sentence. */
  problem: text,
  run,
  /**
   * Filters of the plan. `q` is the search of the accounts page behind the modal, so this one is
   * `find`.
   */
  action: planFilter.optional().catch(undefined),
  find: text,
});

export const tabs = ["overview", "fields", "runs", "errors", "settings", "connection"] as const;
export type Tab = (typeof tabs)[number];

export const syncSearch = z.object({
  tab: z.enum(tabs).optional().catch(undefined),
  run,
  action: planFilter.optional().catch(undefined),
  kind: text,
  q: text,
});
export type SyncSearch = z.infer<typeof syncSearch>;
