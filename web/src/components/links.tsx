// Mantine's look on the router's links, so that addresses are checked where they are written.
import { Anchor, Button, Menu, type AnchorProps, type ButtonProps, type MenuItemProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Rest<P> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P> & { ref?: Ref<HTMLAnchorElement> };

export const ButtonLink = createLink((properties: ButtonProps & Rest<ButtonProps>) => (
  <Button component="a" {...properties} />
));

/** Underlined, since colour alone does not tell a link from the words around it. */
export const AnchorLink = createLink((properties: AnchorProps & Rest<AnchorProps>) => (
  <Anchor component="a" inherit underline="always" {...properties} />
));

export const MenuLink = createLink((properties: MenuItemProps & Rest<MenuItemProps>) => (
  <Menu.Item component="a" {...properties} />
));
