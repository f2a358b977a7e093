// What each scenario of a conflict is handed (`conflict-scenarios.ts`, `departure-scenarios.ts`).
import type { ConflictState } from "./conflict-state.ts";

export interface ScenarioContext {
  readonly state: ConflictState;
  readonly n: number;
  /** Creates a record with this name and these domains; returns its id. */
  readonly addRecord: (name: string | null, some: readonly string[], created?: string) => string | undefined;
}

export type Scenario = (context: ScenarioContext) => void;

export function domainValues(some: readonly string[]) {
  return { websiteurl: some.join("; ") || null, emailaddress1: null };
}
