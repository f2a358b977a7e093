// Knots of names and domains that chance ties too seldom: each makes or changes the records and accounts that it takes for
// one rare branch of docs/rules.md to be reached in the next run, if the settings are those it needs. Where what it needs
// is not there, or another knot of the chapter has it, a knot stays untied.
import { EARLIEST, LATEST, nth, type Cast } from "./story-state.ts";
import type { Knot } from "./conflicts.ts";
import { domains, names, type Step } from "./random-stories.ts";
import { OWN_DOMAIN } from "./model-sync.ts";

interface Strands {
  readonly cast: Cast;
  readonly n: number;
  /** A new record gets this name and these domains; returns its id. */
  readonly heir: (name: string | null, some: readonly string[], created?: string) => string | undefined;
}

function written(some: readonly string[]) {
  return { websiteurl: some.join("; ") || null, emailaddress1: null };
}

const ways: Readonly<Record<Knot, (strands: Strands) => void>> = {
  "an open account lets go of what a linked one wants": ({ cast, n, heir }) => {
    const [of, wanted, name] = [cast.takeLinked(n), cast.freeDomain(n), cast.freeName(n)];
    if (!of || !wanted || !name) return;
    cast.openAccount(name, [wanted]);
    cast.change(of, { emailaddress1: wanted });
    heir(name, [], LATEST);
  },
  "a taken domain, then one of an open namesake": ({ cast, n, heir }) => {
    const [taken, domain, name] = [cast.takenDomain(n), cast.freeDomain(n), cast.freeName(n)];
    if (!taken || !domain || !name) return;
    cast.openAccount(name, [domain]);
    heir(name, [taken, domain]);
  },
  "a taken domain, then one of an open stranger": ({ cast, n, heir }) => {
    const [taken, domain, name] = [cast.takenDomain(n), cast.freeDomain(n), cast.freeName(n)];
    if (!taken || !domain || !name) return;
    cast.openAccount(nth(names, n) ?? name, [domain]);
    heir(name, [taken, domain]);
  },
  "a taken domain, then a name in use": ({ cast, n, heir }) => {
    const [taken, namesake] = [cast.takenDomain(n), cast.keep(cast.linkedWithOwnName(), n)];
    if (taken && namesake) heir(namesake.values.name, [taken]);
  },
  "open namesakes beside a linked one": ({ cast, n, heir }) => {
    const name = cast.takeLinked(n)?.values.name ?? "";
    if (name.trim() === "") return;
    cast.openAccount(name.toUpperCase(), []);
    cast.openAccount(name, []);
    heir(name, []);
  },
  "a name in use, and a domain that a later one claims": ({ cast, n, heir }) => {
    const namesake = cast.keep(cast.linkedWithOwnName(), n);
    const [later, domain] = [cast.takeLinked(n), cast.freeDomain(n)];
    if (!namesake || !later || !domain) return;
    heir(namesake.values.name, [domain], EARLIEST);
    cast.change(later, { emailaddress1: domain });
  },
  "a linked one wants what an earlier one makes": ({ cast, n, heir }) => {
    const [of, domain, name] = [cast.takeLinked(n), cast.freeDomain(n), cast.freeName(n)];
    if (!of || !domain || !name) return;
    heir(name, [domain], EARLIEST);
    cast.change(of, { emailaddress1: domain });
  },
  "an account that nobody holds back": ({ cast, n, heir }) => {
    const [first, second, name] = [cast.freeDomain(n), cast.freeDomain(n), cast.freeName(n)];
    if (!first || !second || !name) return;
    cast.openAccount(nth(names, n) ?? name, [second]);
    cast.openAccount(name, []);
    heir(name, [first, second, ...domains.filter((domain) => domain !== first && domain !== second)]);
  },
  "two want the same": ({ cast, n, heir }) => {
    const [domain, name] = [cast.freeDomain(n), cast.freeName(n)];
    if (!domain || !name) return;
    heir(name, [domain], EARLIEST);
    heir(nth(names, n) ?? null, [domain], LATEST);
    heir(name, [], LATEST);
  },
  "one of another source is in the way": ({ cast, n, heir }) => {
    const [domain, name] = [cast.freeDomain(n), cast.freeName(n)];
    if (!domain || !name) return;
    cast.foreignAccount(name, [domain], n);
    heir(name, []);
    heir(nth(names, n) ?? null, [domain]);
  },
  "one of another source has its id": ({ cast, n, heir }) => {
    const id = heir(nth(names, n) ?? null, []);
    if (id !== undefined) cast.foreignAccount(nth(names, n + 1) ?? "", [], n, id);
  },
  "a departed one is in the way": ({ cast, n, heir }) => {
    const of = cast.takeLinkedWithDomains(n);
    if (!of) return;
    cast.sendAway(of, "hide");
    heir(of.values.name, []);
    heir(nth(names, n) ?? null, cast.domainsOf(of.id));
  },
  "one departs": ({ cast, n }) => {
    const of = cast.takeLinkedWithDomains(n);
    if (of) cast.sendAway(of, "hide");
  },
  "a departed one comes back changed": ({ cast, n }) => {
    const departed = cast.take(cast.awayWithDomains(), n) ?? cast.take(cast.away(), n);
    const domain = cast.freeDomain(n);
    if (!departed) return;
    cast.bringBack(departed, {
      name: nth(names, n) ?? null,
      ...written(domain === undefined ? [] : [domain]),
    });
  },
  "a departed one is deleted": ({ cast, n }) => {
    const departed = cast.take(
      cast.away().filter(({ id }) => cast.stage.source.has(id)),
      n,
    );
    if (departed) cast.sendAway(departed, "delete");
  },
  "a deleted one has heirs": ({ cast, n, heir }) => {
    const [of, other] = [cast.takeLinked(n), cast.takeLinkedWithDomains(n)];
    if (of) {
      cast.sendAway(of, "delete");
      heir(of.values.name, []);
    }
    if (other) {
      cast.sendAway(other, "delete");
      heir(nth(names, n) ?? null, cast.domainsOf(other.id));
    }
  },
  "a linked one lets go of what a new one wants": ({ cast, n, heir }) => {
    const [holder, of, name] = [cast.takeLinkedWithDomains(n), cast.takeLinked(n), cast.freeName(n)];
    if (!holder || !of || !name) return;
    cast.change(holder, written([]));
    heir(name, cast.domainsOf(holder.id));
    cast.change(of, { name: cast.freeName(n) ?? nth(names, n) ?? null });
    heir(of.values.name, []);
  },
  "domains swapped": ({ cast, n }) => {
    const [a, b] = [cast.takeLinkedWithDomains(n), cast.takeLinkedWithDomains(n)];
    if (!a || !b) return;
    cast.change(a, written(cast.domainsOf(b.id)));
    cast.change(b, written(cast.domainsOf(a.id)));
  },
  "names swapped": ({ cast, n }) => {
    cast.swap(cast.takeLinked(n), cast.takeLinked(n), ["name"]);
  },
  "a name is spelled otherwise": ({ cast, n }) => {
    const of = cast.takeLinked(n);
    if (of?.values.name) cast.change(of, { name: ` ${of.values.name.trim().toUpperCase()}` });
  },
  "a name goes blank": ({ cast, n }) => {
    const of = cast.takeLinked(n);
    if (of) cast.change(of, { name: " \t" });
  },
  "an open namesake with domains": ({ cast, n, heir }) => {
    const [domain, name] = [cast.freeDomain(n), cast.freeName(n)];
    if (!domain || !name) return;
    cast.openAccount(name, [domain]);
    heir(name, []);
  },
  "what was in the way makes room": ({ cast, n }) => {
    const refused = cast.take(cast.refused(), n);
    if (refused) cast.clearTheWay(refused);
  },
};

export function tie({ knot, record: n, heir }: Extract<Step, { step: "tangle" }>, cast: Cast): void {
  ways[knot]({
    cast,
    n,
    heir: (name, some, created) => {
      const junk = nth(["10.0.0.1", "gmail.com", OWN_DOMAIN, null], n);
      return cast.makeRecord(heir, { name, ...written(some), emailaddress1: junk ?? null }, created);
    },
  });
}
