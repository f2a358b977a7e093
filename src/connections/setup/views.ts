// The views that an admin may choose: personal ones (own and shared) and system ones. A view that
// cannot be read is listed with the reason, so that nobody searches for it in vain.
import { sql, type Kysely } from "kysely";
import type { DataverseClient } from "../../dataverse/client.ts";
import { DataverseError } from "../../dataverse/http/errors.ts";
import { viewQuery } from "../../dataverse/accounts/fetchxml.ts";
import type { View } from "../../dataverse/model.ts";
import type { Tables } from "../../db/tables.ts";
import type { ChosenSettings } from "../../settings/sync-settings.ts";

export type OfferedView = {
  readonly id: string;
  readonly name: string;
  readonly kind: "personal" | "system";
  readonly owner: "yours" | "shared" | "system";
  readonly description: string;
  /** Why it cannot be chosen; null if it can. */
  readonly refused: string | null;
};

export async function offeredViews(client: DataverseClient): Promise<OfferedView[]> {
  const [views, { userId }] = await Promise.all([client.views(), client.whoAmI()]);
  return views.map((view) => ({
    id: view.id,
    name: view.name,
    kind: view.kind,
    owner: view.kind === "system" ? "system" : view.ownerId === userId ? "yours" : "shared",
    description: view.description ?? "",
    refused: unreadableReason(view),
  }));
}

function unreadableReason(view: View): string | null {
  try {
    viewQuery(view, ["accountid"], 1);
    return null;
  } catch (error) {
    if (error instanceof DataverseError) return error.message;
    throw error;
  }
}

/**
 * Saves the name of a view that was chosen without listing the views, by the API or by its id in a
 * file. If the view does not exist, no name is saved, and the run reports it.
 */
export async function fetchViewName(
  db: Kysely<Tables>,
  client: DataverseClient,
  { selection }: Pick<ChosenSettings, "selection">,
  signal?: AbortSignal,
): Promise<void> {
  if (selection.kind === "all") return;
  const { view } = selection;
  const { names } = await db.selectFrom("connection").select("view_names as names").executeTakeFirstOrThrow();
  if (names[view] !== undefined) return;
  try {
    const { name } = await client.view(view, signal);
    await db
      .updateTable("connection")
      .set({ view_names: sql`view_names || jsonb_build_object(${view}::text, ${name}::text)` })
      .execute();
  } catch (error) {
    if (!(error instanceof DataverseError)) throw error;
  }
}
