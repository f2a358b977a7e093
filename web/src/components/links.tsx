// Mantine's look on the router's links, so that addresses are checked where they are written.
import { Anchor, Button, Menu, type AnchorProps, type ButtonProps, type MenuItemProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type AnchorAttributes<P> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P> & {
  ref?: Ref<HTMLAnchorElement>;
};

export const ButtonLink = createLink((props: ButtonProps & AnchorAttributes<ButtonProps>) => (
  <Button component="a" {...props} />
));

/** Underlined, since colour alone does not tell a link from the words around it. */
export const AnchorLink = createLink((props: AnchorProps & AnchorAttributes<AnchorProps>) => (
  <Anchor component="a" inherit underline="always" {...props} />
));

export const MenuLink = createLink((props: MenuItemProps & AnchorAttributes<MenuItemProps>) => (
  <Menu.Item component="a" {...props} />
));
