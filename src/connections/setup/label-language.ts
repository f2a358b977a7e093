// The language of labels: which one the connection keeps, and which ones can be chosen.
import type { Kysely } from "kysely";
import type { DataverseClient } from "../../dataverse/client.ts";
import type { Tables } from "../../db/tables.ts";
import { withName, type NamedLanguage } from "../../settings/label-language.ts";
import { lastLabelLanguages, preferredLanguages } from "../../sync/read/label-language.ts";
import type { Connection } from "../connection.ts";

export type ConnectionLabels = {
  /** Null before the first sync, unless it was chosen. */
  readonly language: NamedLanguage | null;
  /** The organisation's base language; null before the first sync, or if it may not be read. */
  readonly base: NamedLanguage | null;
  /** An admin chose the language. Otherwise it is that of whoever was signed in at first. */
  readonly isChosen: boolean;
};

export async function connectionLabels(
  db: Kysely<Tables>,
  { environment, settings }: Pick<Connection, "environment" | "settings">,
): Promise<ConnectionLabels> {
  const organizationId = environment?.organizationId ?? null;
  const last = organizationId === null ? undefined : await lastLabelLanguages(db, organizationId);
  const chosen = settings?.labelLanguage;
  const language = chosen ?? last?.labelLanguage ?? null;
  const base = last?.baseLanguage ?? null;
  return {
    language: language === null ? null : withName(language),
    base: base === null ? null : withName(base),
    isChosen: chosen !== undefined,
  };
}

export type OfferedLanguages = {
  /** By name. */
  readonly languages: NamedLanguage[];
  readonly base: NamedLanguage | null;
};

export async function offeredLanguages(client: DataverseClient): Promise<OfferedLanguages> {
  const [provisioned, base] = await Promise.all([client.provisionedLanguages(), client.baseLanguage()]);
  return {
    languages: provisioned.map(withName).toSorted((a, b) => a.name.localeCompare(b.name)),
    base: base === null ? null : withName(base),
  };
}

/** The languages for labels, the most preferred first: the given one, else the kept one. */
export async function columnLanguages(
  db: Kysely<Tables>,
  client: DataverseClient,
  connection: Pick<Connection, "environment" | "settings">,
  chosen?: number,
): Promise<number[]> {
  const labelLanguage = chosen ?? (await connectionLabels(db, connection)).language?.code ?? null;
  return preferredLanguages({ labelLanguage, baseLanguage: await client.baseLanguage() });
}
