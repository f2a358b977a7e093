// Rule 17: doing what an issue says makes it go away, and syncs the account as the advice promises.
import { expect, test } from "vitest";
import {
  issueKindInfo,
  issueKindNames,
  issueKinds,
  type IssueKind,
} from "../../../src/sync/rules/issue-kinds.ts";
import { workspace } from "../../harness/workspace.ts";
import * as conflicts from "./conflicts.ts";
import * as selection from "./selection.ts";
import {
  deleteHere,
  INACTIVE,
  inView,
  leaveView,
  returnToView,
  type Advice,
  type Mode,
  type Story,
} from "./story.ts";
import * as values from "./values.ts";

const advice: Readonly<Record<IssueKind, Advice>> = {
  "view-not-found": selection.viewNotFound,
  "view-broken": selection.viewBroken,
  "field-not-found": selection.fieldNotFound,
  "field-not-readable": selection.fieldNotReadable,
  "linked-to-other-source": conflicts.linkedToOtherSource,
  "domain-linked-elsewhere": conflicts.domainLinkedElsewhere,
  "name-in-use": conflicts.nameInUse,
  "name-empty": conflicts.nameEmpty,
  "changed-since-plan": conflicts.changedSincePlan,
  excluded: conflicts.excluded,
  "domain-taken": conflicts.domainTaken,
  "domain-invalid": values.domainInvalid,
  "domain-common": values.domainCommon,
  "domain-own": values.domainOwn,
  "teammate-not-found": values.teammateNotFound,
  "teammate-shared": values.teammateShared,
  "teammate-ambiguous": values.teammateAmbiguous,
  "value-invalid": values.valueInvalid,
  "number-rounded": values.numberRounded,
};

const ALL_MODES: readonly Mode[] = ["sync", "changes", "retry"];

const cases = issueKindNames.flatMap((kind) =>
  advice[kind].remedies.flatMap((remedy) =>
    (remedy.modes ?? ALL_MODES).map((mode) => {
      const words = [remedy.advice, remedy.how].filter((one) => one !== undefined).join(", ");
      return { title: `${kind}: ${words} (${mode})`, kind, remedy, mode };
    }),
  ),
);

async function isOpen({ space, settings, record }: Story, kind: IssueKind): Promise<boolean> {
  if (issueKindInfo(kind).effect === "stops-run")
    return space.plan(settings).then(
      () => false,
      (error: unknown) => error instanceof Error && "code" in error && error.code === kind,
    );
  const { rowCount } = await space.database.pool.query(
    "select from sync_issues where closed_run is null and kind = $1 and record_id is not distinct from $2",
    [kind, record ?? null],
  );
  return rowCount === 1;
}

function run({ space, settings }: Story, kind: IssueKind, mode: Mode) {
  if (mode === "retry") return space.retry({ kind }, settings);
  return mode === "sync" ? space.sync(settings) : space.syncChanges(settings);
}

test.for(cases)("$title", async ({ kind, remedy, mode }) => {
  const space = await workspace();
  const story = await advice[kind].arrange(space, remedy.inView ? inView(space) : {});
  expect(await isOpen(story, kind)).toBe(true);

  const changed = await remedy.act(story);
  const settings = { ...story.settings, ...changed };
  const { status } = await run({ ...story, settings }, kind, mode);

  expect(status).toBe("done");
  expect(await isOpen({ ...story, settings }, kind)).toBe(false);
  const record = story.record ?? story.other;
  const accounts = (await space.accounts()).filter(({ externalId }) => externalId === record);
  expect(accounts).toMatchObject(remedy.account === null ? [] : [remedy.account]);
});

test.for(issueKindNames)("what is done about %s is what its advice says", (kind) => {
  const { howToResolve } = issueKinds[kind];
  const said = advice[kind].remedies.flatMap((remedy) => remedy.advice ?? []);
  expect(said.length).toBeGreaterThan(0);
  for (const words of said) expect(howToResolve.toLowerCase()).toContain(words.toLowerCase());
});

/** Kinds of issues of one account; the others concern users, fields or the selection. */
const ofAccounts = issueKindNames
  .filter((kind) => !issueKindInfo(kind).effect.startsWith("stops-") && !kind.startsWith("teammate-"))
  .concat("teammate-not-found");

test.for(ofAccounts)(
  "%s closes when the record is not selected any more, and opens again with it",
  async (kind) => {
    const space = await workspace();
    const story = await advice[kind].arrange(space, inView(space));
    const { settings } = story;
    const record = story.record!;
    const states: boolean[] = [];
    const note = async () => void states.push(await isOpen(story, kind));

    space.org.updateAccount(record, INACTIVE);
    await space.syncChanges(settings);
    await note();
    space.org.updateAccount(record, { statecode: 0, statuscode: 1 });
    await space.sync(settings);
    await note();
    space.org.updateAccount(record, leaveView);
    await space.sync(settings);
    await note();
    space.org.updateAccount(record, returnToView);
    await space.syncChanges(settings);
    await note();
    space.org.deleteAccount(record);
    await space.syncChanges(settings);
    await note();

    // What was not applied once is applied by the next run.
    const again = kind !== "changed-since-plan";
    expect(states).toEqual([false, again, false, again, false]);
  },
);

const ofSyncedAccounts = ofAccounts.filter((kind) => issueKindInfo(kind).effect !== "skips-account");

test.for(ofSyncedAccounts)("%s closes when the account is deleted here and kept out", async (kind) => {
  const space = await workspace();
  const story = await advice[kind].arrange(space, {});
  const { rows } = await space.database.pool.query<{ name: string }>(
    "select a.name from accounts a join account_links l on l.account_id = a.id where l.record_id = $1",
    [story.record],
  );

  await deleteHere(space, rows[0]!.name, true);
  await space.syncChanges(story.settings);

  expect(await isOpen(story, kind)).toBe(false);
  expect(await isOpen(story, "excluded")).toBe(true);
});
