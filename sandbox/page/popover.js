// A floating panel beside an element: placed to fit, closed by Escape, a press outside, or its owner.

import { h } from "./dom.js";

/** Opens `content` beside `anchor`; gives `close` and `place`. Lives inside the anchor's dialog, or it would be inert. */
export function openPopover(anchor, content, { onClose, label, above = false, minWidth = 0, role = null } = {}) {
  const panel = h("div", { class: "popover", "aria-label": label, role }, content);
  (anchor.closest("dialog") ?? document.body).append(panel);
  const place = () => position(panel, anchor, above, minWidth);
  const close = (reason = "closed") => {
    if (!panel.isConnected) return;
    panel.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
    window.removeEventListener("resize", place);
    document.removeEventListener("scroll", place, true);
    onClose?.(reason);
  };
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) close("outside");
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close("escape");
    (anchor.matches("button, input, textarea") ? anchor : anchor.querySelector("button, input"))?.focus();
  };
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", escape, true);
  window.addEventListener("resize", place);
  document.addEventListener("scroll", place, true);
  place();
  return { panel, close, place };
}

function position(panel, anchor, above, minWidth) {
  const at = anchor.getBoundingClientRect();
  panel.style.minWidth = `${Math.max(minWidth, Math.min(at.width, 480))}px`;
  const size = panel.getBoundingClientRect();
  const below = innerHeight - at.bottom;
  const up = above || (below < size.height + 8 && at.top > below);
  panel.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  panel.style.top = `${Math.max(8, up ? at.top - size.height - 4 : at.bottom + 4)}px`;
}

/** A menu of things to do; each entry is {label, note, value, pick}. */
export function openMenu(anchor, label, entries) {
  const items = entries.map(({ label: name, note, value, pick }) =>
    h(
      "button",
      {
        type: "button", role: "menuitem", class: "menu-item", data: { optionValue: value },
        on: {
          click: () => {
            popover.close();
            pick();
          },
        },
      },
      h("span", {}, name),
      note && h("span", { class: "option-note" }, note),
    ),
  );
  const menu = h("div", { role: "menu", class: "menu", "aria-label": label, on: { keydown: (event) => moveFocus(event, items) } }, items);
  const popover = openPopover(anchor, menu, { label });
  items[0]?.focus();
}

/** Arrow keys, Home and End over the enabled items of a list; gives the item that now has the focus. */
export function moveFocus(event, items) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  const now = items.indexOf(document.activeElement);
  const next = event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : event.key in steps ? (now + steps[event.key] + items.length) % items.length : null;
  if (next === null || !items.length) return;
  event.preventDefault();
  items[next].focus();
}
