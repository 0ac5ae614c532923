import { createTheme, type MantineColorsTuple } from "@mantine/core";

const recado: MantineColorsTuple = [
  "#e9f7f3",
  "#d3ebe5",
  "#a8d7cc",
  "#7ac2b1",
  "#53b09a",
  "#3aa58c",
  "#2a9f84",
  "#147d66",
  "#0f6b5c",
  "#064e42",
];

// From text (0) to the deepest ground (9), as Mantine counts its dark scale.
const dark: MantineColorsTuple = [
  "#e6ede9",
  "#c5d1cc",
  "#a3b2ac",
  "#7f918a",
  "#46554f",
  "#2c3834",
  "#1f2a26",
  "#18211e",
  "#101715",
  "#0b110f",
];

export const theme = createTheme({
  primaryColor: "recado",
  primaryShade: { light: 8, dark: 7 },
  colors: { recado, dark },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "var(--rc-font)",
  fontFamilyMonospace: "var(--rc-mono)",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "md" } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { centered: true, radius: "lg" } },
  },
});
