// Draws Block Kit: one function per block type, and a visible box for what this page cannot draw.

import { fragment, h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { alert, authProvider, call, card, carousel, container, contextActions, fileBlock, layout, plan, task, video } from "./cards.js";
import { chart } from "./chart.js";
import { element, image } from "./elements.js";
import { markdown } from "./markdown.js";
import { textObject, words } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./table.js";

const DRAW = {
  section, header, context, divider, actions, input, alert, card, carousel, container, layout, plan, table, video, call,
  image: imageBlock, rich_text: richText, markdown: (block, ctx) => markdown(block.text ?? "", ctx), data_table: dataTable,
  data_visualization: chart, task_card: task, context_actions: contextActions, file: fileBlock, auth_provider: authProvider,
};

export function blocks(list, ctx) {
  return list.map((item, index) => {
    const block = item.block_id ? item : { ...item, block_id: `block-${index}` };
    return h("div", { class: `block block-${String(block.type).replace(/[^\w-]/g, "")}`, data: { block: block.type } }, draw(block, ctx));
  });
}

function draw(block, ctx) {
  let drawn = null;
  try {
    drawn = DRAW[block.type]?.(block, ctx) ?? null;
  } catch (error) {
    console.warn("This block could not be drawn", block, error);
  }
  return drawn ?? unknown(block, `cannot draw this block type: ${block.type}`);
}

export function unknown(thing, why) {
  return h(
    "details",
    { class: "unknown", data: { testid: "cannot-draw" } },
    h("summary", {}, icon("warning", 16), h("span", {}, `This page ${why}`)),
    h("pre", {}, h("code", {}, JSON.stringify(thing, null, 2))),
  );
}

function drawElement(item, block, ctx) {
  return element(item, block, ctx) ?? unknown(item, `cannot draw this element: ${item.type}`);
}

function section(block, ctx) {
  const fields = block.fields ?? [];
  const text = h(
    "div",
    { class: "section-text" },
    block.text && h("div", { class: "text" }, textObject(block.text, ctx)),
    fields.length > 0 && h("div", { class: "fields" }, fields.map((field) => h("div", { class: "field-cell" }, textObject(field, ctx)))),
  );
  if (!block.accessory) return text;
  const kind = block.accessory.type === "image" ? "picture-accessory" : /checkboxes|radio_buttons/.test(block.accessory.type) ? "below" : "";
  return h("div", { class: `section ${kind}` }, text, h("div", { class: "accessory" }, drawElement(block.accessory, block, ctx)));
}

function header(block, ctx) {
  const level = Math.min(Math.max(block.level ?? 1, 1), 4);
  return h(`h${level + 2}`, { class: `header header-${level}` }, textObject(block.text, ctx));
}

function context(block, ctx) {
  return h("div", { class: "context" }, (block.elements ?? []).map((item) =>
    item.type === "image" ? h("span", { class: "context-picture" }, image(item)) : h("span", { class: "context-text" }, textObject(item, ctx))));
}

function divider() {
  return h("hr", {});
}

function actions(block, ctx) {
  return h("div", { class: "actions" }, (block.elements ?? []).map((item) => drawElement(item, block, ctx)));
}

function imageBlock(block, ctx) {
  return h("figure", { class: "image-block" }, block.title && h("figcaption", {}, textObject(block.title, ctx)), image(block));
}

function input(block, ctx) {
  const id = uniqueId("input");
  const error = ctx.errors?.[block.block_id];
  const item = block.element ?? {};
  const node = drawElement(item, block, ctx);
  const control = node.querySelector?.("input:not([hidden]), textarea, button.select, .btn[data-action-id]") ?? node;
  control.setAttribute?.("aria-describedby", id);
  if (error) control.setAttribute?.("aria-invalid", "true");
  if (!block.optional) control.setAttribute?.("aria-required", "true");
  return h(
    "div",
    { class: `input ${error ? "invalid" : ""}`, data: { inputBlock: block.block_id } },
    h("div", { class: "input-label" }, h("span", {}, textObject(block.label, ctx)), block.optional && h("span", { class: "optional" }, "(optional)")),
    node,
    h("div", { id, class: "input-notes" },
      error && h("div", { class: "input-error", role: "alert", data: { testid: "input-error" } }, icon("warning", 15), h("span", {}, words(error))),
      block.hint && h("div", { class: "input-hint" }, textObject(block.hint, ctx))),
  );
}

/** Every element blocks hold, however deep, with the id of its block: what a person can use there. */
export function enterable(list) {
  return list.flatMap((block, index) => usable(block, block.block_id ?? `block-${index}`));
}

function usable(value, blockId) {
  if (value === null || typeof value !== "object") return [];
  if (value.action_id) return [[blockId, value]];
  return Object.values(value).flatMap((part) => usable(part, part?.block_id ?? blockId));
}

/** A message's blocks, or its text where it has none, and its attachments. */
export function messageBody(message, ctx) {
  const body = [];
  if (message.blocks?.length) body.push(...blocks(message.blocks, ctx));
  else if (message.text) body.push(h("div", { class: "text" }, textObject({ type: message.mrkdwn === false ? "plain_text" : "mrkdwn", text: message.text }, ctx)));
  for (const attachment of message.attachments ?? []) body.push(attached(attachment, ctx));
  return fragment(...body);
}

function attached(attachment, ctx) {
  const colours = { good: "var(--good)", warning: "var(--warn)", danger: "var(--danger)" };
  const colour = colours[attachment.color] ?? (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : "var(--line-strong)");
  const mrkdwnText = (text) => text && textObject({ type: "mrkdwn", text }, ctx);
  return h(
    "div",
    { class: "attachment", style: { "--bar": colour } },
    attachment.pretext && h("div", {}, mrkdwnText(attachment.pretext)),
    attachment.title && h("div", { class: "card-title" }, mrkdwnText(attachment.title_link ? `<${attachment.title_link}|${attachment.title}>` : attachment.title)),
    attachment.blocks ? blocks(attachment.blocks, ctx) : mrkdwnText(attachment.text ?? (attachment.title ? "" : attachment.fallback)),
    attachment.fields?.length > 0 && h("div", { class: "fields" }, attachment.fields.map((field) => h("div", { class: "field-cell" }, h("b", {}, field.title), "\n", mrkdwnText(field.value)))),
  );
}
