// Views of accounts: personal ones (userquery: own and shared) and system ones (savedquery).
// Microsoft Learn, "Saved queries". `querytype` 0 is an ordinary list.
import { z } from "zod";
import { DataverseError } from "../http/errors.ts";
import { viewBroken } from "../accounts/fetchxml.ts";
import { listSchema, readList } from "../http/lists.ts";
import type { View } from "../model.ts";
import type { Requests } from "../http/requests.ts";

const StoredView = z.object({
  userqueryid: z.string().optional(),
  savedqueryid: z.string().optional(),
  name: z.string().nullish(),
  fetchxml: z.string().nullish(),
  returnedtypecode: z.string().nullish(),
  statecode: z.number().nullish(),
  _ownerid_value: z.string().nullish(),
  description: z.string().nullish(),
  layoutxml: z.string().nullish(),
});
type StoredView = z.infer<typeof StoredView>;

const ENTITY_SETS = {
  personal: {
    set: "userqueries",
    select: "userqueryid,name,description,fetchxml,returnedtypecode,statecode,_ownerid_value",
  },
  system: {
    set: "savedqueries",
    select: "savedqueryid,name,description,fetchxml,returnedtypecode,statecode",
  },
} as const;

const ACCOUNT_LISTS = "returnedtypecode eq 'account' and statecode eq 0 and querytype eq 0".replaceAll(
  " ",
  "%20",
);

/** Active list views of accounts, personal ones first, each kind by name. */
export async function readViews(requests: Requests, signal?: AbortSignal): Promise<readonly View[]> {
  const kinds = ["personal", "system"] as const;
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const { set, select } = ENTITY_SETS[kind];
      const path = `${set}?$select=${select}&$filter=${ACCOUNT_LISTS}&$orderby=name`;
      const stored = await readList(requests, path, listSchema(StoredView), signal);
      return stored.map((view) => viewOf(view, kind));
    }),
  );
  return lists.flat();
}

/**
 * @throws DataverseError with the code 'view-not-found' if it does not exist or is not visible,
 * 'view-broken' if it cannot be read
 */
export async function readView(requests: Requests, id: string, signal?: AbortSignal): Promise<View> {
  const normalisedId = id.replaceAll(/[{}]/g, "").toLowerCase();
  if (!/^[0-9a-f-]{36}$/.test(normalisedId)) throw notFound(id);
  const found =
    (await findView(requests, normalisedId, "personal", signal)) ??
    (await findView(requests, normalisedId, "system", signal));
  if (found === undefined) throw notFound(id);
  const { stored, view } = found;
  if (stored.returnedtypecode !== undefined && stored.returnedtypecode !== "account")
    throw viewBroken(view, `it lists the table "${stored.returnedtypecode}", not accounts.`);
  if (stored.statecode === 1) throw viewBroken(view, "it was deactivated.");
  if (view.fetchXml.trim() === "") throw viewBroken(view, "it has no FetchXML (it is not an ordinary list).");
  return view;
}

async function findView(requests: Requests, id: string, kind: View["kind"], signal: AbortSignal | undefined) {
  const { set, select } = ENTITY_SETS[kind];
  try {
    const stored = await requests.json(`${set}(${id})?$select=${select},layoutxml`, StoredView, { signal });
    return { stored, view: viewOf(stored, kind) };
  } catch (error) {
    if (error instanceof DataverseError && error.code === "record-not-found") return undefined;
    throw error;
  }
}

function viewOf(stored: StoredView, kind: View["kind"]): View {
  const owner = stored["_ownerid_value"]?.toLowerCase();
  return {
    id: (stored.userqueryid ?? stored.savedqueryid ?? "").toLowerCase(),
    name: stored.name ?? "",
    kind,
    ...(owner === undefined ? {} : { ownerId: owner }),
    fetchXml: stored.fetchxml ?? "",
    ...(stored.description ? { description: stored.description } : {}),
    ...(stored.layoutxml ? { layoutXml: stored.layoutxml } : {}),
  };
}

function notFound(id: string): DataverseError {
  return new DataverseError(
    "view-not-found",
    `The view ${id} does not exist in Dynamics 365, or is not visible to the connected user: a personal view is seen ` +
      "only by its owner and those it is shared with.",
    { status: 404, serverCode: "0x80040217", subject: id },
    { fix: "Have it shared with that user, or choose another view." },
  );
}
