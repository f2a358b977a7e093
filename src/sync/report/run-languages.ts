// The language of labels in a run, and whether it differs from that of the last full run that was
// applied before: a run of changes or a retry writes the labels of some accounts only.
import { sql, type Kysely } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { withName, type NamedLanguage } from "../../settings/label-language.ts";

export type LabelLanguageChange = {
  /** English names of the languages. */
  readonly from: string;
  readonly to: string;
  /** Updates of the plan in which a label differs. */
  readonly updates: number;
};

export type RunLanguages = {
  /** Null if it is not known, as in version 0.1.0. */
  readonly language: NamedLanguage | null;
  /** The organisation's base language, if it is known. */
  readonly base: NamedLanguage | null;
  /** An admin chose the language. Otherwise it is that of whoever was signed in at first. */
  readonly isChosen: boolean;
  /** Null if the language is the same, or was not known before. */
  readonly change: LabelLanguageChange | null;
};

export async function runLanguages(db: Kysely<Tables>, runId: number): Promise<RunLanguages> {
  const { rows } = await sql<{
    language: number | null;
    base: number | null;
    isChosen: boolean;
    before: number | null;
    updates: number | null;
  }>`
    select found.*,
      case when language <> before then (
        select count(*)::int
        from account_changes c
        where c.run_id = ${runId} and c.action in ('update', 'resume')
          and c.before -> 'fields' ?| array(select jsonb_array_elements_text(found.fields))) end as updates
    from (
      select (r.settings ->> 'labelLanguage')::int as language, (r.settings ->> 'baseLanguage')::int as base,
        r.settings -> 'settings' ? 'labelLanguage' as "isChosen", r.settings -> 'labelFieldIds' as fields,
        (select (last.settings ->> 'labelLanguage')::int
         from runs last
         where last.organization_id = r.organization_id and last.status = 'done' and last.id < r.id
           and last.mode in ('sync', 'plan')
         order by last.id desc
         limit 1) as before
      from runs r
      where r.id = ${runId}) found`.execute(db);
  const { language, base, isChosen, before, updates } = rows[0] ?? NONE;
  return {
    language: language === null ? null : withName(language),
    base: base === null ? null : withName(base),
    isChosen,
    change:
      language === null || before === null || updates === null
        ? null
        : { from: withName(before).name, to: withName(language).name, updates },
  };
}

const NONE = { language: null, base: null, isChosen: false, before: null, updates: null };
