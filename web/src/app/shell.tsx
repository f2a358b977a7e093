// Frames every page: navigation between areas (at the bottom of small screens), pages of the area,
// content.
import { IconAddressBook, IconSettings } from "@tabler/icons-react";
import { Link, Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Access } from "../../../src/api/contract/route.ts";
import { useHasAccess, useSession } from "../session/session.ts";
import { UserMenu } from "./user-menu.tsx";
import styles from "./shell.module.css";

type NavItem = { to: string; label: string; access: Access };

const AREAS = [
  {
    label: "Contacts",
    icon: IconAddressBook,
    prefix: "/contacts",
    items: [
      { to: "/contacts/accounts", label: "Accounts", access: "teammate" },
      { to: "/contacts/accounts/sync", label: "Dynamics 365", access: "workspace-admin" },
    ],
  },
  {
    label: "Settings",
    icon: IconSettings,
    prefix: "/settings",
    items: [
      { to: "/settings/fields", label: "Custom fields", access: "teammate" },
      { to: "/settings/domains", label: "Domains", access: "teammate" },
      { to: "/settings/teammates", label: "Teammates", access: "teammate" },
      { to: "/settings/excluded", label: "Excluded records", access: "workspace-admin" },
      { to: "/settings/mail", label: "Mail", access: "company-admin" },
    ],
  },
] as const satisfies readonly { label: string; icon: unknown; prefix: string; items: readonly NavItem[] }[];

type Area = (typeof AREAS)[number];

/** The item with the longest path that begins the current path. */
function activeItem(path: string, items: readonly NavItem[]): NavItem | undefined {
  return items
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .toSorted((a, b) => b.to.length - a.to.length)[0];
}

function NavRail({ currentArea }: { currentArea: Area }) {
  return (
    <nav className={styles.navRail} aria-label="Areas">
      {AREAS.map((area) => (
        <Link
          key={area.prefix}
          to={area.items[0].to}
          className={styles.area}
          activeOptions={{ includeSearch: false }}
          data-active={area === currentArea || undefined}
          aria-current={area === currentArea ? "true" : undefined}
        >
          <area.icon size={20} stroke={1.6} aria-hidden />
          <span>{area.label}</span>
        </Link>
      ))}
      <div className={styles.user}>
        <UserMenu />
      </div>
    </nav>
  );
}

function NavItemLink({ item, active }: { item: Area["items"][number]; active: boolean }) {
  const isAllowed = useHasAccess(item.access);
  if (!isAllowed) return null;
  return (
    <Link
      to={item.to}
      activeOptions={{ exact: true, includeSearch: false }}
      className={styles.navItem}
      data-active={active || undefined}
      aria-current={active ? "page" : undefined}
    >
      {item.label}
    </Link>
  );
}

export function Shell() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const router = useRouter();
  const isSignedIn = useSession().teammate !== null;
  useEffect(() => {
    // The session ended while a page was open: loading the route again redirects to the sign-in
    // page.
    if (!isSignedIn) void router.invalidate();
  }, [isSignedIn, router]);
  const currentArea = AREAS.find(({ prefix }) => path.startsWith(prefix)) ?? AREAS[0];
  const currentItem = activeItem(path, currentArea.items);
  if (!isSignedIn) return null;
  return (
    <div className={styles.shell}>
      <a className={styles.skipLink} href="#content">
        Skip to the content
      </a>
      <NavRail currentArea={currentArea} />
      <nav className={styles.subnav} aria-label={currentArea.label}>
        <div className={styles.subnavTitle}>{currentArea.label}</div>
        {currentArea.items.map((item) => (
          <NavItemLink key={item.to} item={item} active={item === currentItem} />
        ))}
      </nav>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
