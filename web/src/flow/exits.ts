import type { FlowDocument, FlowNode, Ref } from "./document";

/**
 * Where a node can lead. `when` is a key of the dictionary's "flow.exit", with
 * the option, case or time it speaks of; "next" is what simply follows.
 */
export interface Exit {
  when: ExitKind;
  label?: string;
  after?: string;
  to: Ref;
}

export type ExitKind =
  | "next"
  | "option"
  | "case"
  | "else"
  | "ok"
  | "fail"
  | "open"
  | "closed"
  | "holiday"
  | "invalid"
  | "nudge"
  | "message"
  | "timeout"
  | "event"
  | "ifClosed"
  | "noAnswer"
  | "resume"
  | "pick"
  | "none"
  | "done"
  | "cancel"
  | "arm";

/** The exits that a reader follows first come first: the script is laid out along them. */
export function exitsOf(node: FlowNode): Exit[] {
  const exits: Exit[] = [];
  const add = (when: ExitKind, to: Ref | undefined, more: Partial<Exit> = {}) => {
    if (to !== undefined) exits.push({ when, to, ...more });
  };
  const nudges = "nudges" in node ? node.nudges : undefined;
  switch (node.type) {
    case "menu":
      for (const option of node.options)
        add("option", option.next ?? node.next ?? "@end", { label: option.label });
      if (node.options.length === 0 || node.options_from) add("next", node.next ?? "@end");
      add("invalid", node.on_invalid);
      break;
    case "ask":
      add("next", node.next ?? "@end");
      add("invalid", node.on_invalid);
      break;
    case "if":
      for (const [i, c] of node.cases.entries()) add("case", c.next, { label: String(i) });
      add("else", node.else ?? node.next ?? "@end");
      break;
    case "http":
      add("ok", node.on_ok ?? node.next ?? "@end");
      add("fail", node.on_fail);
      break;
    case "hours":
      add("open", node.open);
      add("closed", node.closed);
      add("holiday", node.holiday);
      break;
    case "goto":
      add("next", node.to);
      break;
    case "wait_event":
      add("event", node.next ?? "@end");
      add("message", node.on_message);
      add("timeout", node.on_timeout);
      break;
    case "handoff":
      add("resume", node.on_resume);
      add("ifClosed", node.if_closed);
      add("noAnswer", node.no_answer?.next, node.no_answer ? { after: node.no_answer.after } : {});
      break;
    case "catalog":
      add("pick", node.on_pick ?? node.next ?? "@end");
      add("none", node.on_none);
      break;
    case "order":
      add("done", node.on_done ?? node.next ?? "@end");
      add("cancel", node.on_cancel);
      add("fail", node.on_fail);
      break;
    case "ai_agent":
      add("done", node.on_done ?? node.next ?? "@end");
      add("fail", node.on_fail);
      break;
    case "split":
      for (const arm of node.arms)
        add("arm", arm.next, { label: `${arm.title ?? ""}${arm.title ? " " : ""}${arm.weight}` });
      break;
    case "end":
      break;
    default:
      add("next", node.next ?? "@end");
      if ("on_fail" in node) add("fail", node.on_fail);
  }
  for (const nudge of nudges ?? []) add("nudge", nudge.next, { after: nudge.after });
  return exits;
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
 * The nodes in the order in which a conversation meets them: from the start,
 * each path to its end before the next option; then what only triggers and
 * commands reach, then what nothing reaches.
 */
export function script(flow: FlowDocument): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const visit = (from: string, unreachable: boolean) => {
    const open = [from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
      if (!node || seen.has(id)) continue;
      seen.add(id);
      const exits = exitsOf(node);
      steps.push({ id, number: steps.length + 1, node, exits, unreachable });
      open.push(...exits.map((exit) => exit.to).reverse());
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
