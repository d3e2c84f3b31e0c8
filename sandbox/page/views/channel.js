// A channel or the app's direct message: its head, its messages, the first steps offered, and its composer.

import { h, replace, spinner } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../render/avatar.js";
import { Composer } from "./composer.js";
import { MessageList } from "./messages.js";

const SUGGESTIONS = ["/dac", "/dac status", "/dac scale chat-prod 4 because launch week"];
const STAYS_UNHURRIED_MS = 400;

export class ChannelView {
  #ctx;
  #calls;
  #running = new Map();
  #intro = null;
  #introFor = "";

  /** `calls`: send(channel, text, files), switchUser(id); `ctxOf(message)` is what a message is drawn with. */
  constructor(ctx, calls, ctxOf) {
    this.#ctx = ctx;
    this.#calls = calls;
    this.head = h("div", { class: "place-head" });
    this.list = new MessageList(ctxOf, { label: "Messages" });
    this.composer = new Composer(ctx, { testid: "composer", send: (text, files) => calls.send(this.id, text, files), leave: () => this.list.enter() });
    this.closed = h("div", { class: "closed", hidden: true });
    this.node = h("section", { class: "channel", data: { testid: "channel" } }, this.head, this.list.node, this.closed, this.composer.node);
  }

  id = null;

  show(id, { tabs = null } = {}) {
    const ws = this.#ctx;
    const channel = ws.channel(id);
    if (!channel) return;
    const moved = id !== this.id;
    this.id = id;
    if (moved) this.list.forget();
    this.#drawHead(channel, tabs);
    const name = channel.is_im ? ws.app.name : `#${channel.name}`;
    this.composer.at(`${ws.me.id} ${id}`, `Message ${name}`, "/ for commands, @ to mention");
    const archived = channel.archived && !channel.is_im;
    replace(this.closed, icon("lock", 16), `#${channel.name} is archived: nobody can write here.`);
    this.closed.hidden = !archived;
    this.composer.node.hidden = Boolean(archived);
    this.redraw();
  }

  redraw() {
    const ws = this.#ctx;
    const channel = ws.channel(this.id);
    if (!channel) return;
    const running = [...(this.#running.get(this.id) ?? [])].map((entry) => entry.node);
    this.list.show(ws.timeline(this.id), { me: ws.me.id, now: ws.now(), zone: ws.me.tz, lead: [this.#welcome(channel)], tail: running });
  }

  /** A command is on its way: say so, if it takes a person's time, until `done` is called. */
  waiting(channel, text) {
    const node = h("div", { class: "running", data: { testid: "running" } }, spinner(), h("span", {}, h("code", {}, text), " is waiting for the app"));
    const entry = { node };
    const timer = setTimeout(() => {
      this.#running.set(channel, new Set([...(this.#running.get(channel) ?? []), entry]));
      if (channel === this.id) this.redraw();
    }, STAYS_UNHURRIED_MS);
    return () => {
      clearTimeout(timer);
      if (this.#running.get(channel)?.delete(entry) && channel === this.id) this.redraw();
    };
  }

  forget() {
    this.list.forget();
    this.#running.clear();
    this.#introFor = "";
  }

  #drawHead(channel, tabs) {
    const ws = this.#ctx;
    if (channel.is_im) {
      replace(this.head, h("div", { class: "place-title" }, avatar({ ...ws.app, is_bot: true }, 24), h("h1", {}, ws.app.name)), tabs);
      return;
    }
    const members = channel.members.map((id) => ws.user(id)).filter(Boolean);
    const names = members.map((user) => user.real_name || user.name).join(", ");
    replace(
      this.head,
      h("div", { class: "place-title" }, icon(channel.is_private ? "lock" : "hash", 18), h("h1", {}, channel.name)),
      channel.topic && h("p", { class: "topic", title: channel.topic }, channel.topic),
      h("span", { class: "spread" }),
      h("span", { class: "members", title: names, role: "img", "aria-label": `${members.length} members: ${names}` }, members.slice(0, 4).map((user) => avatar(user, 22)), h("span", {}, String(members.length))),
    );
  }

  #welcome(channel) {
    const ws = this.#ctx;
    const key = `${ws.me.id} ${channel.id} ${channel.topic} ${ws.app.name}`;
    if (key === this.#introFor) return this.#intro;
    this.#introFor = key;
    const title = channel.is_im ? `Messages with ${ws.app.name}` : `Welcome to #${channel.name}`;
    const text = channel.is_im ? "What you write here only you and the app see." : channel.topic || "This is where the channel begins.";
    this.#intro = h("div", { class: "welcome" }, h("h2", {}, title), h("p", {}, text), !channel.is_private && this.#tryThis());
    return this.#intro;
  }

  #tryThis() {
    const ws = this.#ctx;
    const known = new Set(ws.commands.map(({ command }) => command));
    const offered = SUGGESTIONS.filter((text) => known.has(text.split(" ")[0]));
    const approver = ws.people().find((user) => /approver/i.test(user.title) && !/outsider/i.test(user.title) && user.id !== ws.me.id);
    const chip = (label, mark, click) => h("button", { type: "button", class: "try", on: { click } }, mark, h("span", {}, label));
    return h(
      "div",
      { class: "try-card", data: { testid: "try-this" } },
      h("h3", {}, icon("spark", 16), "Try this"),
      h("div", { class: "tries" },
        offered.map((text) => chip(text, h("span", { class: "try-mark", "aria-hidden": "true" }, "/"), () => this.#calls.send(this.id, text))),
        approver && chip(`switch to ${approver.real_name.split(" ")[0]} and approve`, avatar(approver, 20), () => this.#calls.switchUser(approver.id))),
    );
  }
}
