// Chooses the language of labels. The organisation's base language is offered where another one is
// kept, since the first sync takes that of whoever is signed in.
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { connectionRoutes } from "../../../../src/api/contract/connection.ts";
import { languageName } from "../../../../src/settings/label-language.ts";
import { routeQuery } from "../../client/queries.ts";
import styles from "./mapping.module.css";

type Props = {
  /** Absent: the one that the connection keeps. */
  language: number | undefined;
  onChange: (language: number) => void;
};

export function LabelLanguageSelect({ language, onChange }: Props) {
  const { data: connection } = useQuery(routeQuery(connectionRoutes.getConnection, {}));
  const { data } = useQuery({ ...routeQuery(connectionRoutes.listLanguages, {}), staleTime: 300_000 });
  if (!connection || !data) return null;
  const { languages, base } = data;
  const current = language ?? connection.labels.language?.code ?? null;
  const codes = new Set([...languages.map(({ code }) => code), ...(current === null ? [] : [current])]);
  const isOtherThanBase = base !== null && current !== base.code;
  return (
    <section className={styles.options} aria-label="Language of labels">
      <Select
        size="xs"
        maw={320}
        label="Language of labels"
        description="Of choices, Two Options and statuses. It stays the same, whoever signs in to Dynamics 365."
        placeholder="The language of whoever is signed in"
        data={[...codes].map((code) => ({ value: String(code), label: languageName(code) }))}
        allowDeselect={false}
        value={current === null ? null : String(current)}
        onChange={(code) => code !== null && onChange(Number(code))}
      />
      {isOtherThanBase && (
        <p className={styles.baseLanguage}>
          The organisation’s base language is {base.name}.{" "}
          <Button variant="subtle" size="compact-xs" onClick={() => onChange(base.code)}>
            Use {base.name}
          </Button>
        </p>
      )}
    </section>
  );
}
