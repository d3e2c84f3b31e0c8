// Short notes in the corner that go away by themselves and are read out.

import { h } from "../dom.js";
import { icon } from "../icons.js";

const STAYS_MS = 5000;

export const toasts = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export function toast(text, { tone = "", action = null } = {}) {
  const node = h("div", { class: `toast ${tone}`, data: { testid: "toast" } }, tone === "bad" && icon("warning", 17), h("span", {}, text));
  if (action) node.append(h("button", { type: "button", class: "linkish", on: { click: () => (node.remove(), action[1]()) } }, action[0]));
  toasts.append(node);
  setTimeout(() => node.remove(), STAYS_MS);
}
