// Mantine theme. It maps Mantine's variables to our design tokens (tokens.css), which hold both
// colour schemes, and gives all controls one size.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const brand: MantineColorsTuple = [
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

/**
 * Mantine's dark surfaces and borders in the hue of our tokens. Inputs, menus and modals read these
 * directly.
 */
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

const smallSize = { defaultProps: { size: "xs" } };

export const theme = createTheme({
  primaryColor: "brand",
  colors: { brand, dark },
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
  // Components by name, since importing them here would put them into the first bundle of every
  // page.
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    Alert: { defaultProps: { variant: "light" } },
    Button: smallSize,
    Checkbox: smallSize,
    InputBase: smallSize,
    InputWrapper: { defaultProps: { withAsterisk: false } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 100 },
        yOffset: "10dvh",
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    MultiSelect: smallSize,
    Notification: { defaultProps: { withBorder: true } },
    NumberInput: smallSize,
    PasswordInput: smallSize,
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Radio: smallSize,
    SegmentedControl: smallSize,
    Select: { defaultProps: { size: "xs", allowDeselect: false } },
    Switch: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { fz: "xs" } },
    Tabs: { defaultProps: { keepMounted: false } },
    TagsInput: smallSize,
    Textarea: smallSize,
    TextInput: smallSize,
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

/** The same for both colour schemes, since each token holds both. */
const schemeVariables = {
  "--mantine-color-text": "var(--text)",
  "--mantine-color-body": "var(--background)",
  "--mantine-color-bright": "var(--text)",
  "--mantine-color-error": "var(--failed)",
  "--mantine-color-success": "var(--added)",
  "--mantine-color-placeholder": "var(--text-faint)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--background-raised)",
  "--mantine-color-default-hover": "var(--background-hover)",
  "--mantine-color-default-color": "var(--text)",
  "--mantine-color-default-border": "light-dark(#c6ccd3, #434b54)",
  "--mantine-color-dimmed": "var(--text-muted)",
  "--mantine-color-disabled": "var(--background-hover)",
  "--mantine-color-disabled-color": "var(--text-faint)",
  "--mantine-color-disabled-border": "var(--border)",
  "--mantine-color-brand-filled": "var(--accent-filled)",
  "--mantine-color-brand-filled-hover": "var(--accent-filled-hover)",
  "--mantine-color-brand-light": "var(--accent-background)",
  "--mantine-color-brand-light-hover": "var(--accent-background)",
  "--mantine-color-brand-light-color": "var(--accent)",
  "--mantine-color-brand-text": "var(--accent)",
  "--mantine-color-brand-outline": "var(--accent)",
  "--mantine-color-gray-text": "var(--text-muted)",
  "--mantine-color-gray-light": "var(--skipped-background)",
  "--mantine-color-gray-light-color": "var(--text-muted)",
  "--mantine-color-red-filled": "light-dark(#b3261e, #b3352d)",
  "--mantine-color-red-filled-hover": "light-dark(#951f18, #9a2c25)",
  "--mantine-color-red-text": "var(--failed)",
  "--mantine-color-red-light": "var(--failed-background)",
  "--mantine-color-red-light-hover": "var(--failed-background)",
  "--mantine-color-red-light-color": "var(--failed)",
  "--mantine-color-red-outline": "var(--failed)",
  "--mantine-primary-color-filled": "var(--accent-filled)",
  "--mantine-primary-color-filled-hover": "var(--accent-filled-hover)",
  "--mantine-primary-color-light": "var(--accent-background)",
  "--mantine-primary-color-light-color": "var(--accent)",
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: { "--mantine-shadow-md": "var(--shadow)", "--mantine-shadow-xl": "var(--shadow)" },
  light: schemeVariables,
  dark: schemeVariables,
});

// Allows custom properties in `style`.
declare module "react" {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
