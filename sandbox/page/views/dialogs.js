// Small dialogs of the page itself: the confirmation an element asks for, a picture at full size, raw JSON.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../render/mrkdwn.js";

/** A dialog with this in it, open; a press beside it closes it. */
export function dialog(props, ...children) {
  const node = h("dialog", { ...props, on: { close: () => node.remove(), click: (event) => event.target === node && node.close() } }, children);
  document.body.append(node);
  node.showModal();
  return node;
}

/** Slack's confirm object; true when the person agreed. */
export function confirmDialog(confirm, ctx) {
  return new Promise((resolve) => {
    let agreed = false;
    const answer = (value) => {
      agreed = value;
      node.close();
    };
    const node = dialog(
      { class: "sheet confirm", "aria-labelledby": "confirm-title", data: { testid: "confirm" } },
      h("h2", { id: "confirm-title" }, textObject(confirm.title ?? "Are you sure?", ctx)),
      h("div", { class: "confirm-text" }, textObject(confirm.text, ctx)),
      h(
        "div",
        { class: "sheet-foot" },
        h("button", { type: "button", class: "btn", data: { testid: "confirm-cancel" }, on: { click: () => answer(false) } }, textObject(confirm.deny ?? "Cancel", ctx)),
        h("button", { type: "button", autofocus: true, class: `btn ${confirm.style === "danger" ? "btn-danger" : "btn-primary"}`, data: { testid: "confirm-ok" }, on: { click: () => answer(true) } }, textObject(confirm.confirm ?? "Yes", ctx)),
      ),
    );
    node.addEventListener("close", () => resolve(agreed));
  });
}

export function showPicture(url, alt) {
  const node = dialog(
    { class: "viewer", "aria-label": alt },
    h("div", { class: "viewer-head" }, h("span", {}, alt), h("a", { class: "btn-quiet", href: url, target: "_blank", rel: "noopener", title: "Open in a new tab" }, icon("link", 18)),
      h("button", { type: "button", class: "btn-quiet", "aria-label": "Close", on: { click: () => node.close() } }, icon("close", 18))),
    h("img", { src: url, alt }),
  );
}

export function showJson(title, value) {
  const text = JSON.stringify(value, null, 2);
  const node = dialog(
    { class: "sheet json-sheet", "aria-label": title, data: { testid: "json" } },
    h("div", { class: "sheet-head" }, h("h2", {}, title), h("button", { type: "button", class: "btn-quiet", "aria-label": "Close", on: { click: () => node.close() } }, icon("close", 18))),
    h("pre", { tabindex: "0" }, h("code", {}, text)),
    h("div", { class: "sheet-foot" }, h("button", { type: "button", class: "btn", on: { click: () => navigator.clipboard?.writeText(text) } }, "Copy")),
  );
}
