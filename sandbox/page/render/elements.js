// The interactive elements that are pressed or picked: buttons, menus, dates, checkboxes, radio buttons, pictures.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../popover.js";
import { epochToZoned, zonedToEpoch } from "./dates.js";
import { hooks, press, use } from "./dispatch.js";
import { fileInput, textInput } from "./inputs.js";
import { textObject, words } from "./mrkdwn.js";
import { select } from "./selects.js";

const DRAW = {
  button, workflow_button: button, overflow, image, datepicker, timepicker, datetimepicker, checkboxes,
  radio_buttons: radioButtons, feedback_buttons: feedback, icon_button: iconButton, file_input: fileInput,
};

/** The node of an element, or null when this page does not know its type. */
export function element(item, block, ctx) {
  if (/^(?:multi_)?(?:static|external|users|conversations|channels)_select$/.test(item.type)) return select(item, block, ctx);
  if (/_text_input$|^number_input$|^rich_text_input$/.test(item.type)) return textInput(item, block, ctx);
  return DRAW[item.type]?.(item, block, ctx) ?? null;
}

function open(url) {
  const href = safeUrl(url);
  if (href) window.open(href, "_blank", "noopener,noreferrer");
}

export function button(item, block, ctx) {
  const node = h(
    "button",
    {
      type: "button", class: `btn ${item.style ? `btn-${item.style}` : ""}`, data: hooks(block, item, item.value ?? ""),
      "aria-label": item.accessibility_label, title: item.url,
      on: {
        click: () => {
          if (node.getAttribute("aria-busy")) return;
          if (item.url) open(item.url);
          press(ctx, block, item, item.value ?? null, node);
        },
      },
    },
    h("span", { class: "btn-label" }, textObject(item.text, ctx)),
    item.url && icon("link", 14),
  );
  return node;
}

function overflow(item, block, ctx) {
  const trigger = h("button", { type: "button", class: "btn btn-icon", "aria-label": "More actions", "aria-haspopup": "menu", data: hooks(block, item) }, icon("dots"));
  const pick = (option) => () => {
    if (option.url) open(option.url);
    press(ctx, block, item, option.value, trigger);
  };
  trigger.addEventListener("click", () =>
    openMenu(trigger, "More actions", (item.options ?? []).map((option) => ({
      label: textObject(option.text, ctx), note: option.description && textObject(option.description, ctx), value: option.value, pick: pick(option),
    }))));
  return trigger;
}

/** Where a picture of a block lies: at its own address, or among the files of the workspace. */
export function pictureUrl(item) {
  if (item.image_url) return safeUrl(item.image_url);
  const file = item.slack_file ?? {};
  const id = file.id ?? /\/files(?:-pri)?\/(?:[^/]*-)?(F\w+)/.exec(file.url ?? "")?.[1];
  return id ? `/_page/file/${encodeURIComponent(id)}` : null;
}

export function image(item) {
  const url = pictureUrl(item);
  const alt = item.alt_text ?? "";
  if (!url) return missing(alt);
  const node = h("img", { class: "picture", src: url, alt, loading: "lazy", referrerpolicy: "no-referrer", on: { error: () => node.replaceWith(missing(alt)) } });
  return node;
}

function missing(alt) {
  return h("span", { class: "picture-missing", role: "img", "aria-label": alt }, icon("file", 16), h("span", {}, alt || "picture"));
}

function picker(type, item, block, ctx, { shown, entered }) {
  const node = h("input", {
    type, class: `field field-${type}`, value: shown(ctx.values.read(block.block_id, item)) ?? "", data: hooks(block, item),
    "aria-label": words(item.placeholder) || { date: "Date", time: "Time" }[type] || "Date and time",
    on: { change: () => use(ctx, block, item, entered(node.value), node.parentElement) },
  });
  return h("span", { class: "field-wrap" }, node);
}

function datepicker(item, block, ctx) {
  return picker("date", item, block, ctx, { shown: (value) => value, entered: (text) => text || null });
}

function timepicker(item, block, ctx) {
  return picker("time", item, block, ctx, { shown: (value) => value, entered: (text) => text || null });
}

function datetimepicker(item, block, ctx) {
  const zone = ctx.me.tz;
  return picker("datetime-local", item, block, ctx, {
    shown: (value) => (value ? epochToZoned(Number(value), zone) : ""),
    entered: (text) => (text ? zonedToEpoch(text, zone) : null),
  });
}

function checkboxes(item, block, ctx) {
  return choices("checkbox", item, block, ctx, {
    chosen: (option) => ctx.values.read(block.block_id, item).some((held) => held.value === option.value),
    after: (inputs) => (item.options ?? []).filter((_, index) => inputs[index].checked),
  });
}

function radioButtons(item, block, ctx) {
  return choices("radio", item, block, ctx, {
    chosen: (option) => ctx.values.read(block.block_id, item)?.value === option.value,
    after: (inputs) => (item.options ?? []).find((_, index) => inputs[index].checked) ?? null,
  });
}

function choices(type, item, block, ctx, { chosen, after }) {
  const name = `${ctx.key}-${block.block_id}-${item.action_id}`;
  const inputs = [];
  const rows = (item.options ?? []).map((option) => {
    const input = h("input", { type, name, checked: chosen(option), data: hooks(block, item, option.value) });
    inputs.push(input);
    return h(
      "label",
      { class: "choice" },
      input,
      h("span", {}, h("span", {}, textObject(option.text, ctx)), option.description && h("span", { class: "option-note" }, textObject(option.description, ctx))),
    );
  });
  const group = h(
    "div",
    {
      class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": words(block.label) || "Choices",
      on: {
        change: async () => {
          const sent = await use(ctx, block, item, after(inputs), group);
          if (!sent) (item.options ?? []).forEach((option, index) => (inputs[index].checked = chosen(option)));
        },
      },
    },
    rows,
  );
  return group;
}

function feedback(item, block, ctx) {
  const one = (side, symbol) => {
    const spec = item[side];
    if (!spec) return null;
    const node = h(
      "button",
      { type: "button", class: "btn-quiet", "aria-label": spec.accessibility_label ?? words(spec.text), title: words(spec.text), data: hooks(block, item, spec.value), on: { click: () => press(ctx, block, item, spec.value, node) } },
      icon(symbol, 17),
    );
    return node;
  };
  return h("span", { class: "feedback", role: "group", "aria-label": "Feedback" }, one("positive_button", "thumbup"), one("negative_button", "thumbdown"));
}

function iconButton(item, block, ctx) {
  if (item.visible_to_user_ids && !item.visible_to_user_ids.includes(ctx.me.id)) return h("span", { hidden: true });
  const node = h(
    "button",
    { type: "button", class: "btn-quiet", "aria-label": item.accessibility_label ?? words(item.text), title: words(item.text), data: hooks(block, item, item.value ?? ""), on: { click: () => press(ctx, block, item, item.value ?? null, node) } },
    icon(item.icon, 17),
  );
  return node;
}
