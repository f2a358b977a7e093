// Routes that show and set who gets e-mails about the sync.
import type { Database } from "../../db/pool.ts";
import { loadMailSettings, saveMailSettings } from "../../notify/recipients.ts";
import { notificationRoutes as contract, type RecipientsView } from "../contract/notifications.ts";
import { ApiError, implement, type Implementation } from "../implement.ts";

export function notificationRoutes({ database }: { readonly database: Database }): Implementation[] {
  const recipientsView = async (): Promise<RecipientsView> => {
    const { scheduled, starter, teammates, addresses, setUpBy } = await loadMailSettings(database.kysely);
    return { scheduled, starter, setUpBy, teammates: [...teammates], addresses: [...addresses] };
  };
  return [
    implement(contract.getRecipients, recipientsView),
    implement(contract.putRecipients, async ({ body }) => {
      const unknown = await saveMailSettings(database.kysely, body);
      if (unknown.length > 0)
        throw new ApiError(
          400,
          "no-such-teammate",
          `Teammate ${unknown.join(", ")} is not here any more. Load the page again and choose anew.`,
          "teammates",
        );
      return recipientsView();
    }),
  ];
}
