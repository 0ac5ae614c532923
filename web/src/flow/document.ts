/** A flow definition ("recado-flow/1"), with the types of the schema that the server validates it with. */
import type { components } from "./document.gen";

type Definition = components["schemas"];

export type FlowDocument = Definition["document"];
export type FlowNode = Definition["node"];
export type NodeOf<T extends FlowNode["type"]> = Extract<FlowNode, { type: T }>;
export type Trigger = Definition["trigger"];
export type Condition = Definition["cond"];
export type Value = Definition["value"];
export type Say = Definition["say"];
export type Bubble = Definition["bubble"];
export type Nudge = Definition["nudge"];
