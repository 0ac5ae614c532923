import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import i18next from "i18next";
import type { ReactElement } from "react";
import { initReactI18next } from "react-i18next";
import es from "../i18n/es";

/** Renders a component in Spanish, within the providers that every component has; for tests. */
export async function renderInSpanish(element: ReactElement) {
  await i18next.use(initReactI18next).init({
    lng: "es",
    showSupportNotice: false,
    interpolation: { escapeValue: false },
    resources: { es: { translation: es } },
    react: { useSuspense: false },
  });
  return render(<MantineProvider env="test">{element}</MantineProvider>);
}
