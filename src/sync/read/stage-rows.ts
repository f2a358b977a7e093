// Read: all pages of a selection, in whatever order they come, held against what is known; drafts that differ are
// staged by COPY into the run's own table. Nothing is decided here, so a read that breaks off does no harm.
import { sql } from "kysely";
import { copyIn, encodeCopyRow, encodeTextArray, type CopyWriter } from "../../db/copy.ts";
import { UserError } from "../../lib/user-error.ts";
import type { RawRow } from "../../dataverse/model.ts";
import type { AccountDraft, Drafter } from "../draft/draft.ts";
import type { KnownRecords } from "./known-records.ts";
import type { ActiveRun } from "../record/run-context.ts";

export type ReadResult = {
  /** Distinct records that say what they said last time, linked. */
  readonly unchanged: number;
  /** The same of records that stay refused. */
  readonly skipped: number;
  /** Distinct records staged. */
  readonly staged: number;
  /** Whether the store was as the run before left it, under the same settings. */
  readonly storeUnchanged: boolean;
  /** Whether nothing moved, here or at the source. */
  readonly noChanges: boolean;
  /** Of the store, when it was decided which blocked records to decide again. */
  readonly storeRevision: number;
};

/** More accounts than one workspace may hold: refused before anything is written. */
export class TooManyAccountsError extends UserError {
  override readonly name = "TooManyAccountsError";

  constructor(limit: number) {
    const shown = limit.toLocaleString("en");
    super(
      "too-many-accounts",
      `The selection has more than ${shown} accounts, and Sluice syncs at most ${shown}.`,
      { fix: "Choose a view with fewer accounts." },
    );
  }
}

function draftRow(runId: number, draft: AccountDraft, fingerprint: string): string {
  return encodeCopyRow([
    runId,
    draft.id,
    draft.createdOn,
    draft.recordVersion,
    Buffer.from(fingerprint, "latin1").readBigInt64BE(0).toString(),
    draft.name,
    draft.nameKey,
    draft.description ?? null,
    JSON.stringify(draft.fields),
    encodeTextArray(draft.domains),
    draft.issues.length === 0 ? null : JSON.stringify(draft.issues),
  ]);
}

/** Rows are staged on one connection and moved versions on another, since a COPY has its connection to itself. */
class StagingWriter {
  readonly #runId: number;
  readonly #drafts: CopyWriter;
  readonly #versions: CopyWriter;

  constructor(runId: number, drafts: CopyWriter, versions: CopyWriter) {
    this.#runId = runId;
    this.#drafts = drafts;
    this.#versions = versions;
  }

  stage(draft: AccountDraft, fingerprint: string): Promise<void> | undefined {
    return this.#drafts.write(draftRow(this.#runId, draft, fingerprint));
  }

  stageVersion(id: string, version: number): Promise<void> | undefined {
    return this.#versions.write(encodeCopyRow([this.#runId, id, version]));
  }

  async end(): Promise<void> {
    await this.#drafts.end();
    await this.#versions.end();
  }

  async abort(): Promise<void> {
    await this.#drafts.abort();
    await this.#versions.abort();
  }
}

const DRAFT_COLUMNS =
  "run_id, record_id, created_on, record_version, fingerprint, name, name_key, description, fields, domains, issues";

/** What staging needs of its run. */
export type StagingRun = Pick<ActiveRun, "runId" | "organizationId" | "transaction">;

export type ReadOptions = {
  readonly run: StagingRun;
  readonly drafter: Drafter;
  readonly known: KnownRecords;
  readonly maxAccounts: number;
  readonly onPage: (rowsSoFar: number) => void;
};

/**
 * Reads every page to its end. @throws TooManyAccountsError, LeaseError, and whatever the source throws: then nothing counts as
 * read. Two transactions, since a COPY has its connection to itself.
 */
export async function readPages(
  pages: AsyncIterable<readonly RawRow[]>,
  options: ReadOptions,
): Promise<void> {
  const { run } = options;
  const { runId } = run;
  await run.transaction((first) =>
    run.transaction(async (second) => {
      const staging = new StagingWriter(
        runId,
        copyIn(first.client, `copy run_drafts_${runId} (${DRAFT_COLUMNS}) from stdin`),
        copyIn(second.client, `copy run_versions_${runId} (run_id, record_id, record_version) from stdin`),
      );
      try {
        await stagePages(pages, options, staging);
        await staging.end();
      } catch (error) {
        await staging.abort();
        throw error;
      }
    }),
  );
}

async function stagePages(
  pages: AsyncIterable<readonly RawRow[]>,
  { drafter, known, maxAccounts, onPage }: ReadOptions,
  staging: StagingWriter,
): Promise<void> {
  let rows = 0;
  for await (const page of pages) {
    rows += page.length;
    // Pages can repeat rows; only far beyond the limit is it sure without counting distinct ids.
    if (rows > maxAccounts * 2) throw new TooManyAccountsError(maxAccounts);
    for (const row of page) {
      const pendingWrite = stageRow(row, drafter, known, staging);
      if (pendingWrite) await pendingWrite;
    }
    onPage(rows);
  }
}

function stageRow(
  row: RawRow,
  drafter: Drafter,
  known: KnownRecords,
  staging: StagingWriter,
): Promise<void> | undefined {
  const id = drafter.recordId(row);
  const index = known.find(id);
  const fingerprint = drafter.fingerprint(row);
  if (index >= 0 && known.isUnchanged(index, fingerprint)) {
    known.markUnchanged(index);
    const version = drafter.version(row);
    return version === known.versionOf(index) ? undefined : staging.stageVersion(id, version);
  }
  if (index >= 0) known.markStaged(index);
  return staging.stage(drafter.draft(row), fingerprint);
}

/**
 * Settles what was read: joins, repeated pages and rows that changed between pages can bring a record twice; its
 * highest version stays (equal versions: the higher fingerprint, so that chance decides nothing).
 * @throws TooManyAccountsError
 */
export async function finishStaging(
  run: StagingRun,
  known: KnownRecords,
  maxAccounts: number,
): Promise<Omit<ReadResult, "storeUnchanged" | "noChanges" | "storeRevision">> {
  const { runId } = run;
  const drafts = sql.table(`run_drafts_${runId}`);
  return run.transaction(async ({ kysely: db }) => {
    const counted = await sql<{ rows: number; distinct: number }>`
      select count(*)::int as rows, count(distinct record_id)::int as distinct from ${drafts}`.execute(db);
    const { rows, distinct } = counted.rows[0]!;
    if (rows > distinct) {
      await sql`
        delete from ${drafts} where ctid in (
          select ctid from (
            select ctid, row_number() over (partition by record_id order by record_version desc, fingerprint desc, ctid) as n
            from ${drafts}) numbered
          where n > 1)`.execute(db);
    }
    const { synced, withoutDomain, skipped } = known.countUnchanged();
    if (synced + withoutDomain + skipped + distinct > maxAccounts)
      throw new TooManyAccountsError(maxAccounts);
    await sql`analyze ${drafts}`.execute(db);
    await sql`analyze ${sql.table(`run_versions_${runId}`)}`.execute(db);
    return { unchanged: synced + withoutDomain, skipped: skipped, staged: distinct };
  });
}
