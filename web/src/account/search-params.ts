// What of an account's page the address holds.
import { z } from "zod";

export const accountSearch = z.object({
  tab: z.enum(["details", "history", "contacts"]).optional().catch(undefined),
});
