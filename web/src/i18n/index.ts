/**
 * The panel's languages. Spanish comes first: it is the default and the source
 * of the keys' types. Each language is a chunk of its own, loaded when chosen.
 */
import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { speak } from "../api/http";
import type es from "./es";

export const languages = { es: "Español", en: "English", pt: "Português" } as const;
export type Language = keyof typeof languages;

const storageKey = "recado.language";

const load: Record<Language, () => Promise<{ default: unknown }>> = {
  es: () => import("./es"),
  en: () => import("./en"),
  pt: () => import("./pt"),
};

function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && Object.hasOwn(languages, value);
}

/** The stored choice, else the first of the browser's languages that we speak, else Spanish. */
export function preferredLanguage(stored: string | null, wanted: readonly string[]): Language {
  if (isLanguage(stored)) return stored;
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (isLanguage(language)) return language;
  }
  return "es";
}

/**
 * The locale for dates and numbers: the browser's own regional variant when it
 * speaks the chosen language ("es-MX"), so that dates look as at home.
 */
export function localeFor(language: string, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}

const chunks: BackendModule = {
  type: "backend",
  init: () => {},
  read: (language, _namespace, done) => {
    if (!isLanguage(language)) return done(new Error(`no language ${language}`), false);
    load[language]().then(
      (chunk) => done(null, chunk.default as Record<string, string>),
      (error: unknown) => done(error as Error, false),
    );
  },
};

export async function startI18n(): Promise<void> {
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
    speak(language);
  });
  await i18next
    .use(chunks)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(stored(), navigator.languages),
      fallbackLng: false,
      supportedLngs: Object.keys(languages),
      load: "languageOnly",
      interpolation: { escapeValue: false }, // React escapes
      returnNull: false,
      showSupportNotice: false, // the library's advertisement in the console
      react: { useSuspense: false },
    });
}

export async function chooseLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Storage may be refused; the choice then lasts until the page is closed.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof es };
  }
}
