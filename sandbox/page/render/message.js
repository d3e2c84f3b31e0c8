// One message: who, when, what, its reactions, files, thread link and the small toolbar over it.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu, openPopover } from "../popover.js";
import { bytes } from "./attachments.js";
import { avatar } from "./avatar.js";
import { messageBody } from "./blocks.js";
import { ago, fullTime, timeOfDay } from "./dates.js";
import { emoji } from "./emoji.js";
import { emojiNode } from "./mrkdwn.js";

export function moment(ts) {
  return new Date(Number(ts) * 1000);
}

/** Who wrote it, with what a message of an app may override. */
export function author(message, ctx) {
  const user = ctx.user(message.user);
  if (message.bot_id || user?.is_bot) {
    return { id: ctx.app.bot_user, name: message.username ?? ctx.app.name, is_bot: true, icon: message.icons?.emoji ?? message.icon_emoji };
  }
  return { ...user, id: message.user, name: user?.real_name ?? message.username ?? message.user, is_bot: false };
}

export function messageRow(message, ctx, { grouped = false, inThread = false } = {}) {
  const who = author(message, ctx);
  const when = moment(message.ts);
  const stamp = h("time", { class: "stamp", datetime: when.toISOString(), title: fullTime(when, ctx.me.tz) }, timeOfDay(when, ctx.me.tz));
  const edited = message.edited && h("span", { class: "edited", title: editedTitle(message, ctx) }, " (edited)");
  const symbol = who.icon && emoji(who.icon.replaceAll(":", ""));
  const face = symbol ? h("span", { class: "avatar avatar-app avatar-emoji", style: { "--size": "36px" } }, symbol) : avatar(who);
  return h(
    "article",
    {
      class: `message ${grouped ? "grouped" : ""} ${message.is_ephemeral ? "ephemeral" : ""} ${message.pending ? "pending" : ""}`,
      tabindex: "-1", "aria-label": `${who.name}, ${timeOfDay(when, ctx.me.tz)}`,
      data: { testid: "message", ts: message.ts, ephemeral: message.is_ephemeral ? "true" : null, author: who.id },
    },
    h("div", { class: "gutter" }, grouped ? stamp.cloneNode(true) : face),
    h(
      "div",
      { class: "message-main" },
      message.is_ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you", h("button", { type: "button", class: "linkish", on: { click: () => ctx.dismiss(message) } }, "Dismiss")),
      !grouped && h("div", { class: "byline" }, h("span", { class: "author" }, who.name), who.is_bot && h("span", { class: "badge" }, "APP"), stamp, message.blocks && edited),
      h("div", { class: "message-body" }, messageBody(message, ctx), (grouped || !message.blocks) && edited),
      files(message, ctx),
      reactions(message, ctx),
      !inThread && threadLink(message, ctx),
    ),
    !message.pending && toolbar(message, ctx, inThread),
  );
}

function editedTitle(message, ctx) {
  return message.edited.ts ? fullTime(moment(message.edited.ts), ctx.me.tz) : "Edited";
}

function toolbar(message, ctx, inThread) {
  const offered = ctx.shortcuts.filter(({ type }) => type === "message");
  const tool = (name, symbol, click) => h("button", { type: "button", class: "tool", "aria-label": name, title: name, on: { click } }, icon(symbol, 17));
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    !message.is_ephemeral && tool("Add a reaction", "smile", (event) => choose(event.currentTarget, message, ctx)),
    !inThread && !message.is_ephemeral && tool("Reply in thread", "reply", () => ctx.openThread(message.thread_ts ?? message.ts)),
    !message.is_ephemeral && tool("Copy link to message", "link", () => ctx.copyLink(message)),
    offered.length > 0 && !message.is_ephemeral && tool("Shortcuts of the app", "bolt", (event) =>
      openMenu(event.currentTarget, "Shortcuts", offered.map(({ name, callback_id: id }) => ({ label: name, value: id, pick: () => ctx.useShortcut(id, message) })))),
    tool("Show the JSON of this message", "pulse", () => ctx.inspect(message)),
  );
}

const PALETTE = ["+1", "white_check_mark", "eyes", "tada", "heart", "rocket", "x", "pray"];

function choose(anchor, message, ctx) {
  const panel = h("div", { class: "palette", role: "group", "aria-label": "Reactions" }, PALETTE.map((name) =>
    h("button", { type: "button", class: "btn-quiet", "aria-label": name, title: `:${name}:`, on: { click: () => (popover.close(), ctx.react(message, name, false)) } }, emoji(name))));
  const popover = openPopover(anchor, panel, { label: "Add a reaction", above: true });
  panel.firstChild.focus();
}

function threadLink(message, ctx) {
  if (!message.reply_count) return null;
  const people = [...new Set(message.reply_users ?? [])].slice(0, 4).map((id) => avatar(ctx.user(id) ?? { id }, 22));
  const last = message.latest_reply && h("span", { class: "thread-last" }, `Last reply ${ago(moment(message.latest_reply), ctx.now())}`);
  return h(
    "button",
    { type: "button", class: "thread-link", data: { testid: "thread-link" }, on: { click: () => ctx.openThread(message.ts) } },
    people,
    h("span", { class: "thread-count" }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    last,
  );
}

function reactions(message, ctx) {
  if (!message.reactions?.length) return null;
  const one = (reaction) => {
    const names = (reaction.users ?? []).map((id) => ctx.user(id)?.real_name ?? id).join(", ");
    const mine = (reaction.users ?? []).includes(ctx.me.id);
    const toggle = () => ctx.react(message, reaction.name, mine);
    return h("li", {}, h("button", { type: "button", class: "reaction", "aria-pressed": String(mine), title: `${names} reacted with :${reaction.name}:`, data: { reaction: reaction.name }, on: { click: toggle } }, emojiNode(reaction.name), h("span", {}, String(reaction.count ?? reaction.users?.length ?? 1))));
  };
  return h("ul", { class: "reactions", "aria-label": "Reactions" }, message.reactions.map(one));
}

function files(message, ctx) {
  const list = message.files ?? [];
  if (!list.length) return null;
  return h("div", { class: "files" }, list.map((file) => fileCard(file, ctx)));
}

function fileCard(file, ctx) {
  const url = `/_page/file/${encodeURIComponent(file.id)}`;
  const name = file.title || file.name || "file";
  const isPicture = (file.mimetype ?? "").startsWith("image/") || /\.(png|jpe?g|gif|svg|webp)$/i.test(file.name ?? "");
  if (isPicture) {
    const open = () => ctx.showPicture(url, file.alt_txt || name);
    return h("figure", { class: "file-picture" }, h("figcaption", {}, name), h("button", { type: "button", class: "picture-open", "aria-label": `Open ${name}`, on: { click: open } }, h("img", { src: url, alt: file.alt_txt || name, loading: "lazy" })));
  }
  return h(
    "a",
    { class: "file-card", href: url, download: file.name ?? name },
    h("span", { class: "file-mark" }, icon("file", 20)),
    h("span", { class: "file-text" }, h("span", { class: "file-name" }, name), h("span", { class: "option-note" }, [file.pretty_type ?? file.filetype?.toUpperCase(), file.size && bytes(file.size)].filter(Boolean).join(" · "))),
  );
}
