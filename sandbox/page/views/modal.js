// The modals of an app: the view on top of the user's stack as a dialog, its inputs, errors and submission.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { avatar } from "../render/avatar.js";
import { blocks, enterable } from "../render/blocks.js";
import { plain, words } from "../render/mrkdwn.js";
import { problem } from "../render/values.js";

export class Modals {
  #ctx;
  #calls;
  #dialog = null;
  #shown = "";
  #errors = {};
  #busy = false;

  /** `calls` are what the server is asked: submit(view, values), close(view, all), act and suggest. */
  constructor(ctx, calls) {
    this.#ctx = ctx;
    this.#calls = calls;
  }

  /** Show the top of the stack; the same version of a view is left alone, with all that was typed. */
  show(stack) {
    const view = stack.at(-1);
    if (!view) {
      this.#shown = "";
      this.#dialog?.close();
      return;
    }
    const version = `${view.id} ${view.hash} ${stack.length}`;
    if (version === this.#shown) return;
    if (!this.#shown.startsWith(`${view.id} `)) this.#errors = {};
    this.#shown = version;
    this.#draw(view, stack);
  }

  #open() {
    if (this.#dialog) return this.#dialog;
    const node = h("dialog", { class: "sheet modal", data: { testid: "modal" } });
    node.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (event.target === node && this.#view) this.#calls.close(this.#view, false);
    });
    node.addEventListener("close", () => {
      node.remove();
      if (this.#dialog === node) this.#dialog = null;
    });
    document.body.append(node);
    node.showModal();
    this.#dialog = node;
    return node;
  }

  #view = null;

  #draw(view, stack) {
    const dialog = this.#open();
    const focus = focusIn(dialog);
    const before = this.#view?.id === view.id ? (dialog.querySelector(".modal-body")?.scrollTop ?? 0) : 0;
    this.#view = view;
    const values = this.#ctx.valuesOf(`view ${view.id}`);
    values.keepOnly(enterable(view.blocks), view.state?.values);
    const errors = this.#errors;
    const ctx = Object.assign(Object.create(this.#ctx), {
      key: view.id, values, errors, submit: () => this.#submit(view),
      act: (block, item, value) => this.#calls.act(view, item, value, values.plain()),
      suggest: (block, item, query) => this.#calls.suggest(view, item, query),
    });
    const title = words(view.title);
    const cross = h("button", { type: "button", class: "btn-quiet", "aria-label": "Close all", title: "Close", data: { testid: "modal-cross" }, on: { click: () => this.#calls.close(view, true) } }, icon("close", 20));
    const back = stack.length > 1 && h("button", { type: "button", class: "btn-quiet", "aria-label": "Back", title: "Back", data: { testid: "modal-back" }, on: { click: () => this.#calls.close(view, false) } }, icon("back", 20));
    this.submitButton = view.submit && h("button", { type: "submit", class: "btn btn-primary", data: { testid: "modal-submit" } }, h("span", { class: "btn-label" }, plain(words(view.submit))));
    this.banner = h("div", { class: "modal-banner", role: "alert", hidden: true, data: { testid: "modal-banner" } });
    const body = h("div", { class: "modal-body" }, blocks(view.blocks, ctx));
    dialog.dataset.callbackId = view.callback_id ?? "";
    dialog.dataset.viewId = view.id;
    dialog.setAttribute("aria-label", title);
    replace(
      dialog,
      h(
        "form",
        { class: "modal-form", novalidate: true, on: { submit: (event) => (event.preventDefault(), this.#submit(view)) } },
        h("div", { class: "sheet-head" }, back || avatar({ ...this.#ctx.app, is_bot: true }, 28), h("h2", {}, title), stack.length > 1 && h("span", { class: "modal-depth" }, `${stack.length} of 3`), cross),
        this.banner,
        body,
        h("div", { class: "sheet-foot" },
          (view.close || view.submit) && h("button", { type: "button", class: "btn", data: { testid: "modal-close" }, on: { click: () => this.#calls.close(view, false) } }, plain(words(view.close ?? (view.submit ? "Cancel" : "Close")))),
          this.submitButton),
      ),
    );
    body.scrollTop = before;
    this.#setBusy(false);
    this.#refocus(focus, view);
  }

  #refocus(focus, view) {
    const wanted = view.blocks.find((block) => block.element?.focus_on_load)?.block_id;
    const inputs = [...this.#dialog.querySelectorAll(".modal-body [data-action-id]")];
    const again = focus && inputs.find((node) => node.dataset.actionId === focus.action && node.dataset.blockId === focus.block);
    const first = again ?? inputs.find((node) => node.dataset.blockId === wanted) ?? inputs.find((node) => node.matches("input, textarea, button.select"));
    (first ?? this.submitButton ?? this.#dialog.querySelector("button"))?.focus({ preventScroll: !first });
    if (again && focus.at !== null && again.setSelectionRange && again.type !== "email") again.setSelectionRange(focus.at, focus.at);
  }

  async #submit(view) {
    if (this.#busy || !view.submit) return;
    const values = this.#ctx.valuesOf(`view ${view.id}`);
    const inputs = view.blocks.filter((block) => block.type === "input");
    const found = inputs.map((block) => [block.block_id, problem(block, values.read(block.block_id, block.element))]).filter(([, why]) => why);
    if (found.length) return this.#showErrors(view, Object.fromEntries(found));
    this.#setBusy(true);
    this.banner.hidden = true;
    const answer = await this.#calls.submit(view, values.plain());
    this.#setBusy(false);
    if (this.#view !== view || !this.#dialog) return undefined;
    if (answer.response_action === "errors" && Object.keys(answer.errors ?? {}).length) return this.#showErrors(view, answer.errors);
    this.#errors = {};
    if (answer.ok) return undefined;
    const code = answer.ack && answer.ack !== "acked" ? answer.ack : (answer.error ?? "no_answer");
    replace(this.banner, icon("warning", 18), h("span", {}, "We had some trouble connecting. Try again? ", h("code", {}, code)));
    this.banner.hidden = false;
    return undefined;
  }

  #showErrors(view, errors) {
    this.#errors = errors;
    if (!this.#dialog) return;
    const seen = this.#ctx.views;
    this.#draw(view, seen.length ? seen : [view]);
    const first = view.blocks.find((block) => errors[block.block_id])?.block_id;
    if (!first) return;
    const holder = this.#dialog.querySelector(`[data-input-block="${CSS.escape(first)}"]`);
    holder?.scrollIntoView({ block: "nearest" });
    holder?.querySelector("input, textarea, button")?.focus({ preventScroll: true });
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#dialog?.setAttribute("aria-busy", String(busy));
    if (!this.submitButton) return;
    this.submitButton.disabled = busy;
    this.submitButton.setAttribute("aria-busy", String(busy));
  }
}

function focusIn(dialog) {
  const active = document.activeElement;
  if (!dialog.contains(active) || !active.dataset.actionId) return null;
  const at = active.matches("textarea, input[type=text]") ? active.selectionStart : null;
  return { action: active.dataset.actionId, block: active.dataset.blockId, at };
}
