import { localStorageColorSchemeManager } from "@mantine/core";

/** The same key as public/color-scheme.js, which sets the scheme before the first paint. */
export const colorScheme = localStorageColorSchemeManager({ key: "recado.color-scheme" });
