import { useTranslation } from "react-i18next";
import { ChatIcon } from "../app/icons";
import classes from "./Inbox.module.css";

/** The place of the thread while none is open; a desk sees it, a phone does not. */
export function ChooseConversation() {
  const { t } = useTranslation();
  return (
    <div className={classes.choose}>
      <ChatIcon size={44} />
      <p>{t("inbox.choose")}</p>
    </div>
  );
}
