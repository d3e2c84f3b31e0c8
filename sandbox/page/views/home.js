// The app's Home tab: the view the app has published for this user, drawn and acted in.

import { h, replace, spinner } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../render/avatar.js";
import { blocks, enterable } from "../render/blocks.js";

export class Home {
  #ctx;
  #calls;
  #shown = "";

  /** `calls`: act(view, element, value, values), suggest(view, element, query). */
  constructor(ctx, calls) {
    this.#ctx = ctx;
    this.#calls = calls;
    this.head = h("div", { class: "place-head" });
    this.body = h("div", { class: "home-body" });
    this.node = h("section", { class: "home", "aria-label": "App Home", data: { testid: "home" } }, this.head, h("div", { class: "scroller" }, this.body));
  }

  show({ waiting = false, tabs = null } = {}) {
    const ws = this.#ctx;
    replace(this.head, h("div", { class: "place-title" }, avatar({ ...ws.app, is_bot: true }, 24), h("h1", {}, ws.app.name)), tabs);
    const view = ws.home;
    const version = `${ws.me.id} ${view?.id} ${view?.hash} ${waiting}`;
    if (version === this.#shown) return;
    this.#shown = version;
    if (!view) {
      replace(this.body, waiting ? h("div", { class: "empty" }, spinner("Waiting for the app"), h("p", {}, "Waiting for the app to publish its Home…")) : nothing(ws.app.name));
      return;
    }
    const values = ws.valuesOf(`view ${view.id}`);
    values.keepOnly(enterable(view.blocks), view.state?.values);
    const ctx = Object.assign(Object.create(this.#ctx), {
      key: view.id, values,
      act: (block, item, value) => this.#calls.act(view, item, value, values.plain()),
      suggest: (block, item, query) => this.#calls.suggest(view, item, query),
    });
    replace(this.body, blocks(view.blocks, ctx));
  }

  forget() {
    this.#shown = "";
  }
}

function nothing(name) {
  return h("div", { class: "empty" }, icon("home", 40), h("h2", {}, "Nothing here yet"), h("p", {}, `${name} has not published its Home for you.`));
}
