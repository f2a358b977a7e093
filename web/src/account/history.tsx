// Lists the changes of an account, newest first: who made them, when, and values before → after.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import {
  accountRoutes,
  type CustomFieldView,
  type HistoryEntry,
} from "../../../src/api/contract/accounts.ts";
import { pagedQuery } from "../client/queries.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { AnchorLink } from "../components/links.tsx";
import { StatusTag } from "../components/status-tag.tsx";
import type { Tone } from "../components/tone.ts";
import { RelativeTime } from "../components/relative-time.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { useHasAccess } from "../session/session.ts";
import { useFormatField } from "../client/use-format-field.ts";
import styles from "./account.module.css";

const ACTION_TAGS: Record<HistoryEntry["action"], { tone: Tone; label: string }> = {
  create: { tone: "added", label: "Created" },
  link: { tone: "added", label: "Linked to Dynamics 365" },
  update: { tone: "changed", label: "Changed" },
  edit: { tone: "changed", label: "Changed" },
  resume: { tone: "added", label: "Resumed syncing" },
  stop: { tone: "skipped", label: "Stopped syncing" },
  merge: { tone: "skipped", label: "Merged" },
  unlink: { tone: "skipped", label: "Unlinked" },
  delete: { tone: "failed", label: "Deleted" },
};

/** Explains which rule decided, by the rule's name in the plan. */
const RULE_EXPLANATIONS: Record<string, string> = {
  create: "No account had one of its domains or its name.",
  domain: "This account had one of its domains.",
  name: "This account had the same name.",
  deleted: "Its record was deleted in Dynamics 365.",
  deactivated: "Its record was deactivated in Dynamics 365.",
  "left-view": "Its record is no longer in the view that is synced.",
  merged: "Its record was merged into another one in Dynamics 365.",
};

/** What became of the record that the account was linked to before. */
const TAKE_OVER_EXPLANATIONS: Record<NonNullable<HistoryEntry["previousReason"]>, string> = {
  deleted: " The record it had before was deleted.",
  deactivated: " The record it had before was deactivated.",
  "left-view": " The record it had before left the view.",
  merged: "",
};

function explanation({ action, rule, previousReason, mergedInto }: HistoryEntry): ReactNode {
  if (mergedInto !== null) {
    const { id, name } = mergedInto;
    return (
      <>
        Its record was merged in Dynamics 365 into that of{" "}
        {name === null ? (
          "an account that has been deleted since"
        ) : (
          <AnchorLink to="/contacts/accounts/$id" params={{ id: String(id) }}>
            {name}
          </AnchorLink>
        )}
        .
      </>
    );
  }
  if (action === "merge")
    return "Its record was merged into another one in Dynamics 365, which is not synced; the account is linked to that one now.";
  if (action === "unlink") return "It keeps its values, and another record may be linked to it.";
  if (rule === null) return undefined;
  const text = RULE_EXPLANATIONS[rule];
  return previousReason === null ? text : `${text ?? ""}${TAKE_OVER_EXPLANATIONS[previousReason]}`;
}

function Actor({ by }: Pick<HistoryEntry, "by">) {
  const canOpen = useHasAccess("workspace-admin");
  if (by.kind === "teammate") return by.name;
  if (by.kind === "api") return "the API";
  if (by.kind === "command-line") return "the command line";
  const label = `run ${by.run}`;
  if (!canOpen) return label;
  return (
    <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: by.run }}>
      {label}
    </AnchorLink>
  );
}

const TEXT = { type: "text" } as const;

type ValueProps = { field: string; value: unknown; fields: readonly CustomFieldView[] };

/** The history names teammates already, and names fields as they are called today. */
function Value({ field, value, fields }: ValueProps) {
  const formatField = useFormatField();
  const known = fields.find(({ name }) => name === field);
  const format = known === undefined || known.type === "teammate" ? TEXT : known;
  const parts = (Array.isArray(value) ? value : [value]).map((part: unknown) =>
    typeof part === "string" || typeof part === "number" || typeof part === "boolean"
      ? formatField(format, part)
      : "",
  );
  return parts.join(", ") || "(empty)";
}

type EntryProps = { entry: HistoryEntry; fields: readonly CustomFieldView[] };

function Entry({ entry, fields }: EntryProps) {
  const { tone, label } = ACTION_TAGS[entry.action];
  const why = explanation(entry);
  return (
    <li className={styles.entry}>
      <div className={styles.entryHeader}>
        <StatusTag tone={tone}>{label}</StatusTag>
        <span className={styles.actor}>
          by <Actor by={entry.by} /> · <RelativeTime at={entry.at} />
        </span>
      </div>
      {why !== undefined && <p className={styles.rule}>{why}</p>}
      {entry.changes.length > 0 && (
        <dl className={styles.changes}>
          {entry.changes.map(({ field, before, after }) => (
            <div key={field}>
              <dt>{field}</dt>
              <dd>
                {entry.action !== "create" && (
                  <>
                    <span className={styles.before}>
                      <Value field={field} value={before} fields={fields} />
                    </span>
                    {" → "}
                  </>
                )}
                <Value field={field} value={after} fields={fields} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

export function History({ id, fields }: { id: number; fields: readonly CustomFieldView[] }) {
  const history = useInfiniteQuery(pagedQuery(accountRoutes.getHistory, { params: { id } }));
  const entries = history.data?.pages.flatMap((page) => page.entries) ?? [];
  if (history.error) return <ErrorAlert error={history.error} />;
  if (history.isPending) return <Skeleton height={160} aria-label="Loading the history" />;
  if (entries.length === 0)
    return (
      <EmptyState title="No changes yet">
        Every change is listed here: the values before and after, and the user or sync run that made it.
      </EmptyState>
    );
  return (
    <>
      <ol className={styles.history}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} fields={fields} />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button
          variant="default"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          Show earlier changes
        </Button>
      )}
    </>
  );
}
