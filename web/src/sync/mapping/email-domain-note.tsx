// Explains what the target Email domain does.
import styles from "./mapping.module.css";

export function EmailDomainNote() {
  return (
    <details className={styles.help}>
      <summary>What does Email domain do?</summary>
      <p>
        People who write from a domain belong to its account: contacts and conversations of
        johndoe@example.com find the account with example.com by themselves. It also finds accounts that are
        here already: the first one with the domain is linked.
      </p>
      <p>
        It is read from a domain, an e-mail address or a website; several columns may feed it. A domain
        belongs to one account only. Domains of mail providers (gmail.com) and your own company’s are left
        out, and the rest of the account is synced.
      </p>
    </details>
  );
}
