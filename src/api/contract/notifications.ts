// Contract of the e-mails about the sync.
import { z } from "zod";
import { route } from "./route.ts";

const person = z.object({ id: z.number(), email: z.string(), name: z.string() });

export const recipients = z.object({
  /**
   * Whether mails are sent about a scheduled sync that fails, has new errors, needs an admin, or
   * works again.
   */
  scheduled: z.boolean(),
  /** Whether the person who starts a run gets a mail if it has errors. */
  starter: z.boolean(),
  /** Who connected Dynamics 365, and therefore gets mails about scheduled syncs. */
  setUpBy: person.nullable(),
  /** Further recipients. If there are none at all, the company admins get the mails. */
  teammates: z.array(person),
  addresses: z.array(z.string()),
});
export type RecipientsView = z.infer<typeof recipients>;

export const notificationRoutes = {
  getRecipients: route({
    method: "GET",
    path: "/connection/recipients",
    access: "workspace-admin",
    summary: "Who gets e-mails about the sync.",
    answer: recipients,
  }),
  putRecipients: route({
    method: "PUT",
    path: "/connection/recipients",
    access: "workspace-admin",
    summary: "Chooses who gets e-mails about the sync.",
    body: z.object({
      scheduled: z.boolean(),
      starter: z.boolean(),
      /** Ids. */
      teammates: z.array(z.number().int().positive()).max(50),
      addresses: z
        .array(z.email("Write an e-mail address, such as dana@ourcompany.example.").max(254))
        .max(50),
    }),
    answer: recipients,
  }),
};
