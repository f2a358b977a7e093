import type { ColumnType, Generated } from "kysely";
import type { Json, NullableJson } from "../db/tables.ts";

/** What an admin must do before the next sync; all texts are for people. */
export type Attention = {
  kind: string;
  title: string;
  sentence: string;
  howToResolve: string;
  /** Where the admin fixes it: a step of the setup, the plan that awaits approval, or the check. */
  place: "connect" | "accounts" | "fields" | "plan" | "check";
  run: number | null;
};

declare module "../db/tables.ts" {
  interface Tables {
    connection: {
      only_row: Generated<boolean>;
      generation: Generated<number>;
      origin: string | null;
      region: string | null;
      app_id: string | null;
      organization_id: string | null;
      authority: string | null;
      tenant: string | null;
      sign_in: "delegated" | "app-only" | null;
      from_file: Generated<boolean>;
      signed_in_as: string | null;
      connected_by: string | null;
      connected_at: Date | null;
      client_id: string | null;
      sealed_client_secret: string | null;
      secret_expires_at: Date | null;
      sealed_refresh_token: string | null;
      refresh_claim: string | null;
      refresh_claimed_until: Date | null;
      settings: NullableJson<unknown>;
      selection_name: string | null;
      view_names: Json<Record<string, string>>;
      paused: Generated<boolean>;
      attention: NullableJson<Attention>;
      full_every_minutes: Generated<number>;
      changes_every_minutes: number | null;
      full_at: string | null;
      time_zone: Generated<string>;
      brake: NullableJson<unknown>;
      mail_scheduled: Generated<boolean>;
      mail_starter: Generated<boolean>;
      mail_teammates: ColumnType<number[], number[] | undefined, number[]>;
      mail_addresses: ColumnType<string[], string[] | undefined, string[]>;
    };
    dynamics_sign_ins: {
      state_hash: Buffer;
      teammate_id: number;
      address: string;
      authority: string;
      tenant: string;
      redirect_uri: string;
      sealed_verifier: string;
      expires_at: Date;
      used_at: Date | null;
    };
    connection_notices: { teammate_id: number; code: string; sentence: string; until: Date };
  }
}
