// The frame of every page: the rail of areas (a bar at the bottom of small screens), the places of an area, the content.
import { IconAddressBook, IconSettings } from "@tabler/icons-react";
import { Link, Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Access } from "../../../src/api/contract/route.ts";
import { useMay, useSession } from "../session/session.ts";
import { PersonMenu } from "./user-menu.tsx";
import styles from "./shell.module.css";

type Place = { to: string; label: string; access: Access };

const AREAS = [
  {
    label: "Contacts",
    icon: IconAddressBook,
    under: "/contacts",
    places: [
      { to: "/contacts/accounts", label: "Accounts", access: "teammate" },
      { to: "/contacts/accounts/sync", label: "Dynamics 365", access: "workspace-admin" },
    ],
  },
  {
    label: "Settings",
    icon: IconSettings,
    under: "/settings",
    places: [
      { to: "/settings/fields", label: "Custom fields", access: "teammate" },
      { to: "/settings/domains", label: "Domains", access: "teammate" },
      { to: "/settings/teammates", label: "Teammates", access: "teammate" },
      { to: "/settings/excluded", label: "Kept out of the sync", access: "workspace-admin" },
      { to: "/settings/mail", label: "Mail", access: "company-admin" },
    ],
  },
] as const satisfies readonly { label: string; icon: unknown; under: string; places: readonly Place[] }[];

type Area = (typeof AREAS)[number];

/** The place one is at: the longest address that the current one begins with. */
function placeAt(path: string, places: readonly Place[]): Place | undefined {
  return places
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .toSorted((a, b) => b.to.length - a.to.length)[0];
}

function Rail({ at }: { at: Area }) {
  return (
    <nav className={styles.rail} aria-label="Areas">
      {AREAS.map((area) => (
        <Link
          key={area.under}
          to={area.places[0].to}
          className={styles.area}
          activeOptions={{ includeSearch: false }}
          data-active={area === at || undefined}
          aria-current={area === at ? "true" : undefined}
        >
          <area.icon size={20} stroke={1.6} aria-hidden />
          <span>{area.label}</span>
        </Link>
      ))}
      <div className={styles.person}>
        <PersonMenu />
      </div>
    </nav>
  );
}

function PlaceLink({ place, active }: { place: Area["places"][number]; active: boolean }) {
  const may = useMay(place.access);
  if (!may) return null;
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: true, includeSearch: false }}
      className={styles.place}
      data-active={active || undefined}
      aria-current={active ? "page" : undefined}
    >
      {place.label}
    </Link>
  );
}

export function Shell() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const router = useRouter();
  const isSignedIn = useSession().teammate !== null;
  useEffect(() => {
    // The session ended while a page was open: the way to every page leads past signing in.
    if (!isSignedIn) void router.invalidate();
  }, [isSignedIn, router]);
  const at = AREAS.find(({ under }) => path.startsWith(under)) ?? AREAS[0];
  const here = placeAt(path, at.places);
  if (!isSignedIn) return null;
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <Rail at={at} />
      <nav className={styles.places} aria-label={at.label}>
        <div className={styles.heading}>{at.label}</div>
        {at.places.map((place) => (
          <PlaceLink key={place.to} place={place} active={place === here} />
        ))}
      </nav>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
