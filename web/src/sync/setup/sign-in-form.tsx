// Connects by address: recognises the pasted URL, and offers both ways to sign in.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { callRoute } from "../../client/call-route.ts";
import { routeKey, useRouteMutation } from "../../client/queries.ts";
import { ErrorAlert } from "../../components/error-alert.tsx";
import { AppOnlyForm } from "./app-only-form.tsx";
import styles from "./setup.module.css";

/** Waits for a pause in typing, since a half-typed address is no error. */
const DEBOUNCE_MS = 500;

function useEnvironmentLookup(address: string) {
  const [debounced] = useDebouncedValue(address.trim(), DEBOUNCE_MS);
  const isReady = debounced === address.trim() && debounced.length > 3;
  const query = useQuery({
    queryKey: [routeKey(connectionRoutes.checkAddress), debounced],
    queryFn: ({ signal }) =>
      callRoute(connectionRoutes.checkAddress, { body: { address: debounced } }, signal),
    enabled: isReady,
    staleTime: 60_000,
  });
  return isReady ? query : { data: undefined, error: null, isFetching: debounced !== address.trim() };
}

type Props = {
  connection: ConnectionView;
  /** Called after an accepted client secret. Users who log in come back by a redirect instead. */
  onConnected: () => void;
};

export function SignInForm({ connection, onConnected }: Props) {
  const [address, setAddress] = useState(connection.environment?.origin ?? "");
  const { data: environment, error, isFetching } = useEnvironmentLookup(address);
  const signIn = useRouteMutation(connectionRoutes.startSignIn);
  const { logIn } = connection;
  const startSignIn = () =>
    signIn.mutate({ body: { address } }, { onSuccess: ({ url }) => window.location.assign(url) });
  // An error of the look-up concerns the address; one of the sign-in may concern anything.
  const addressError = error ?? (signIn.error?.field === "address" ? signIn.error : null);
  const formError = addressError === null ? signIn.error : null;
  return (
    <div className={`${styles.stack} ${styles.wide}`}>
      <form
        className={`${styles.stack} ${styles.wide}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (logIn.available) startSignIn();
        }}
      >
        <TextInput
          className={styles.wide}
          label="Your Dynamics 365 URL"
          description={
            "Paste the URL of your browser when you are logged in to Dynamics 365. Only Dynamics 365 in the cloud is supported."
          }
          placeholder="https://contoso.crm4.dynamics.com/main.aspx?…"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={address}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
            signIn.reset();
          }}
          error={addressError?.message}
          required
        />
        <p className={styles.resolvedAddress} role="status">
          {environment && (
            <>
              <strong>{environment.host}</strong> · {environment.region} · sign-in at{" "}
              {hostOf(environment.authority)}
            </>
          )}
          {!environment && isFetching && address.trim().length > 3 && "Checking the address…"}
        </p>
        {formError && <ErrorAlert error={formError} />}
        {logIn.available ? (
          <Button type="submit" loading={signIn.isPending || signIn.isSuccess}>
            Log in to Dynamics 365
          </Button>
        ) : (
          <p className={styles.intro}>
            To log in as a user, an application must be registered in Microsoft Entra ID. The operator of this
            installation configures it with <code>SLUICE_DYNAMICS_CLIENT_ID</code> and{" "}
            <code>SLUICE_DYNAMICS_CLIENT_SECRET</code>, and the redirect URI <code>{logIn.redirectUri}</code>.
          </p>
        )}
      </form>
      <details className={`${styles.disclosure} ${styles.wide}`} open={!logIn.available}>
        <summary>Connect with a client secret instead</summary>
        <AppOnlyForm address={address} onConnected={onConnected} />
      </details>
    </div>
  );
}

function hostOf(authority: string): string {
  return URL.canParse(authority) ? new URL(authority).host : authority;
}
