// Options for accounts that conflict: the same name, or a domain that another account has.
import { Checkbox, Radio } from "@mantine/core";
import type { SyncSettings } from "../../../../src/api/contract/connection.ts";
import styles from "./mapping.module.css";

type Options = SyncSettings["options"];

type Props = {
  options: Options;
  domainsMapped: boolean;
  onChange: (options: Options) => void;
};

export function OptionsEditor({ options, domainsMapped, onChange }: Props) {
  return (
    <section className={styles.options} aria-label="Accounts that meet another one">
      <Checkbox
        label="Allow duplicate names for accounts"
        description="Otherwise an account with the name of one that is here is linked to it, and of several in Dynamics 365 only the first is synced."
        checked={options.allowDuplicateNames}
        onChange={(event) => onChange({ ...options, allowDuplicateNames: event.currentTarget.checked })}
      />
      <Radio.Group
        size="xs"
        label="When a domain belongs to another account"
        description={
          domainsMapped
            ? "A domain can belong to one account only. This is about domains of accounts that are linked to another record already."
            : "Has no effect until a column is mapped to Email domain."
        }
        value={options.onDomainTaken}
        onChange={(value) =>
          onChange({ ...options, onDomainTaken: value === "skip" ? "skip" : "without-domain" })
        }
      >
        <div className={styles.choices}>
          <Radio value="skip" label="Skip the account" />
          <Radio value="without-domain" label="Sync it without the domain" />
        </div>
      </Radio.Group>
    </section>
  );
}
