// The sync modal: sets up the sync with Dynamics 365 in five steps. The URL and the server hold the
// position, so that closing the modal loses nothing.
import { Modal, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ConnectionView } from "../../../src/api/contract/connection.ts";
import { ErrorAlert } from "../components/error-alert.tsx";
import { useRun } from "./run/use-run.ts";
import { AccountsStep } from "./setup/accounts-step.tsx";
import { useDraftSettings } from "./setup/draft-settings.ts";
import { ConnectStep } from "./setup/connect-step.tsx";
import { FieldsStep } from "./setup/fields-step.tsx";
import {
  wizardPosition,
  reachableSteps,
  DEFAULT_SETTINGS,
  type WizardPosition,
  type Step,
} from "./setup/wizard-position.ts";
import { PreviewStep } from "./setup/preview-step.tsx";
import { SyncStep } from "./setup/sync-step.tsx";
import styles from "./setup/setup.module.css";
import { StepNav } from "./setup/step-nav.tsx";
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
      classNames={{ body: styles.body ?? "" }}
      onClose={close}
    >
      {connection ? (
        <SyncWizard connection={connection} />
      ) : (
        <div className={styles.scroll}>
          {error ? <ErrorAlert error={error} /> : <Skeleton height={300} />}
        </div>
      )}
    </Modal>
  );
}

function SyncWizard({ connection }: { connection: ConnectionView }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [needsView, setNeedsView] = useState(false);
  const { draft, saveDraft, discardDraft } = useDraftSettings(connection);
  const position = wizardPosition(search, connection, draft);
  const { run, error } = useRun(position === "page" ? undefined : position.run);
  const isStepInUrl = search.step !== undefined;
  useEffect(() => {
    // Fixes the step in the URL, so that it does not change when the server's state does.
    if (isStepInUrl || position === "page" || connection.environment?.fromFile === true) return;
    void navigate({ search: (before) => ({ ...before, ...position }), replace: true });
  });
  if (position === "page" || connection.environment?.fromFile === true)
    return <Navigate to="/contacts/accounts/sync" replace />;

  const fallback = run?.settings ?? connection.settings;
  const settings = draft?.settings ?? fallback ?? DEFAULT_SETTINGS;
  const goTo = ({ step, run: id }: WizardPosition) => {
    if (step === "accounts" || step === "fields") saveDraft({ settings, step }, fallback);
    void navigate({ search: (before) => ({ ...before, step, run: id, problem: undefined, ...NO_FILTER }) });
  };
  const change = (changed: Partial<typeof settings>, step: Step) =>
    saveDraft({ settings: { ...settings, ...changed }, step }, fallback);
  const current = currentPosition(position, run);

  const content = () => {
    switch (current.step) {
      case "connect":
        return (
          <ConnectStep
            connection={connection}
            signInFailed={search.problem !== undefined}
            onNext={() => goTo({ step: "accounts" })}
          />
        );
      case "accounts":
        return (
          <AccountsStep
            selection={settings.selection}
            notice={connection.notice?.code === "other-organisation" ? connection.notice.sentence : null}
            needsView={needsView}
            onNeedsView={setNeedsView}
            onChange={(selection) => change({ selection }, "accounts")}
            onBack={() => goTo({ step: "connect" })}
            onNext={() => goTo({ step: "fields" })}
          />
        );
      case "fields":
        return (
          <FieldsStep
            settings={settings}
            onChange={(changed) => change(changed, "fields")}
            onBack={() => goTo({ step: "accounts" })}
            onPreview={(id) => goTo({ step: "preview", run: id })}
          />
        );
      case "preview":
      case "sync":
        if (!run)
          return (
            <div className={styles.scroll}>
              {error ? <ErrorAlert error={error} /> : <Skeleton height={300} />}
            </div>
          );
        if (current.step === "sync") return <SyncStep run={run} />;
        return (
          <PreviewStep
            key={run.id}
            run={run}
            settings={run.settings ?? settings}
            paused={connection.paused}
            onBack={() => goTo({ step: "fields", run: run.id })}
            onPreview={(id, planned) => {
              saveDraft({ settings: planned, step: "fields" }, fallback);
              goTo({ step: "preview", run: id });
            }}
            onApplied={discardDraft}
            filter={{ action: search.action, q: search.find }}
            onFilter={({ action, q }) =>
              void navigate({ search: (before) => ({ ...before, action, find: q }), replace: true })
            }
          />
        );
    }
  };
  return (
    <div className={styles.wizard}>
      <StepNav
        current={current.step}
        reachable={reachableSteps(connection, current, needsView)}
        onSelect={(step) => goTo({ step, run: current.run })}
      />
      {content()}
    </div>
  );
}

/** The run's status decides between preview and sync. */
function currentPosition(position: WizardPosition, run: ReturnType<typeof useRun>["run"]): WizardPosition {
  if (!run || (position.step !== "preview" && position.step !== "sync")) return position;
  const isWritten = run.status === "applying" || run.status === "done";
  return { ...position, step: isWritten ? "sync" : "preview" };
}
