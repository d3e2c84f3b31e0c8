// The rich_text block: sections, lists, quotes, preformatted text and every inline element they hold.

import { h, link } from "../dom.js";
import { channelMention, dateNode, emojiNode, unescape, usergroupMention, userMention } from "./mrkdwn.js";

const MARKERS = ["•", "◦", "▪"];

export function richText(block, ctx) {
  return h("div", { class: "richtext" }, grouped(block.elements ?? [], ctx));
}

function grouped(elements, ctx) {
  const counters = [];
  return elements.map((element) => {
    if (element.type === "rich_text_list") return list(element, ctx, counters);
    counters.length = 0;
    return part(element, ctx);
  });
}

function part(element, ctx) {
  const inner = (element.elements ?? []).map((child) => inlineElement(child, ctx));
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rt-section" }, inner);
    case "rich_text_quote":
      return h("blockquote", {}, inner);
    case "rich_text_preformatted":
      return h("pre", { data: { language: element.language } }, h("code", {}, inner));
    default:
      return h("div", { class: "rt-section" }, inner);
  }
}

// Lists of different depth are siblings, so ordered numbers run on per depth until a shallower item comes.
function list(element, ctx, counters) {
  const indent = element.indent ?? 0;
  const ordered = element.style === "ordered";
  counters.length = indent + 1;
  let number = counters[indent] ?? element.offset ?? 0;
  const items = (element.elements ?? []).map((item) => {
    number += 1;
    const mark = ordered ? `${ordinal(number, indent)}.` : MARKERS[indent % MARKERS.length];
    const body = item.type === "rich_text_section" ? item.elements.map((child) => inlineElement(child, ctx)) : part(item, ctx);
    return h("li", {}, h("span", { class: "mark", "aria-hidden": ordered ? null : "true" }, mark), h("span", {}, body));
  });
  counters[indent] = number;
  return h(ordered ? "ol" : "ul", { class: element.border ? "rt-list rt-border" : "rt-list", style: { "--indent": String(indent) } }, items);
}

function ordinal(number, indent) {
  if (indent % 3 === 1) return String.fromCharCode(96 + ((number - 1) % 26) + 1);
  if (indent % 3 === 2) return roman(number);
  return String(number);
}

function roman(number) {
  const steps = [[10, "x"], [9, "ix"], [5, "v"], [4, "iv"], [1, "i"]];
  let left = number;
  return steps.map(([size, letters]) => {
    const times = Math.floor(left / size);
    left -= times * size;
    return letters.repeat(times);
  }).join("");
}

export function inlineElement(element, ctx) {
  return styled(bare(element, ctx), element.style);
}

function bare(element, ctx) {
  switch (element.type) {
    case "text":
      return document.createTextNode(unescape(element.text ?? ""));
    case "link":
      return link(element.url ?? "", element.text ? unescape(element.text) : (element.url ?? ""));
    case "user":
      return userMention(element.user_id, ctx);
    case "channel":
      return channelMention(element.channel_id, ctx);
    case "usergroup":
      return usergroupMention(element.usergroup_id, ctx);
    case "team":
      return h("span", { class: "mention" }, `@${ctx.team?.name ?? element.team_id}`);
    case "broadcast":
      return h("span", { class: "mention mention-all" }, `@${element.range}`);
    case "emoji":
      return emojiNode(element.name, element.unicode ? String.fromCodePoint(...element.unicode.split("-").map((code) => Number.parseInt(code, 16))) : undefined);
    case "date":
      return dateNode(Number(element.timestamp), element.format ?? "{date_short_pretty} {time}", element.url, element.fallback, ctx);
    case "color":
      return h("span", { class: "swatch-text" }, h("span", { class: "swatch", style: { "--swatch": colour(element.value) } }), element.value);
    default:
      return document.createTextNode(element.text ?? element.fallback ?? `[${element.type}]`);
  }
}

function colour(value) {
  return /^#[0-9a-f]{3,8}$/i.test(value ?? "") ? value : "transparent";
}

const STYLES = [["code", "code"], ["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"]];

function styled(node, style) {
  if (!style) return node;
  return STYLES.reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}
