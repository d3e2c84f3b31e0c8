// The panel beside the channel that holds one thread: its first message, the replies, and their composer.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { Composer } from "./composer.js";
import { MessageList } from "./messages.js";

export class ThreadPanel {
  #ctx;

  /** `calls`: send(channel, ts, text, files), close(). */
  constructor(ctx, calls, ctxOf) {
    this.#ctx = ctx;
    this.list = new MessageList(ctxOf, { inThread: true, label: "Replies" });
    this.composer = new Composer(ctx, { testid: "thread-composer", commands: false, send: (text, files) => calls.send(this.channel, this.ts, text, files), leave: () => this.list.enter() });
    this.title = h("div", { class: "panel-title" });
    this.node = h(
      "aside",
      { class: "thread", "aria-label": "Thread", hidden: true, data: { testid: "thread" } },
      h("div", { class: "place-head" }, this.title, h("span", { class: "spread" }), h("button", { type: "button", class: "btn-quiet", "aria-label": "Close thread", title: "Close (Esc)", data: { testid: "thread-close" }, on: { click: calls.close } }, icon("close", 20))),
      this.list.node,
      this.composer.node,
    );
  }

  channel = null;
  ts = null;

  show(channel, ts) {
    const moved = channel !== this.channel || ts !== this.ts;
    this.channel = channel;
    this.ts = ts;
    this.node.hidden = !ts;
    if (!ts) {
      this.list.clear();
      return;
    }
    const ws = this.#ctx;
    const place = ws.channel(channel);
    replace(this.title, h("h2", {}, "Thread"), h("span", { class: "topic" }, place?.is_im ? ws.app.name : `#${place?.name}`));
    if (moved) this.list.forget();
    this.composer.at(`${ws.me.id} ${channel} ${ts}`, "Reply…");
    this.redraw();
  }

  redraw() {
    if (!this.ts) return;
    const ws = this.#ctx;
    const messages = ws.thread(this.channel, this.ts);
    const replies = messages.length - 1;
    const divider = replies > 0 ? h("div", { class: "replies" }, h("span", {}, `${replies} ${replies === 1 ? "reply" : "replies"}`)) : null;
    this.list.show(messages, { me: ws.me.id, now: ws.now(), zone: ws.me.tz, divider });
  }

  forget() {
    this.list.forget();
  }
}
