export type LinkKind = "invitation" | "password-reset" | "sign-in";

declare module "../db/tables.ts" {
  interface Tables {
    teammate_passwords: { teammate_id: number; hash: string };
    sessions: { token_hash: Buffer; teammate_id: number; created_at: Date; seen_at: Date };
    one_time_links: {
      token_hash: Buffer;
      kind: LinkKind;
      teammate_id: number;
      expires_at: Date;
      used_at: Date | null;
    };
    entra_sign_ins: {
      state_hash: Buffer;
      browser_hash: Buffer;
      code_verifier: string;
      nonce: string;
      expires_at: Date;
    };
    attempts: { key: string; started_at: Date; count: number };
  }
}
