// Shows who is signed in, switches between light and dark, and signs out.
import { Avatar, Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sessionRoutes } from "../../../src/api/contract/session.ts";
import { useRouteMutation } from "../client/queries.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { useSession } from "../session/session.ts";
import styles from "./shell.module.css";

const SCHEMES = [
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "auto", label: "System", icon: IconDeviceDesktop },
] as const;

export function UserMenu() {
  const { teammate, version } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const signOut = useRouteMutation(sessionRoutes.signOut);
  const onSignedOut = () => {
    queryClient.clear();
    void navigate({ to: "/sign-in" });
  };
  // The session may continue after any error but 401, so the page is loaded again.
  const refreshPage = () => void queryClient.invalidateQueries();
  const endSession = async () => {
    // Requests under way would be refused once the session has ended.
    await queryClient.cancelQueries();
    signOut.mutate(
      {},
      { onSuccess: onSignedOut, onError: ({ status }) => (status === 401 ? onSignedOut() : refreshPage()) },
    );
  };
  const name = teammate?.name || teammate?.email || "";
  return (
    <>
      <ConfirmDialog
        title={signOut.error && signOut.error.status !== 401 ? "You are still signed in" : null}
        confirmLabel="Sign out"
        isPending={signOut.isPending}
        error={signOut.error}
        onConfirm={() => void endSession()}
        onClose={signOut.reset}
      >
        The next user of this browser could act as you.
      </ConfirmDialog>
      <Menu position="right-end" width={240}>
        <Menu.Target>
          <UnstyledButton className={styles.area ?? ""}>
            <Avatar size={24} radius="xl" name={name} color="brand" aria-hidden />
            <span>
              You<VisuallyHidden>: {name}</VisuallyHidden>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{teammate?.email}</Menu.Label>
          {SCHEMES.map(({ value, label, icon: Icon }) => (
            <Menu.Item
              key={value}
              role="menuitemradio"
              aria-checked={colorScheme === value}
              leftSection={<Icon size={16} aria-hidden />}
              rightSection={colorScheme === value ? <IconCheck size={14} aria-hidden /> : null}
              onClick={() => setColorScheme(value)}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void endSession()}>
            Sign out
          </Menu.Item>
          <Menu.Label>Sluice {version}</Menu.Label>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
