import { channel } from "../../../internal/i18n/en.json";
import panel from "./en.json";

/** The panel's dictionary, with the server's sentences for a channel's status and reason. */
export default { ...panel, channel };
