// The markdown block: a small renderer of standard Markdown into DOM nodes, without any HTML.

import { fragment, h, link } from "../dom.js";
import { emoji } from "./emoji.js";
import { emojiNode, unescape, userMention } from "./mrkdwn.js";

export function markdown(text, ctx) {
  return h("div", { class: "markdown" }, blocks(String(text).replace(/\r\n?/g, "\n").split("\n"), ctx));
}

const FENCE = /^\s{0,3}(```+|~~~+)\s*([\w+-]*)\s*$/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^\s{0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;
const DIVIDER_ROW = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

function blocks(lines, ctx) {
  const out = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = block(lines, at, ctx);
    if (node) out.push(node);
    at = next;
  }
  return out;
}

function block(lines, at, ctx) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  const heading = HEADING.exec(line);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-h${heading[1].length}` }, inline(heading[2], ctx)), at + 1];
  if (RULE.test(line)) return [h("hr", {}), at + 1];
  if (QUOTE.test(line)) return quote(lines, at, ctx);
  if (ITEM.test(line)) return list(lines, at, ctx);
  if (line.includes("|") && DIVIDER_ROW.test(lines[at + 1] ?? "") && lines[at + 1].includes("-")) return table(lines, at, ctx);
  return paragraph(lines, at, ctx);
}

function fence(lines, at) {
  const [, mark, language] = FENCE.exec(lines[at]);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { data: { language: language || null } }, h("code", {}, lines.slice(at + 1, end).join("\n"))), end + 1];
}

function quote(lines, at, ctx) {
  let end = at;
  const inner = [];
  while (end < lines.length && (QUOTE.test(lines[end]) || (inner.length && lines[end].trim() && !starts(lines[end])))) {
    inner.push(QUOTE.exec(lines[end])?.[1] ?? lines[end]);
    end += 1;
  }
  return [h("blockquote", {}, blocks(inner, ctx)), end];
}

function starts(line) {
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);
}

function list(lines, at, ctx) {
  const [, indent, marker] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(marker);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (item && item[1].length <= indent.length + 1 && /\d/.test(item[2]) === ordered && !RULE.test(lines[end])) {
      const body = [item[3]];
      end += 1;
      while (end < lines.length && belongs(lines, end, indent.length)) {
        body.push(lines[end].slice(Math.min(lines[end].search(/\S|$/), indent.length + item[2].length + 1)));
        end += 1;
      }
      items.push(listItem(body, ctx));
    } else break;
  }
  const start = ordered ? Number.parseInt(marker, 10) : null;
  return [h(ordered ? "ol" : "ul", { start: start === 1 ? null : start }, items), end];
}

// A line is part of the item above when it is indented deeper, or a blank line before such a line.
function belongs(lines, at, indent) {
  const line = lines[at];
  if (!line.trim()) return Boolean(lines[at + 1]?.trim()) && lines[at + 1].search(/\S/) > indent + 1;
  return line.search(/\S/) > indent + 1 || !starts(line);
}

function listItem(body, ctx) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(body[0]);
  if (task) body[0] = task[2];
  const inner = blocks(body, ctx);
  // A tight item is its text, not a paragraph.
  const nodes = inner.flatMap((node) => (node.tagName === "P" ? [...node.childNodes] : [node]));
  if (!task) return h("li", {}, nodes);
  const done = task[1] !== " ";
  return h("li", { class: "md-task" }, h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": done ? "done" : "to do" }), nodes);
}

function table(lines, at, ctx) {
  const aligns = cells(lines[at + 1]).map((cell) => (/^:-+:$/.test(cell) ? "center" : /^-+:$/.test(cell) ? "right" : "left"));
  const row = (line, tag) =>
    h("tr", {}, cells(line).map((cell, column) => h(tag, { class: `align-${aligns[column] ?? "left"}`, scope: tag === "th" ? "col" : null }, inline(cell, ctx))));
  let end = at + 2;
  const body = [];
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) body.push(row(lines[end++], "td"));
  return [h("div", { class: "table-scroll" }, h("table", { class: "grid" }, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body))), end];
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function paragraph(lines, at, ctx) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !starts(lines[end])) end += 1;
  const rows = lines.slice(at, end).map((line) => inline(line.trim(), ctx));
  return [h("p", {}, rows.flatMap((row, index) => (index ? [h("br", {}), row] : [row]))), end];
}

const RULES = [
  [/\\([\\`*_{}[\]()#+\-.!|~>])/y, (match) => match[1]],
  [/(`+)([\s\S]+?)\1(?!`)/y, (match) => h("code", {}, match[2].trim() || match[2])],
  [/!\[([^\]]*)\]\(([^\s)]+)[^)]*\)/y, (match) => link(match[2], match[1] || match[2])],
  [/\[((?:[^[\]]|\[[^\]]*\])+)\]\(([^\s)]+)(?:\s+"[^"]*")?\)/y, (match, ctx) => link(match[2], inline(match[1], ctx))],
  [/<@([UW]\w+)(?:\|([^>]*))?>/y, (match, ctx) => userMention(match[1], ctx, match[2])],
  [/<(https?:[^\s<>|]+)(?:\|([^<>]*))?>/y, (match) => link(match[1], match[2] || match[1])],
  [/https?:\/\/[^\s<>|)\]]*[^\s<>|)\].,;:!?'"*_~]/y, (match) => link(match[0])],
  [/(\*\*|__)(?=\S)([\s\S]*?\S)\1/y, (match, ctx) => h("b", {}, inline(match[2], ctx))],
  [/~~(?=\S)([\s\S]*?\S)~~/y, (match, ctx) => h("s", {}, inline(match[1], ctx))],
  [/\*(?=[^\s*])([^*]*[^\s*])\*/y, (match, ctx) => h("i", {}, inline(match[1], ctx))],
  [/\b_(?=[^\s_])([^_]*[^\s_])_\b/y, (match, ctx) => h("i", {}, inline(match[1], ctx))],
  [/:([a-z0-9_+-]+):/y, (match) => (emoji(match[1]) ? emojiNode(match[1]) : match[0])],
];

function inline(text, ctx) {
  const out = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const found = /[\\`![<h*_~:]/.test(text[at]) && rule(text, at);
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) out.push(unescape(plain));
    plain = "";
    out.push(found.draw(found.match, ctx));
    at += found.match[0].length;
  }
  if (plain) out.push(unescape(plain));
  return fragment(...out);
}

function rule(text, at) {
  for (const [pattern, draw] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { match, draw };
  }
  return null;
}
