// Search parameters of the account page.
import { z } from "zod";

export const accountSearch = z.object({
  tab: z.enum(["details", "history", "contacts"]).optional().catch(undefined),
});
