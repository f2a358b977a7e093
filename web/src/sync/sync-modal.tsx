// Setting up the sync with Dynamics 365, over the accounts: connect, choose accounts, map fields, look at the plan, sync.
// The address and the server know where one is, so that closing it loses nothing.
import { Modal, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ConnectionView } from "../../../src/api/contract/connection.ts";
import { Problem } from "../components/error-alert.tsx";
import { useRun } from "./run/use-run.ts";
import { AccountsStep } from "./setup/accounts-step.tsx";
import { useBegun } from "./setup/draft-settings.ts";
import { ConnectStep } from "./setup/connect-step.tsx";
import { FieldsStep } from "./setup/fields-step.tsx";
import { placeOf, reachable, UNDECIDED, type Place, type Step } from "./setup/wizard-position.ts";
import { PreviewStep, SyncStep } from "./setup/preview-step.tsx";
import styles from "./setup/setup.module.css";
import { StepList } from "./setup/step-nav.tsx";
import { useConnection } from "./use-connection.ts";

const route = getRouteApi("/shell/contacts/accounts");

const NO_FILTER = { action: undefined, find: undefined };

export function SyncModal() {
  const navigate = route.useNavigate();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const { connection, error } = useConnection();
  const close = () =>
    void navigate({
      search: (search) => ({
        ...search,
        import: undefined,
        step: undefined,
        run: undefined,
        problem: undefined,
        ...NO_FILTER,
      }),
    });
  return (
    <Modal
      opened
      size={1080}
      yOffset="6dvh"
      fullScreen={narrow}
      title="Import from Dynamics 365"
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ body: styles.body ?? "" }}
      onClose={close}
    >
      {connection ? (
        <Setup connection={connection} />
      ) : (
        <div className={styles.scroll}>{error ? <Problem error={error} /> : <Skeleton height={300} />}</div>
      )}
    </Modal>
  );
}

function Setup({ connection }: { connection: ConnectionView }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [undecided, setUndecided] = useState(false);
  const { begun, keep, forget } = useBegun(connection);
  const place = placeOf(search, connection, begun);
  const { run, error } = useRun(place === "page" ? undefined : place.run);
  const isPinned = search.step !== undefined;
  useEffect(() => {
    // From here on the address says where one is, whatever the server comes to know meanwhile.
    if (isPinned || place === "page" || connection.environment?.fromFile === true) return;
    void navigate({ search: (before) => ({ ...before, ...place }), replace: true });
  });
  if (place === "page" || connection.environment?.fromFile === true)
    return <Navigate to="/contacts/accounts/sync" replace />;

  const otherwise = run?.settings ?? connection.settings;
  const settings = begun?.settings ?? otherwise ?? UNDECIDED;
  const go = ({ step, run: id }: Place) => {
    if (step === "accounts" || step === "fields") keep({ settings, step }, otherwise);
    void navigate({ search: (before) => ({ ...before, step, run: id, problem: undefined, ...NO_FILTER }) });
  };
  const change = (changed: Partial<typeof settings>, step: Step) =>
    keep({ settings: { ...settings, ...changed }, step }, otherwise);
  const shown = shownAt(place, run);

  const content = () => {
    switch (shown.step) {
      case "connect":
        return (
          <ConnectStep
            connection={connection}
            returned={search.problem !== undefined}
            onNext={() => go({ step: "accounts" })}
          />
        );
      case "accounts":
        return (
          <AccountsStep
            selection={settings.selection}
            notice={connection.notice?.code === "other-organisation" ? connection.notice.sentence : null}
            undecided={undecided}
            onUndecided={setUndecided}
            onChange={(selection) => change({ selection }, "accounts")}
            onBack={() => go({ step: "connect" })}
            onNext={() => go({ step: "fields" })}
          />
        );
      case "fields":
        return (
          <FieldsStep
            settings={settings}
            onChange={(changed) => change(changed, "fields")}
            onBack={() => go({ step: "accounts" })}
            onPlanning={(id) => go({ step: "preview", run: id })}
          />
        );
      case "preview":
      case "sync":
        if (!run)
          return (
            <div className={styles.scroll}>
              {error ? <Problem error={error} /> : <Skeleton height={300} />}
            </div>
          );
        if (shown.step === "sync") return <SyncStep run={run} />;
        return (
          <PreviewStep
            key={run.id}
            run={run}
            settings={run.settings ?? settings}
            paused={connection.paused}
            onBack={() => go({ step: "fields", run: run.id })}
            onPlanning={(id, planned) => {
              keep({ settings: planned, step: "fields" }, otherwise);
              go({ step: "preview", run: id });
            }}
            onApplied={forget}
            filter={{ action: search.action, q: search.find }}
            onFilter={({ action, q }) =>
              void navigate({ search: (before) => ({ ...before, action, find: q }), replace: true })
            }
          />
        );
    }
  };
  return (
    <div className={styles.frame}>
      <StepList
        at={shown.step}
        open={reachable(connection, shown, undecided)}
        onGo={(step) => go({ step, run: shown.run })}
      />
      {content()}
    </div>
  );
}

/** Whether a plan is looked at or written, the run knows. */
function shownAt(place: Place, run: ReturnType<typeof useRun>["run"]): Place {
  if (!run || (place.step !== "preview" && place.step !== "sync")) return place;
  const isWritten = run.status === "applying" || run.status === "done";
  return { ...place, step: isWritten ? "sync" : "preview" };
}
