// What changed an account: by which run or person, when, before → after. Newest first.
import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import {
  accountRoutes,
  type CustomFieldView,
  type HistoryEntry,
} from "../../../src/api/contract/accounts.ts";
import { pagesOf } from "../client/queries.ts";
import { Empty } from "../components/empty-state.tsx";
import { AnchorLink } from "../components/links.tsx";
import { Meant, type Meaning } from "../components/status-tag.tsx";
import { Moment } from "../components/relative-time.tsx";
import { Problem } from "../components/error-alert.tsx";
import { useMay } from "../session/session.ts";
import { fieldInWords } from "../format/fields.ts";
import styles from "./account.module.css";

const ACTIONS: Record<string, { meaning: Meaning; words: string }> = {
  create: { meaning: "added", words: "Created" },
  link: { meaning: "added", words: "Linked to Dynamics 365" },
  update: { meaning: "changed", words: "Changed" },
  edit: { meaning: "changed", words: "Changed" },
  return: { meaning: "added", words: "Syncs again" },
  leave: { meaning: "skipped", words: "No longer synced" },
  unlink: { meaning: "skipped", words: "Unlinked" },
  delete: { meaning: "failed", words: "Deleted" },
};

/** What decided, by the word the plan keeps. */
const RULES: Record<string, string> = {
  create: "No account had one of its domains or its name.",
  domain: "This account had one of its domains.",
  name: "This account had the same name.",
  deleted: "Its record was deleted in Dynamics 365.",
  deactivated: "Its record was deactivated in Dynamics 365.",
  "left-view": "Its record is no longer in the view that is synced.",
};

function By({ by }: Pick<HistoryEntry, "by">) {
  const mayOpen = useMay("workspace-admin");
  if (by.kind === "teammate") return by.name;
  if (by.kind === "api") return "the API";
  const words = `run ${by.run}`;
  if (!mayOpen) return words;
  return (
    <AnchorLink to="/contacts/accounts/sync" search={{ tab: "runs", run: by.run }}>
      {words}
    </AnchorLink>
  );
}

type ValueProperties = { field: string; value: unknown; fields: readonly CustomFieldView[] };

/** History tells teammates by name already, and fields as they are called now. */
function Value({ field, value, fields }: ValueProperties) {
  const type = fields.find(({ name }) => name === field)?.type ?? "text";
  const parts = (Array.isArray(value) ? value : [value]).map((part: unknown) =>
    typeof part === "string" || typeof part === "number" || typeof part === "boolean"
      ? fieldInWords(type === "teammate" ? "text" : type, part, () => undefined)
      : "",
  );
  return parts.join(", ") || "nothing";
}

type EntryProperties = { entry: HistoryEntry; fields: readonly CustomFieldView[] };

function Entry({ entry, fields }: EntryProperties) {
  const { meaning, words } = ACTIONS[entry.action] ?? { meaning: "changed", words: entry.action };
  const rule = entry.rule === null ? undefined : RULES[entry.rule];
  return (
    <li className={styles.entry}>
      <div className={styles.entryHead}>
        <Meant of={meaning}>{words}</Meant>
        <span className={styles.by}>
          by <By by={entry.by} /> · <Moment at={entry.at} />
        </span>
      </div>
      {rule !== undefined && <p className={styles.rule}>{rule}</p>}
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
  const history = useInfiniteQuery(pagesOf(accountRoutes.getHistory, { params: { id } }));
  const entries = history.data?.pages.flatMap((page) => page.entries) ?? [];
  if (history.error) return <Problem error={history.error} />;
  if (history.isPending) return <Skeleton height={160} aria-label="Loading the history" />;
  if (entries.length === 0)
    return (
      <Empty title="Nothing has changed yet">
        Every change is listed here with its value before and after, and with who or which run of the sync
        made it.
      </Empty>
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
