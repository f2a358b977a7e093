// Compares the rows of a selection, in any order, to the known records, and stages drafts of those
// that differ, by COPY. Nothing is decided here, so an interrupted read does no harm.
import { sql } from "kysely";
import { copyIn, encodeCopyRow, encodeTextArray, type CopyWriter } from "../../db/copy.ts";
import { UserError } from "../../lib/user-error.ts";
import type { RawRow } from "../../dataverse/model.ts";
import type { AccountDraft, Drafter } from "../draft/draft.ts";
import type { KnownRecords } from "./known-records.ts";
import type { ActiveRun, RunContext } from "../record/run-context.ts";

export type ReadResult = {
  /** Distinct records that are synced and unchanged. */
  readonly unchanged: number;
  /** Distinct records that are unchanged and stay skipped. */
  readonly skipped: number;
  /** Distinct records that were staged. */
  readonly staged: number;
  /** Whether only runs have written to the store since the last one, under the same settings. */
  readonly storeUnchanged: boolean;
  /** Whether the store is unchanged, and so is the source. */
  readonly noChanges: boolean;
  /** The store's revision when the blocked records to decide again were selected. */
  readonly storeRevision: number;
};

/** The selection has more accounts than a workspace may; thrown before anything is written. */
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

/** Writes drafts and versions over two connections, since a COPY occupies its connection. */
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

/** The part of a run that staging needs. */
export type StagingRun = Pick<ActiveRun, "runId" | "organizationId" | "transaction"> & {
  readonly context: Pick<RunContext, "maxAccounts">;
};

export type ReadOptions = {
  readonly run: StagingRun;
  readonly drafter: Drafter;
  readonly known: KnownRecords;
  readonly onPage?: (rowsSoFar: number) => void;
};

/**
 * Stages all pages in two transactions, one for each COPY.
 * @throws TooManyAccountsError, LeaseError, and what the source throws; then nothing is staged
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
  { run, drafter, known, onPage }: ReadOptions,
  staging: StagingWriter,
): Promise<void> {
  const { maxAccounts } = run.context;
  let rows = 0;
  for await (const page of pages) {
    rows += page.length;
    // Pages may repeat rows, so only twice the limit is conclusive without counting distinct ids.
    if (rows > maxAccounts * 2) throw new TooManyAccountsError(maxAccounts);
    for (const row of page) {
      const pendingWrite = stageRow(row, drafter, known, staging);
      if (pendingWrite) await pendingWrite;
    }
    onPage?.(rows);
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
 * Removes duplicates and counts. Joins, repeated pages and changes between pages may return a
 * record twice: its highest version stays, and of equal versions the higher fingerprint, so that
 * the result does not depend on the order.
 * @throws TooManyAccountsError
 */
export async function finishStaging(
  run: StagingRun,
  known: KnownRecords,
): Promise<Omit<ReadResult, "storeUnchanged" | "noChanges" | "storeRevision">> {
  const { runId, context } = run;
  const { maxAccounts } = context;
  const drafts = sql.table(`run_drafts_${runId}`);
  return run.transaction(async ({ kysely: db }) => {
    const counted = await sql<{ rows: number; distinct: number }>`
      select count(*)::int as rows, count(distinct record_id)::int as distinct from ${drafts}`.execute(db);
    const { rows, distinct } = counted.rows[0]!;
    if (rows > distinct) {
      await sql`
        delete from ${drafts}
        where ctid in (
          select ctid from (
            select ctid, row_number() over (
              partition by record_id
              order by record_version desc, fingerprint desc, ctid) as n
            from ${drafts}) numbered
          where n > 1)`.execute(db);
    }
    const { synced, withoutDomain, skipped } = known.countUnchanged();
    if (synced + withoutDomain + skipped + distinct > maxAccounts)
      throw new TooManyAccountsError(maxAccounts);
    await sql`analyze ${drafts}`.execute(db);
    await sql`analyze ${sql.table(`run_versions_${runId}`)}`.execute(db);
    return { unchanged: synced + withoutDomain, skipped, staged: distinct };
  });
}
