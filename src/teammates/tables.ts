import type { Generated } from "kysely";

export type TeammateRole = "teammate" | "workspace-admin" | "company-admin";
export type TeammateState = "no-sign-in" | "invited" | "active";

declare module "../db/tables.ts" {
  interface Tables {
    teammates: {
      id: Generated<number>;
      email: string;
      name: Generated<string>;
      role: Generated<TeammateRole>;
      state: Generated<TeammateState>;
      last_seen_at: Date | null;
      entra_object_id: string | null;
    };
  }
}
