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
    <section className={styles.options} aria-label="Conflicting accounts">
      <Checkbox
        label="Allow duplicate names for accounts"
        description={
          "Otherwise a record is linked to the existing account of the same name, " +
          "and of several records with one name only the first is synced."
        }
        checked={options.allowDuplicateNames}
        onChange={(event) => onChange({ ...options, allowDuplicateNames: event.currentTarget.checked })}
      />
      <Radio.Group
        size="xs"
        label="When a domain belongs to another account"
        description={
          domainsMapped
            ? "A domain belongs to one account only. Applies if that account is linked to another record."
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
