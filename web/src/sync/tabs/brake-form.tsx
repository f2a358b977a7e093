// Limits of how much a run may change before its plan needs approval.
import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { connectionRoutes, type Brake } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import styles from "./tabs.module.css";
import { SettingsForm } from "./settings-form.tsx";

const INVALIDATED_ROUTES = [connectionRoutes.getConnection];

/** The defaults of docs/rules.md. The server has its own for connections without limits. */
const DEFAULTS: Brake = { sharePercent: 20, accounts: 500, shareOfFewPercent: 50, shrunkToPercent: 50 };

type Limit = {
  readonly key: keyof Brake;
  readonly label: string;
  readonly description: string;
  readonly suffix: string;
  readonly min: number;
  readonly max: number;
};

function limitInputs({ sharePercent, accounts }: Brake): readonly Limit[] {
  const smallStoreSize = Math.ceil((accounts * 100) / sharePercent).toLocaleString("en");
  return [
    {
      key: "sharePercent",
      label: "More than this share of the synced accounts",
      description: "A run would change, blank or leave more than this part of them … 100 % never waits.",
      suffix: " %",
      min: 1,
      max: 100,
    },
    {
      key: "accounts",
      label: "… and more than so many accounts",
      description: "Both must be exceeded, so that a busy day alone stops nothing.",
      suffix: " accounts",
      min: 0,
      max: 500_000,
    },
    {
      key: "shareOfFewPercent",
      label: "With few accounts: more than this share",
      description: `Counts alone below ${smallStoreSize} synced accounts, where the number above says too little. Ten accounts or fewer never wait.`,
      suffix: " %",
      min: 1,
      max: 100,
    },
    {
      key: "shrunkToPercent",
      label: "The selection shrank to this part or less",
      description:
        "Of the accounts it had last time; the usual cause is a changed view or right. 0 % never waits.",
      suffix: " %",
      min: 0,
      max: 99,
    },
  ];
}

export function BrakeForm({ brake, readOnly }: { brake: Brake; readOnly: boolean }) {
  const [limits, setLimits] = useState(brake);
  const save = useRouteMutation(connectionRoutes.putBrake, INVALIDATED_ROUTES);
  const change = (changed: Partial<Brake>) => {
    save.reset();
    setLimits({ ...limits, ...changed });
  };
  return (
    <SettingsForm
      title="What waits for you"
      intro="A run that nobody looks at writes nothing if its plan exceeds one of these limits, since one mistake in Dynamics 365 is then likelier than that many changes. The plan waits: you look at it, and apply or discard it."
      saveLabel={readOnly ? null : "Save the limits"}
      mutation={save}
      onSave={() => save.mutate({ body: limits })}
      extraAction={
        <Button variant="default" onClick={() => change(DEFAULTS)}>
          Use the defaults
        </Button>
      }
    >
      <div className={styles.inputGrid}>
        {limitInputs(limits).map(({ key, ...input }) => (
          <NumberInput
            key={key}
            {...input}
            allowDecimal={false}
            thousandSeparator=","
            clampBehavior="blur"
            readOnly={readOnly}
            value={limits[key]}
            error={save.error?.field === key && save.error.message}
            onChange={(value) => typeof value === "number" && change({ [key]: value })}
          />
        ))}
      </div>
      <p className={styles.muted}>
        A selection that brings no accounts at all always waits; that cannot be switched off.
      </p>
    </SettingsForm>
  );
}
