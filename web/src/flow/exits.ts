import type { FlowExits } from "../api/flow";
import type { FlowDocument, FlowNode } from "./document";

/**
 * Where a node can lead, as the server resolved it. `when` is a key of the dictionary's "flow.exit", with the option,
 * case or time it speaks of; "next" is the exit of a node that has one way on.
 */
export interface Exit {
  when: ExitKind;
  label?: string;
  after?: string;
  to: string;
}

/** The words for an exit by the first part of its name, which is the same in every type of node. */
const kinds = {
  next: "next",
  to: "next",
  options: "option",
  cases: "case",
  else: "else",
  on_ok: "ok",
  on_fail: "fail",
  open: "open",
  closed: "closed",
  holiday: "holiday",
  on_invalid: "invalid",
  nudges: "nudge",
  on_message: "message",
  on_timeout: "timeout",
  if_closed: "ifClosed",
  no_answer: "noAnswer",
  on_resume: "resume",
  on_pick: "pick",
  on_none: "none",
  on_done: "done",
  on_cancel: "cancel",
  arms: "arm",
} as const;

export type ExitKind = (typeof kinds)[keyof typeof kinds] | "event";

/** The exits by which a conversation usually goes on; they are shown even when the author left them out. */
const usual: readonly ExitKind[] = ["next", "option", "case", "else", "ok", "pick", "done", "arm", "event"];

/** The exits of a node that a reader follows, the first come first: the script is laid out along them. */
export function exitsOf(id: string, node: FlowNode, exits: FlowExits): Exit[] {
  return (exits[id] ?? []).flatMap(({ name, to, default: omitted }) => {
    const [key, which = ""] = name.split(".") as [keyof typeof kinds, string?];
    const when = node.type === "wait_event" && key === "next" ? "event" : (kinds[key] ?? "next");
    if (omitted && !usual.includes(when)) return [];
    if (node.type === "menu" && key === "next" && node.options?.length && !node.options_from) return [];
    return [{ when, to, ...detail(node, when, which) }];
  });
}

/** What the words for an exit need of the definition: the label of an option, the time of a nudge. */
function detail(node: FlowNode, when: ExitKind, which: string): Partial<Exit> {
  if (when === "option" && node.type === "menu")
    return { label: node.options?.find((option) => option.id === which)?.label ?? which };
  if (when === "case") return { label: which };
  if (when === "arm" && node.type === "split") {
    const arm = node.arms[Number(which)];
    return { label: [arm?.title, arm?.weight].filter(Boolean).join(" ") };
  }
  if (when === "nudge" && "nudges" in node) return { after: node.nudges?.[Number(which)]?.after ?? "" };
  if (when === "noAnswer" && node.type === "handoff") return { after: node.no_answer?.after ?? "" };
  return {};
}

export interface Step {
  id: string;
  /** Counted from 1 in reading order. */
  number: number;
  node: FlowNode;
  exits: Exit[];
  /** No way leads here: neither from the start nor from a trigger or command. */
  unreachable: boolean;
}

/**
 * The nodes in the order in which a conversation meets them: from the start, each path to its end before the next
 * option; then those that only triggers and commands reach, then those that nothing reaches.
 */
export function script(flow: FlowDocument, exits: FlowExits): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const visit = (from: string, unreachable: boolean) => {
    const open = [from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
      if (!node || seen.has(id)) continue;
      seen.add(id);
      const step = { id, number: steps.length + 1, node, exits: exitsOf(id, node, exits), unreachable };
      steps.push(step);
      open.push(...step.exits.map((exit) => exit.to).reverse());
    }
  };
  visit(flow.start, false);
  for (const trigger of flow.triggers ?? []) if (trigger.start) visit(trigger.start, false);
  for (const command of flow.commands ?? []) visit(command.do, false);
  if (flow.settings?.give_up) visit(flow.settings.give_up, false);
  for (const id of Object.keys(flow.nodes)) visit(id, true);
  return steps;
}

/** A node's name for people: its title, else its id without underscores. */
export function titleOf(id: string, node: FlowNode | undefined): string {
  if (node?.title) return node.title;
  const words = id.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
