// A scrolling list of messages that redraws only what changed and stays at the newest while it was there.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { dayKey, dayLabel } from "../render/dates.js";
import { messageRow, moment } from "../render/message.js";

const NEAR_BOTTOM = 80;
const GROUP_SECONDS = 300;

export class MessageList {
  #ctxOf;
  #inThread;
  #drawn = new WeakMap();
  #days = new Map();
  #stuck = true;
  #lastOwn = null;

  /** `ctxOf(message)` gives what a message is drawn with. */
  constructor(ctxOf, { inThread = false, label }) {
    this.#ctxOf = ctxOf;
    this.#inThread = inThread;
    this.content = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": label });
    this.more = h("button", { type: "button", class: "more-below", hidden: true, on: { click: () => this.toBottom() } }, icon("down", 16), "Newest messages");
    this.scroller = h("div", { class: "scroller", tabindex: "-1" }, this.content);
    this.node = h("div", { class: "message-list" }, this.scroller, this.more);
    this.scroller.addEventListener("scroll", () => {
      this.#stuck = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_BOTTOM;
      if (this.#stuck) this.more.hidden = true;
    });
    this.content.addEventListener("keydown", (event) => this.#walk(event));
    new ResizeObserver(() => this.#stuck && this.toBottom()).observe(this.content);
    new ResizeObserver(() => this.#stuck && this.toBottom()).observe(this.scroller);
  }

  /** Show exactly these messages; `lead` nodes come first, `tail` nodes last. */
  show(messages, { me, now, zone, lead = [], tail = [], divider = null } = {}) {
    const focus = this.#focused();
    const nodes = [...lead];
    let previous = null;
    messages.forEach((message, index) => {
      const newDay = !previous || dayKey(moment(previous.ts), zone) !== dayKey(moment(message.ts), zone);
      if (newDay && !this.#inThread) nodes.push(this.#day(moment(message.ts), zone, now));
      if (divider && index === 1) nodes.push(divider);
      nodes.push(this.#row(message, !newDay && continues(previous, message) && !(divider && index === 1)));
      previous = message;
    });
    nodes.push(...tail);
    const grown = messages.length && messages.at(-1).ts !== this.content.dataset.newest;
    const own = messages.findLast((message) => message.user === me);
    if (own && own.ts !== this.#lastOwn) this.#stuck = true;
    this.#lastOwn = own?.ts ?? null;
    this.content.dataset.newest = messages.at(-1)?.ts ?? "";
    this.#place(nodes);
    this.#restore(focus);
    if (this.#stuck) this.toBottom();
    else if (grown) this.more.hidden = false;
  }

  clear() {
    this.forget();
    this.content.replaceChildren();
  }

  toBottom() {
    this.#stuck = true;
    this.more.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Put the keyboard on the newest message; from there the arrows walk. */
  enter() {
    [...this.content.querySelectorAll(".message")].at(-1)?.focus();
  }

  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(".message")) return;
    event.preventDefault();
    const rows = [...this.content.querySelectorAll(".message")];
    rows[rows.indexOf(event.target) + step]?.focus();
  }

  reveal(ts) {
    const row = this.content.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!row) return;
    this.#stuck = false;
    row.scrollIntoView({ block: "center" });
    row.classList.add("found");
    row.focus({ preventScroll: true });
  }

  /** Draw everything anew at the next show, because what messages are drawn with has changed. */
  forget() {
    this.#drawn = new WeakMap();
    this.#days.clear();
    this.#stuck = true;
  }

  #row(message, grouped) {
    const known = this.#drawn.get(message);
    if (known?.grouped === grouped) return known.node;
    const node = messageRow(message, this.#ctxOf(message), { grouped, inThread: this.#inThread });
    this.#drawn.set(message, { grouped, node });
    return node;
  }

  #day(date, zone, now) {
    const key = `${dayKey(date, zone)} ${dayLabel(date, zone, now)}`;
    if (!this.#days.has(key)) this.#days.set(key, h("div", { class: "day", role: "separator" }, h("span", {}, dayLabel(date, zone, now))));
    return this.#days.get(key);
  }

  #place(nodes) {
    nodes.forEach((node, index) => {
      if (this.content.childNodes[index] !== node) this.content.insertBefore(node, this.content.childNodes[index] ?? null);
    });
    while (this.content.childNodes.length > nodes.length) this.content.lastChild.remove();
  }

  // A redrawn message takes the focus with it; its successor gets it back.
  #focused() {
    const active = document.activeElement;
    if (!this.content.contains(active)) return null;
    return { active, ts: active.closest("[data-ts]")?.dataset.ts, action: active.dataset.actionId, value: active.dataset.value };
  }

  #restore(focus) {
    if (!focus?.ts || focus.active.isConnected) return;
    const row = this.content.querySelector(`[data-ts="${CSS.escape(focus.ts)}"]`);
    const same = [...(row?.querySelectorAll("[data-action-id]") ?? [])].find((node) => node.dataset.actionId === focus.action && node.dataset.value === focus.value);
    (same ?? row)?.focus({ preventScroll: true });
  }
}

function continues(previous, message) {
  if (!previous || previous.is_ephemeral || message.is_ephemeral || previous.reply_count) return false;
  const same = (previous.user ?? previous.bot_id) === (message.user ?? message.bot_id) && previous.username === message.username;
  return same && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}
