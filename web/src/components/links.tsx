// Mantine components as links of the router, so that the compiler checks their addresses.
import { Anchor, Button, Menu, type AnchorProps, type ButtonProps, type MenuItemProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type AnchorAttributes<P> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P> & {
  ref?: Ref<HTMLAnchorElement>;
};

export const ButtonLink = createLink((props: ButtonProps & AnchorAttributes<ButtonProps>) => (
  <Button component="a" {...props} />
));

/** Always underlined, since colour alone must not tell a link from text (WCAG 1.4.1). */
export const AnchorLink = createLink((props: AnchorProps & AnchorAttributes<AnchorProps>) => (
  <Anchor component="a" inherit underline="always" {...props} />
));

export const MenuLink = createLink((props: MenuItemProps & AnchorAttributes<MenuItemProps>) => (
  <Menu.Item component="a" {...props} />
));
