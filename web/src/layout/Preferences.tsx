import { ActionIcon, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CheckIcon, GlobeIcon } from "../app/icons";
import { chooseLanguage, type Language, languages } from "../i18n";
import { SchemeToggle } from "./SchemeToggle";

/** Language and light or dark, in the header. */
export function Preferences() {
  return (
    <>
      <LanguageMenu />
      <SchemeToggle />
    </>
  );
}

function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("preferences.language")}>
          <GlobeIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(languages) as [Language, string][]).map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            aria-current={i18n.language === code ? "true" : undefined}
            leftSection={
              <span style={{ visibility: i18n.language === code ? "visible" : "hidden" }}>
                <CheckIcon size={16} />
              </span>
            }
            onClick={() => void chooseLanguage(code)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
