// Languages by code (LCID): the organisation's, its users', and those that are provisioned.
import { z } from "zod";
import { DataverseError } from "../http/errors.ts";
import type { Requests } from "../http/requests.ts";

const Organization = z.object({ languagecode: z.number().nullish() });
const UserSettings = z.object({ uilanguageid: z.number().nullish() });
const Provisioned = z.object({ RetrieveProvisionedLanguages: z.array(z.number()) });

/** Null if the user may not read it. */
export async function readBaseLanguage(
  requests: Requests,
  organizationId: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const path = `organizations(${organizationId})?$select=languagecode`;
  const found = await unlessHidden(requests.json(path, Organization, { signal }));
  return found?.languagecode ?? null;
}

/** Null if the user has chosen none, or may not read it. */
export async function readUserLanguage(
  requests: Requests,
  userId: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const path = `usersettingscollection(${userId})?$select=uilanguageid`;
  const found = await unlessHidden(requests.json(path, UserSettings, { signal }));
  // 0 stands for the organisation's base language.
  return found?.uilanguageid || null;
}

export async function readProvisionedLanguages(
  requests: Requests,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const body = await requests.json("RetrieveProvisionedLanguages", Provisioned, { signal });
  return body.RetrieveProvisionedLanguages;
}

const HIDDEN: ReadonlySet<string> = new Set(["missing-privilege", "access-denied", "record-not-found"]);

async function unlessHidden<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof DataverseError && HIDDEN.has(error.code)) return undefined;
    throw error;
  }
}
