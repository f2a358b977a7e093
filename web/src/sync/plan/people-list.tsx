// The people because of whom issues exist, with the number of accounts of each.
import { Anchor } from "@mantine/core";
import type { IssueGroup } from "../../../../src/api/contract/runs.ts";
import { formatCount } from "../../format/numbers.ts";
import styles from "./plan.module.css";

type Props = {
  people: NonNullable<IssueGroup["people"]>;
  /** Shows the accounts of one person. */
  onChoose?: ((person: string) => void) | undefined;
};

export function PeopleList({ people: { count, listed }, onChoose }: Props) {
  return (
    <ul className={styles.people} aria-label="People">
      {listed.map(({ person, accounts }) => (
        <li key={person}>
          {person}:{" "}
          {onChoose ? (
            <Anchor component="button" type="button" inherit onClick={() => onChoose(person)}>
              {formatCount(accounts, "account")}
            </Anchor>
          ) : (
            formatCount(accounts, "account")
          )}
        </li>
      ))}
      {count > listed.length && (
        <li>and {formatCount(count - listed.length, "more person", "more people")}</li>
      )}
    </ul>
  );
}
