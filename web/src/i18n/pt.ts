import { channel } from "../../../internal/i18n/pt.json";
import panel from "./pt.json";

/** The panel's dictionary, with the server's sentences for a channel's status and reason. */
export default { ...panel, channel };
