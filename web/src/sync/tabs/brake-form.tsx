// Limits of how much a run may change before its plan needs approval.
import { DEFAULT_BRAKE_LIMITS, type BrakeLimits } from "../../../../src/settings/brake.ts";
import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { useRouteMutation } from "../../client/queries.ts";
import styles from "./tabs.module.css";
import { SettingsForm } from "./settings-form.tsx";

const INVALIDATED_ROUTES = [connectionRoutes.getConnection];

type Limit = {
  readonly key: keyof BrakeLimits;
  readonly label: string;
  readonly description: string;
  readonly suffix: string;
  readonly min: number;
  readonly max: number;
};

function limitInputs({ sharePercent, accounts }: BrakeLimits): readonly Limit[] {
  const smallStoreSize = Math.ceil((accounts * 100) / sharePercent).toLocaleString("en");
  return [
    {
      key: "sharePercent",
      label: "More than this share of the synced accounts",
      description:
        "Needs approval if a run changes, clears, takes over, merges or stops more of them … 100 % never does.",
      suffix: " %",
      min: 1,
      max: 100,
    },
    {
      key: "accounts",
      label: "… and more than this number of accounts",
      description: "Both limits must be exceeded.",
      suffix: " accounts",
      min: 0,
      max: 500_000,
    },
    {
      key: "shareOfFewPercent",
      label: "With few accounts: more than this share",
      description: `The only limit below ${smallStoreSize} synced accounts. Up to ten changes never need approval.`,
      suffix: " %",
      min: 1,
      max: 100,
    },
    {
      key: "shrunkToPercent",
      label: "The selection shrank to this share or less",
      description:
        "Of its accounts last time. The usual cause is a changed view or right. 0 % never needs approval.",
      suffix: " %",
      min: 0,
      max: 99,
    },
  ];
}

export function BrakeForm({ brake, readOnly }: { brake: BrakeLimits; readOnly: boolean }) {
  const [limits, setLimits] = useState(brake);
  const save = useRouteMutation(connectionRoutes.putBrake, INVALIDATED_ROUTES);
  const change = (changed: Partial<BrakeLimits>) => {
    save.reset();
    setLimits({ ...limits, ...changed });
  };
  return (
    <SettingsForm
      title="Approval limits"
      intro={
        "If the plan of a run exceeds a limit, nothing is written until an admin approves it, since a mistake in Dynamics 365 is then more likely than so many changes."
      }
      saveLabel={readOnly ? null : "Save the limits"}
      mutation={save}
      onSave={() => save.mutate({ body: limits })}
      extraAction={
        <Button variant="default" onClick={() => change(DEFAULT_BRAKE_LIMITS)}>
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
        Always needs approval: a selection without any accounts, and more than 10 accounts found deleted in
        Dynamics 365 that are more than 1 % of the synced ones, since a lost right looks the same.
      </p>
    </SettingsForm>
  );
}
