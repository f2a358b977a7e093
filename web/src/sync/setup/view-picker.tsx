// Lists the views to choose from: own, shared, and system views; unusable ones with the reason.
import { Radio, Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import { connectionRoutes, type view as viewSchema } from "../../../../src/api/contract/connection.ts";
import { ApiError } from "../../client/call-route.ts";
import { routeQuery } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { SampleTable } from "./sample-table.tsx";
import styles from "./setup.module.css";

type View = z.infer<typeof viewSchema>;

const OWNER_HEADINGS = [
  { owner: "yours", heading: "My views" },
  { owner: "shared", heading: "Shared with me" },
  { owner: "system", heading: "System views" },
] as const;

function matches({ name, description }: View, query: string): boolean {
  return `${name} ${description}`.toLowerCase().includes(query.trim().toLowerCase());
}

type Props = { chosen: string | null; onChoose: (view: string) => void };

export function ViewPicker({ chosen, onChoose }: Props) {
  const { data, error } = useQuery({ ...routeQuery(connectionRoutes.listViews, {}), staleTime: 60_000 });
  const [query, setQuery] = useState("");
  if (error) return <ErrorAlert error={error} />;
  if (!data) return <Skeleton height={200} />;
  const found = data.views.filter((view) => matches(view, query));
  const isMissing = chosen !== null && !data.views.some(({ id }) => id === chosen);
  return (
    <div className={styles.wide}>
      {isMissing && (
        <ErrorAlert
          error={
            new ApiError(
              400,
              "view-not-found",
              "The selected view was not found: it was deleted in Dynamics 365, or is no longer shared " +
                "with the signed-in user. Select another one.",
            )
          }
        />
      )}
      <TextInput
        aria-label="Search views"
        placeholder="Search views"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        mb={8}
        mt={isMissing ? 12 : 0}
      />
      <Radio.Group aria-label="View" value={chosen} onChange={onChoose}>
        <div className={styles.views}>
          {OWNER_HEADINGS.map(({ owner, heading }) => {
            const views = found.filter((view) => view.owner === owner);
            if (views.length === 0) return null;
            return (
              <section key={owner} aria-label={heading}>
                <h4>{heading}</h4>
                {views.map((view) => (
                  <Radio
                    key={view.id}
                    className={styles.view}
                    value={view.id}
                    label={view.name}
                    description={view.refused ?? view.description}
                    disabled={view.refused !== null}
                  />
                ))}
              </section>
            );
          })}
          {found.length === 0 && (
            <p role="status">
              {query === "" ? "The signed-in user has no views of accounts." : `No view matches “${query}”.`}
            </p>
          )}
        </div>
      </Radio.Group>
      {chosen !== null && !isMissing && <SampleTable selection={{ kind: "view", view: chosen }} />}
    </div>
  );
}
