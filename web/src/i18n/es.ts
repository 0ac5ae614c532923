import { channel } from "../../../internal/i18n/es.json";
import panel from "./es.json";

/** The panel's dictionary, with the server's sentences for a channel's status and reason. */
export default { ...panel, channel };
