// How Mantine looks here: its variables lead to our tokens (tokens.css), which know light and dark themselves, and its
// controls get one size.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const water: MantineColorsTuple = [
  "#e4f2f6",
  "#c6e5ee",
  "#9fd3e1",
  "#74bfd3",
  "#4daac4",
  "#2a90ad",
  "#0b6782",
  "#095a72",
  "#084b5f",
  "#063c4c",
];

/** Mantine's dark surfaces and lines, in the hue of our tokens: inputs, menus and modals read these directly. */
const dark: MantineColorsTuple = [
  "#e6e9ec",
  "#b8c0c8",
  "#9ca6b0",
  "#87919b",
  "#434b54",
  "#2a3037",
  "#1e2227",
  "#15181c",
  "#0f1114",
  "#0b0c0e",
];

const small = { defaultProps: { size: "xs" } };

export const theme = createTheme({
  primaryColor: "water",
  colors: { water, dark },
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, monospace",
  fontSizes: { xs: "13px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "20px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "sm",
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "18px", lineHeight: "1.35" },
      h2: { fontSize: "15px", lineHeight: "1.4" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  focusRing: "auto",
  respectReducedMotion: true,
  // By name, not by component: whoever imports one here would put it into the first bundle of every page.
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    Alert: { defaultProps: { variant: "light" } },
    Button: small,
    Checkbox: small,
    InputBase: small,
    InputWrapper: { defaultProps: { withAsterisk: false } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 100 },
        yOffset: "10dvh",
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    MultiSelect: small,
    Notification: { defaultProps: { withBorder: true } },
    NumberInput: small,
    PasswordInput: small,
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Radio: small,
    SegmentedControl: small,
    Select: { defaultProps: { size: "xs", allowDeselect: false } },
    Switch: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { fz: "xs" } },
    Tabs: { defaultProps: { keepMounted: false } },
    TagsInput: small,
    Textarea: small,
    TextInput: small,
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        fz: 12,
        multiline: true,
        maw: 320,
        events: { hover: true, focus: true, touch: true },
      },
    },
  },
});

/** The same for both schemes, since each token has both in it. */
const either = {
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-body": "var(--page)",
  "--mantine-color-bright": "var(--ink)",
  "--mantine-color-error": "var(--failed)",
  "--mantine-color-success": "var(--added)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--raised)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "light-dark(#c6ccd3, #434b54)",
  "--mantine-color-dimmed": "var(--ink-soft)",
  "--mantine-color-disabled": "var(--hover)",
  "--mantine-color-disabled-color": "var(--ink-faint)",
  "--mantine-color-disabled-border": "var(--line)",
  "--mantine-color-water-filled": "var(--accent-filled)",
  "--mantine-color-water-filled-hover": "var(--accent-filled-hover)",
  "--mantine-color-water-light": "var(--accent-wash)",
  "--mantine-color-water-light-hover": "var(--accent-wash)",
  "--mantine-color-water-light-color": "var(--accent)",
  "--mantine-color-water-text": "var(--accent)",
  "--mantine-color-water-outline": "var(--accent)",
  "--mantine-color-gray-text": "var(--ink-soft)",
  "--mantine-color-gray-light": "var(--skipped-wash)",
  "--mantine-color-gray-light-color": "var(--ink-soft)",
  "--mantine-color-red-filled": "light-dark(#b3261e, #b3352d)",
  "--mantine-color-red-filled-hover": "light-dark(#951f18, #9a2c25)",
  "--mantine-color-red-text": "var(--failed)",
  "--mantine-color-red-light": "var(--failed-wash)",
  "--mantine-color-red-light-hover": "var(--failed-wash)",
  "--mantine-color-red-light-color": "var(--failed)",
  "--mantine-color-red-outline": "var(--failed)",
  "--mantine-primary-color-filled": "var(--accent-filled)",
  "--mantine-primary-color-filled-hover": "var(--accent-filled-hover)",
  "--mantine-primary-color-light": "var(--accent-wash)",
  "--mantine-primary-color-light-color": "var(--accent)",
};

export const variables: CSSVariablesResolver = () => ({
  variables: { "--mantine-shadow-md": "var(--float)", "--mantine-shadow-xl": "var(--float)" },
  light: either,
  dark: either,
});

// Custom properties may stand in a `style`.
declare module "react" {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
