// Slack's mrkdwn, turned into DOM nodes: styles, code, quotes, mentions, dates, links, emoji.

import { fragment, h, link, safeUrl } from "../dom.js";
import { dateTokens, fullTime } from "./dates.js";
import { emoji, withEmoji } from "./emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export function unescape(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}

/** A text object ({type, text}) or a bare string, drawn as its type says. */
export function textObject(object, ctx) {
  if (object === undefined || object === null) return fragment();
  if (typeof object === "string") return plain(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "", ctx) : plain(object.text ?? "");
}

export function plain(text) {
  return fragment(withEmoji(unescape(String(text))));
}

/** The words of a text object without any markup, for labels and titles. */
export function words(object) {
  const text = typeof object === "string" ? object : (object?.text ?? "");
  return withEmoji(unescape(text.replace(/<[^<>|]*\|([^<>]*)>/g, "$1")));
}

export function mrkdwn(text, ctx) {
  const out = h("span", { class: "mrkdwn" });
  const pieces = String(text).split(/```([\s\S]*?)```/);
  pieces.forEach((piece, index) => {
    if (index % 2) out.append(h("pre", {}, h("code", {}, codeText(piece, ctx))));
    else if (piece) lines(trimAround(piece, index, pieces.length), ctx, out);
  });
  return out;
}

// A code fence is a block of its own: the line breaks beside it are not blank lines.
function trimAround(piece, index, count) {
  let text = piece;
  if (index > 0) text = text.replace(/^\n/, "");
  if (index < count - 1) text = text.replace(/\n$/, "");
  return text;
}

function codeText(piece, ctx) {
  return plainTokens(piece.replace(/^\n/, "").replace(/\n$/, ""), ctx);
}

// Inside code Slack still resolves <…> links to their label, and nothing else.
function plainTokens(text) {
  return unescape(text.replace(/<(https?:[^<>|]+)(?:\|([^<>]+))?>/g, (_, url, label) => label ?? url));
}

function lines(text, ctx, out) {
  const rows = text.split("\n");
  let run = null;
  let quote = null;
  let rest = false;
  const openRun = () => {
    if (run) run.append("\n");
    else out.append((run = h("span", {})));
  };
  for (const row of rows) {
    const quoted = rest ? [null, row] : /^(?:&gt;|>)(?!(?:&gt;|>){2}) ?(.*)$/.exec(row);
    const restQuoted = /^(?:&gt;|>){3} ?(.*)$/.exec(row);
    if (quoted || restQuoted) {
      rest ||= Boolean(restQuoted);
      if (quote) quote.append("\n");
      else out.append((quote = h("blockquote", {})));
      quote.append(inline((restQuoted ?? quoted)[1], ctx));
      run = null;
      continue;
    }
    quote = null;
    const bullet = /^(\s*)(•|◦|-|\d{1,2}\.)\s+(.*)$/.exec(row);
    if (bullet) {
      const indent = { "--indent": String(Math.floor(bullet[1].length / 2)) };
      const mark = bullet[2] === "-" ? "–" : bullet[2];
      out.append(h("span", { class: "bullet", style: indent }, h("span", { class: "mark" }, mark), h("span", {}, inline(bullet[3], ctx))));
      run = null;
      continue;
    }
    openRun();
    run.append(inline(row, ctx));
  }
}

const STYLES = { "*": "b", _: "i", "~": "s" };
const CODE = /`([^`\n]+)`/y;
const ANGLE = /<([^<>\n]+)>/y;
const EMOJI = /:([a-z0-9_+-]+)(?:::?skin-tone-[2-6])?:/y;
const URL_IN_TEXT = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/y;

export function inline(text, ctx) {
  const out = [];
  let plainFrom = 0;
  let at = 0;
  const flush = () => {
    if (at > plainFrom) out.push(unescape(text.slice(plainFrom, at)));
  };
  const take = (node, length) => {
    flush();
    out.push(node);
    at += length;
    plainFrom = at;
  };
  while (at < text.length) {
    const char = text[at];
    const token = special(text, at, char, ctx) ?? styled(text, at, char, ctx);
    if (token) take(...token);
    else at += 1;
  }
  flush();
  return fragment(...out);
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function special(text, at, char, ctx) {
  let found;
  if (char === "`" && (found = matchAt(CODE, text, at))) return [h("code", {}, plainTokens(found[1])), found[0].length];
  if (char === "<" && (found = matchAt(ANGLE, text, at))) return [angle(found[1], ctx, !text.slice(0, at).trim()), found[0].length];
  if (char === ":" && (found = matchAt(EMOJI, text, at)) && emoji(found[1])) return [emojiNode(found[1]), found[0].length];
  if (char === "h" && boundary(text[at - 1]) && (found = matchAt(URL_IN_TEXT, text, at))) return [link(unescape(found[0])), found[0].length];
  return null;
}

export function emojiNode(name, character) {
  const shown = character ?? emoji(name);
  if (!shown) return document.createTextNode(`:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, shown);
}

function boundary(char) {
  return char === undefined || !/[\p{L}\p{N}]/u.test(char);
}

function styled(text, at, char, ctx) {
  if (!STYLES[char] || !boundary(text[at - 1]) || text[at - 1] === char || /\s/.test(text[at + 1] ?? " ") || text[at + 1] === char) return null;
  const end = closing(text, at + 1, char);
  return end < 0 ? null : [h(STYLES[char], {}, inline(text.slice(at + 1, end), ctx)), end + 1 - at];
}

function closing(text, from, char) {
  for (let at = from; at < text.length; at += 1) {
    const skip = (text[at] === "`" && matchAt(CODE, text, at)) || (text[at] === "<" && matchAt(ANGLE, text, at));
    if (skip) at += skip[0].length - 1;
    else if (text[at] === char && at > from && !/\s/.test(text[at - 1]) && boundary(text[at + 1]) && text[at + 1] !== char) return at;
  }
  return -1;
}

function angle(inner, ctx, starts) {
  const [target, ...labelParts] = inner.split("|");
  const label = labelParts.length ? labelParts.join("|") : null;
  if (/^@[UW]\w+$/.test(target)) return userMention(target.slice(1), ctx, label);
  if (/^#[CGD]\w+$/.test(target)) return channelMention(target.slice(1), ctx, label);
  if (target.startsWith("!")) return command(target.slice(1), label, ctx, starts);
  if (safeUrl(unescape(target))) return link(unescape(target), label === null ? unescape(target).replace(/^mailto:/, "") : inline(label, ctx));
  return document.createTextNode(unescape(`<${inner}>`));
}

function command(target, label, ctx, starts) {
  const [name, ...rest] = target.split("^");
  if (name === "subteam") return usergroupMention(rest[0], ctx, label);
  if (name === "date") return dateNode(Number(rest[0]), rest[1] ?? "", rest[2], label, ctx, starts);
  if (["here", "channel", "everyone"].includes(name)) return h("span", { class: "mention mention-all" }, `@${name}`);
  return document.createTextNode(label ?? `<!${target}>`);
}

export function userMention(id, ctx, label) {
  const user = ctx.user(id);
  const name = user?.real_name ?? label?.replace(/^@/, "") ?? id;
  const props = { class: id === ctx.me.id ? "mention mention-me" : "mention", title: user?.title ?? id, data: { mention: id } };
  return h("span", props, `@${name}`);
}

export function channelMention(id, ctx, label) {
  const channel = ctx.channel(id);
  const name = channel?.name ?? label ?? id;
  if (!channel) return h("span", { class: "mention" }, `#${name}`);
  const open = (event) => {
    event.preventDefault();
    ctx.openChannel(id);
  };
  return h("a", { href: `?user=${ctx.me.id}&channel=${id}`, class: "mention mention-channel", on: { click: open } }, `#${name}`);
}

export function usergroupMention(id, ctx, label) {
  const group = ctx.usergroup(id);
  const mine = group?.members?.includes(ctx.me.id);
  return h("span", { class: mine ? "mention mention-me" : "mention", title: group?.name ?? id }, label ?? `@${group?.handle ?? id}`);
}

export function dateNode(epoch, template, url, fallback, ctx, starts = false) {
  if (!Number.isFinite(epoch)) return document.createTextNode(fallback ?? template);
  const when = new Date(epoch * 1000);
  const shown = dateTokens(template, epoch, ctx.me.tz, ctx.now(), { starts });
  const time = h("time", { datetime: when.toISOString(), title: fullTime(when, ctx.me.tz) }, shown);
  return url ? link(url, time) : time;
}
