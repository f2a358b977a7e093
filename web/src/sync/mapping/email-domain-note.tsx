// Explains what the target Email domain does.
import styles from "./mapping.module.css";

export function EmailDomainNote() {
  return (
    <details className={styles.help}>
      <summary>What does Email domain do?</summary>
      <p>
        Contacts and conversations of johndoe@acme.com are linked automatically to the account with the domain
        acme.com. The domain also matches existing accounts: the first one that has it is linked.
      </p>
      <p>
        The domain is extracted from a domain, an e-mail address or a website; several columns can be mapped.
        A domain belongs to one account only. Domains of mail providers (gmail.com) and of your own company,
        placeholders (example.com) and pages on other people's sites (linkedin.com/company/acme) are left out,
        and the rest of the account is synced.
      </p>
    </details>
  );
}
