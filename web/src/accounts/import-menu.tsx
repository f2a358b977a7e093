// Offers the sources to import accounts from: Dynamics 365.
import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconCloudDownload } from "@tabler/icons-react";
import { MenuLink } from "../components/links.tsx";
import { useHasAccess } from "../session/session.ts";

export function ImportMenu() {
  const isAllowed = useHasAccess("workspace-admin");
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button rightSection={<IconChevronDown size={14} aria-hidden />}>Import</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {isAllowed ? (
          <MenuLink
            to="/contacts/accounts"
            search={(search) => ({ ...search, import: "dynamics" })}
            leftSection={<IconCloudDownload size={16} aria-hidden />}
          >
            Dynamics 365
          </MenuLink>
        ) : (
          <Menu.Label>Only workspace admins can set up an import.</Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
