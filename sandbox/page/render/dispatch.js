// What happens when a person uses an element: confirm if asked to, tell the app, show waiting and failure.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { plainValue } from "./values.js";

/** Remember the value and, where the block acts at once, send it. True when the app acknowledged. */
export async function use(ctx, block, element, value, node) {
  const before = ctx.values.read(block.block_id, element);
  ctx.values.write(block.block_id, element, value);
  if (block.type === "input" && !block.dispatch_action) return true;
  if (element.confirm && !(await ctx.confirm(element.confirm))) {
    ctx.values.write(block.block_id, element, before);
    return false;
  }
  return send(ctx, block, element, plainValue(value), node);
}

/** Press a button or menu entry: its value belongs to the element, not to the person. */
export async function press(ctx, block, element, value, node) {
  if (element.confirm && !(await ctx.confirm(element.confirm))) return false;
  return send(ctx, block, element, value, node);
}

async function send(ctx, block, element, value, node) {
  node.setAttribute("aria-busy", "true");
  node.classList.remove("failed");
  node.querySelector(".failed-mark")?.remove();
  const answer = await ctx.act(block, element, value);
  node.removeAttribute("aria-busy");
  if (answer.ok) return true;
  const why = `The app did not accept this: ${answer.ack ?? answer.error ?? "no answer"}`;
  node.classList.add("failed");
  node.append(h("span", { class: "failed-mark", role: "img", "aria-label": why, title: why }, icon("warning", 15)));
  return false;
}

/** The hooks every interactive node carries for tests. */
export function hooks(block, element, value) {
  return { blockId: block.block_id, actionId: element.action_id, value };
}
