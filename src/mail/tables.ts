import type { Generated } from "kysely";

export type MailState = "waiting" | "sent" | "shown" | "failed";

declare module "../db/tables.ts" {
  interface Tables {
    mails: {
      id: Generated<number>;
      recipient: string;
      subject: string;
      body: string | null;
      html: string | null;
      sealed: Generated<boolean>;
      keep_until: Date | null;
      state: MailState;
      tries: Generated<number>;
      next_attempt_at: Date | null;
      error: string | null;
      created_at: Date;
    };
  }
}
