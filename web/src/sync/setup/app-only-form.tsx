// Connects with an app registration's client secret. The secret is sent once and never read back.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import styles from "./setup.module.css";

const EMPTY_VALUES = { tenant: "", clientId: "", clientSecret: "", expires: "" };

export function AppOnlyForm({ address, onConnected }: { address: string; onConnected: () => void }) {
  const [values, setValues] = useState(EMPTY_VALUES);
  const connect = useRouteMutation(connectionRoutes.connectAppOnly, [
    connectionRoutes.getConnection,
    connectionRoutes.getSyncState,
  ]);
  const errorOf = (field: string) => (connect.error?.field === field ? connect.error.message : undefined);
  const isFormError =
    connect.error && !["tenant", "clientId", "clientSecret"].includes(connect.error.field ?? "");
  const input = (name: keyof typeof EMPTY_VALUES) => ({
    className: styles.wide ?? "",
    value: values[name],
    error: errorOf(name),
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const submit = () => {
    const { tenant, clientId, clientSecret, expires } = values;
    const body = {
      address,
      clientId,
      clientSecret,
      ...(tenant.trim() !== "" && { tenant }),
      ...(expires !== "" && { secretExpiresAt: `${expires}T00:00:00Z` }),
    };
    // `mutateAsync`, since the form is unmounted by then and callbacks of `mutate` would not run.
    // The form shows the error.
    void connect.mutateAsync({ body }).then(onConnected, () => {});
  };
  return (
    <form
      className={`${styles.stack} ${styles.wide}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className={styles.intro}>
        For an application user in Dynamics 365. It sees system views, and personal views only if they are
        shared with it.
      </p>
      <TextInput label="Application (client) ID" required autoComplete="off" {...input("clientId")} />
      <PasswordInput label="Client secret" required autoComplete="off" {...input("clientSecret")} />
      <TextInput
        label="Directory (tenant) ID"
        description="Detected if left empty"
        autoComplete="off"
        {...input("tenant")}
      />
      <TextInput
        type="date"
        label="The secret expires on"
        description="The sync overview warns 30 days before"
        {...input("expires")}
      />
      {isFormError && connect.error && <ErrorAlert error={connect.error} />}
      <Button type="submit" variant="default" loading={connect.isPending}>
        Connect with client secret
      </Button>
    </form>
  );
}
