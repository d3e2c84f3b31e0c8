// The list of places: channels, private channels, the app's messages and its Home.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../render/avatar.js";

export class Sidebar {
  #ws;
  #go;

  constructor(ws, go) {
    this.#ws = ws;
    this.#go = go;
    this.node = h("nav", { class: "sidebar", id: "sidebar", "aria-label": "Channels" });
    this.node.addEventListener("keydown", (event) => {
      const items = [...this.node.querySelectorAll(".place")];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
    });
  }

  show(current) {
    const ws = this.#ws;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    const channels = ws.channels.filter((channel) => !channel.is_im);
    const direct = ws.channels.filter((channel) => channel.is_im);
    replace(
      this.node,
      h("div", { class: "places" },
        section("Channels", channels.map((channel) => this.#place(channel.id, channel.is_private ? "lock" : "hash", channel.name, current, ws.isUnread(channel.id), channel.archived))),
        section("App", [
          ws.app.home_enabled !== false && this.#place("home", "home", "Home", current, false),
          ...direct.map((channel) => this.#place(channel.id, null, ws.app.name, current, ws.isUnread(channel.id))),
        ])),
      h("p", { class: "sidebar-note" }, "A local stand-in for Slack. Nothing here leaves this machine."),
    );
    if (focused) this.node.querySelector(`[data-channel="${focused}"]`)?.focus();
  }

  #place(id, symbol, name, current, unread, archived = false) {
    const here = id === current;
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: `place ${unread && !here ? "unread" : ""}`, "aria-current": here ? "page" : null, data: { channel: id }, on: { click: () => this.#go(id) } },
        symbol ? icon(symbol, 16) : avatar({ ...this.#ws.app, is_bot: true }, 20),
        h("span", { class: "place-name" }, name),
        archived && h("span", { class: "place-note" }, "archived"),
        unread && !here && h("span", { class: "dot", role: "img", "aria-label": "unread" }),
      ),
    );
  }
}

function section(title, items) {
  return h("section", {}, h("h2", {}, title), h("ul", {}, items));
}
