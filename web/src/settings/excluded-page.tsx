// Lists the Dynamics 365 records that are excluded from the sync, and includes them again.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { accountRoutes } from "../../../src/api/contract/accounts.ts";
import { routeQuery, useRouteMutation } from "../client/queries.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { LoadingRows } from "../components/loading-rows.tsx";
import { Page } from "../components/page.tsx";
import { ErrorAlert } from "../components/error-alert.tsx";
import { Row, Rows } from "../components/rows.tsx";
import { formatCount } from "../format/numbers.ts";

export function ExcludedPage() {
  const excluded = useQuery(routeQuery(accountRoutes.listExcluded, {}));
  const include = useRouteMutation(accountRoutes.includeRecord, [accountRoutes.listExcluded]);
  const error = excluded.error ?? include.error;
  const records = excluded.data?.records ?? [];
  return (
    <Page
      readingWidth
      title="Excluded records"
      subtitle={
        excluded.data ? `${formatCount(records.length, "record")} of Dynamics 365 excluded from the sync` : ""
      }
    >
      {error && <ErrorAlert error={error} />}
      {excluded.isPending && <LoadingRows />}
      {excluded.data && records.length === 0 && (
        <EmptyState title="No excluded records">
          When you delete a synced account, you can exclude its record from the sync. It is then listed here.
        </EmptyState>
      )}
      {records.length > 0 && (
        <Rows label="Records excluded from the sync">
          {records.map(({ recordId, name }) => (
            <Row key={recordId} title={name ?? "A record without a name"} subtitle={recordId}>
              <Button
                variant="default"
                loading={include.isPending && include.variables.params.recordId === recordId}
                onClick={() => include.mutate({ params: { recordId } })}
              >
                Include again
              </Button>
            </Row>
          ))}
        </Rows>
      )}
    </Page>
  );
}
