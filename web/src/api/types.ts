/** The API's values under the panel's names; their shapes are generated from openapi.json. */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Membership = Schemas["UserShop"];
export type Role = Membership["role"];
export type LoginReply = Schemas["SignedIn"];
export type Shop = Schemas["Shop"];
export type PairingCode = Schemas["PairReplyBody"];
export type Conversation = Schemas["Conversation"];
export type Message = Schemas["Message"];
export type MessageContent = Schemas["ShownContent"];
export type MessageKind = MessageContent["kind"];
export type TraceStep = Schemas["TraceStep"];
export type Review = Schemas["ReviewReplyBody"];
export type Impact = Schemas["Impact"];
export type Issue = Schemas["Issue"];
export type Problem = Partial<Schemas["Problem"]>;

export const channelTypes = ["WHATSAPP_BAILEYS", "WHATSAPP_WEB", "WHATSAPP_CLOUD"] as const;
export type ChannelType = (typeof channelTypes)[number];
export type ChannelStatus = Schemas["ChannelStatus"]["status"];

/** What REST says of a shop's channel, with the account's own name that the `ready` event adds. */
export type ChannelState = Omit<Schemas["ChannelStatus"], "type"> & { type: ChannelType; name?: string };
