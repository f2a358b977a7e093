// Where Dynamics 365 is and how one gets in: the address as it was pasted, what it leads to, and the two ways to sign in.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { connectionRoutes, type ConnectionView } from "../../../../src/api/contract/connection.ts";
import { call } from "../../client/call-route.ts";
import { keyOf, useCall } from "../../client/queries.ts";
import { Problem } from "../../components/error-alert.tsx";
import { AppOnlyForm } from "./app-only-form.tsx";
import styles from "./setup.module.css";

/** After the last key: what is half typed is no mistake yet. */
const SETTLED_MS = 500;

function useAddress(address: string) {
  const [settled] = useDebouncedValue(address.trim(), SETTLED_MS);
  const asked = settled === address.trim() && settled.length > 3;
  const query = useQuery({
    queryKey: [keyOf(connectionRoutes.lookAtAddress), settled],
    queryFn: ({ signal }) => call(connectionRoutes.lookAtAddress, { body: { address: settled } }, signal),
    enabled: asked,
    staleTime: 60_000,
  });
  return asked ? query : { data: undefined, error: null, isFetching: settled !== address.trim() };
}

type Properties = {
  connection: ConnectionView;
  /** After an application's secret was accepted; who logs in as a person comes back by another address. */
  onConnected: () => void;
};

export function SignInForm({ connection, onConnected }: Properties) {
  const [address, setAddress] = useState(connection.environment?.origin ?? "");
  const { data: place, error, isFetching } = useAddress(address);
  const signIn = useCall(connectionRoutes.startSignIn);
  const { logIn } = connection;
  const go = () =>
    signIn.mutate({ body: { address } }, { onSuccess: ({ url }) => window.location.assign(url) });
  // Of both, the address is to blame for the first; of the second, anything may be.
  const wrong = error ?? (signIn.error?.field === "address" ? signIn.error : null);
  const refused = wrong === null ? signIn.error : null;
  return (
    <div className={`${styles.stack} ${styles.wide}`}>
      <form
        className={`${styles.stack} ${styles.wide}`}
        onSubmit={(event) => {
          event.preventDefault();
          if (logIn.available) go();
        }}
      >
        <TextInput
          className={styles.wide}
          label="Your Dynamics 365 URL"
          description="Paste the address you see when you are in Dynamics 365. Only Dynamics 365 in the cloud can be synced."
          placeholder="https://contoso.crm4.dynamics.com/main.aspx?…"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={address}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
            signIn.reset();
          }}
          error={wrong?.message}
          required
        />
        <p className={styles.leadsTo} role="status">
          {place && (
            <>
              <strong>{place.host}</strong> · {place.region} · sign-in at {hostOf(place.authority)}
            </>
          )}
          {!place && isFetching && address.trim().length > 3 && "Looking at the address…"}
        </p>
        {refused && <Problem error={refused} />}
        {logIn.available ? (
          <Button type="submit" loading={signIn.isPending || signIn.isSuccess}>
            Log in to Dynamics 365
          </Button>
        ) : (
          <p className={styles.intro}>
            Logging in as a person needs an application that is registered in Microsoft Entra ID. The operator
            of this installation sets it up with <code>SLUICE_DYNAMICS_CLIENT_ID</code> and{" "}
            <code>SLUICE_DYNAMICS_CLIENT_SECRET</code>, and the redirect address{" "}
            <code>{logIn.redirectUri}</code>.
          </p>
        )}
      </form>
      <details className={`${styles.disclosure} ${styles.wide}`} open={!logIn.available}>
        <summary>Connect with an application’s secret instead</summary>
        <AppOnlyForm address={address} onConnected={onConnected} />
      </details>
    </div>
  );
}

function hostOf(authority: string): string {
  return URL.canParse(authority) ? new URL(authority).host : authority;
}
