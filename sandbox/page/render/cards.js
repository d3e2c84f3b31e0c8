// Blocks that frame other content: card, carousel, container, layout, alert, plan and task, file, video, call.

import { fragment, h, link, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { blocks } from "./blocks.js";
import { element, image, pictureUrl } from "./elements.js";
import { plain, textObject, words } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function card(block, ctx) {
  const actions = (block.actions ?? []).map((item) => element(item, block, ctx));
  const mark = block.icon ?? block.slack_icon;
  return h(
    "article",
    { class: "card" },
    block.hero_image && h("div", { class: "card-hero" }, image(block.hero_image)),
    h(
      "div",
      { class: "card-body" },
      (mark || block.title || block.subtitle) &&
        h("div", { class: "card-head" }, mark && (pictureUrl(mark) ? h("span", { class: "card-icon" }, image(mark)) : icon(mark.name, 20)),
          h("div", {}, block.title && h("div", { class: "card-title" }, textObject(block.title, ctx)), block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle, ctx)))),
      block.body && h("div", {}, textObject(block.body, ctx)),
      block.subtext && h("div", { class: "card-subtitle" }, textObject(block.subtext, ctx)),
      actions.length > 0 && h("div", { class: "actions" }, actions),
    ),
  );
}

export function carousel(block, ctx) {
  const track = h("div", { class: "carousel-track", tabindex: "0", role: "group", "aria-label": "Cards" }, (block.elements ?? []).map((item) => card({ ...item, block_id: item.block_id ?? block.block_id }, ctx)));
  const step = (direction) => track.scrollBy({ left: direction * track.clientWidth * 0.8, behavior: "smooth" });
  const arrow = (direction, name, symbol) => h("button", { type: "button", class: `carousel-arrow ${symbol}`, "aria-label": name, on: { click: () => step(direction) } }, icon(symbol, 18));
  return h("div", { class: "carousel" }, track, (block.elements ?? []).length > 1 && [arrow(-1, "Previous cards", "left"), arrow(1, "Next cards", "right")]);
}

export function container(block, ctx) {
  const heading = block.rich_text_title ? richText(block.rich_text_title, ctx) : textObject(block.title, ctx);
  const head = [
    block.icon && h("span", { class: "card-icon" }, image(block.icon)),
    h("div", {}, h("div", { class: "card-title" }, heading), block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle, ctx))),
  ];
  const body = h("div", { class: "container-body" }, blocks(within(block, block.child_blocks ?? []), ctx));
  const props = { class: `container width-${block.width ?? "standard"} ${block.has_header_divider ? "divided" : ""}` };
  if (!block.is_collapsible) return h("section", props, h("div", { class: "container-head" }, head), body);
  return h("details", { ...props, open: !block.default_collapsed }, h("summary", { class: "container-head" }, head, icon("down", 18)), body);
}

// A block without an id of its own goes by that of the block around it, as the server sees it.
function within(outer, inner) {
  return inner.map((block) => (block.block_id ? block : { ...block, block_id: outer.block_id }));
}

export function layout(block, ctx) {
  const items = (row) => (Array.isArray(row) ? row : (row.items ?? [])).map((item) => {
    const inner = item.blocks ?? item.child_blocks ?? (item.block ? [item.block] : item.type ? [item] : []);
    return h("div", { class: `layout-item width-${item.width ?? "standard"}` }, blocks(within(block, inner), ctx));
  });
  return h(
    "div",
    { class: `layout lines-${block.grid_lines ?? "none"}`, role: "group", "aria-label": block.label },
    block.is_label_visible && h("div", { class: "card-title" }, plain(block.label)),
    (block.rows ?? []).map((row) => h("div", { class: "layout-row" }, items(row))),
  );
}

const LEVELS = { default: "info", info: "info", warning: "warning", error: "warning", success: "check" };

export function alert(block, ctx) {
  const level = block.level in LEVELS ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note" }, icon(LEVELS[level], 18), h("div", {}, textObject(block.text, ctx)));
}

const STATUS = { pending: ["To do", "clock"], in_progress: ["In progress", null], complete: ["Done", "check"], error: ["Failed", "warning"] };

export function task(block, ctx) {
  const [label, symbol] = STATUS[block.status] ?? STATUS.pending;
  const mark = h("span", { class: `task-mark task-${block.status}`, role: "img", "aria-label": label }, symbol ? icon(symbol, 15) : h("span", { class: "spinner" }));
  const sources = (block.sources ?? []).map((source) => h("li", {}, link(source.url ?? "", source.text ?? source.url)));
  const more = [
    block.details && h("div", { class: "task-details" }, richText(block.details, ctx)),
    block.output && h("div", { class: "task-output" }, richText(block.output, ctx)),
    sources.length > 0 && h("ul", { class: "task-sources" }, sources),
  ].filter(Boolean);
  const title = h("span", { class: "task-title" }, plain(words(block.title)));
  if (!more.length) return h("div", { class: "task" }, h("div", { class: "task-head" }, mark, title));
  return h("details", { class: "task", open: block.status !== "complete" }, h("summary", { class: "task-head" }, mark, title, icon("down", 16)), h("div", { class: "task-body" }, more));
}

export function plan(block, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter(({ status }) => status === "complete").length;
  return h(
    "section",
    { class: "plan" },
    h("div", { class: "plan-head" }, h("span", { class: "card-title" }, plain(words(block.title))), h("span", { class: "plan-count" }, `${done} of ${tasks.length}`)),
    h("div", { class: "plan-bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": String(tasks.length), "aria-valuenow": String(done), "aria-label": words(block.title) },
      h("span", { style: { width: `${(100 * done) / Math.max(1, tasks.length)}%` } })),
    tasks.map((one) => task(one, ctx)),
  );
}

function plainCard(symbol, title, note, url) {
  const href = url && safeUrl(url);
  const inner = [h("span", { class: "file-mark" }, icon(symbol, 20)), h("span", { class: "file-text" }, h("span", { class: "file-name" }, title), note && h("span", { class: "option-note" }, note))];
  return href ? h("a", { class: "file-card", href, target: "_blank", rel: "noopener noreferrer" }, inner) : h("div", { class: "file-card" }, inner);
}

export function fileBlock(block) {
  return plainCard("file", block.file?.title ?? block.external_id ?? "File", block.source ?? "remote file", block.file?.permalink);
}

export function video(block, ctx) {
  const note = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  return h("div", { class: "video" }, plainCard("play", words(block.title), note || "Video", block.title_url ?? block.video_url),
    block.description && h("div", { class: "option-note" }, textObject(block.description, ctx)));
}

export function call(block) {
  const details = block.call?.v1 ?? {};
  return plainCard("play", details.name ?? "Call", details.display_id ?? block.call_id, details.join_url);
}

export function contextActions(block, ctx) {
  return h("div", { class: "context-actions" }, (block.elements ?? []).map((item) => element(item, block, ctx)));
}

export function authProvider(block, ctx) {
  return h("div", { class: "file-card" }, h("span", { class: "file-mark" }, icon("lock", 20)),
    h("span", { class: "file-text" }, h("span", { class: "file-name" }, textObject(block.name, ctx)), h("span", { class: "option-note" }, block.is_connected ? "Connected" : "Not connected")),
    block.accessory ? element(block.accessory, block, ctx) : fragment());
}
