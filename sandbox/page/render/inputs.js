// The elements a person types or puts something into: text, numbers, addresses, files.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { Attachments, tooLarge } from "./attachments.js";
import { hooks, use } from "./dispatch.js";
import { words } from "./mrkdwn.js";

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };
const PAUSE_MS = 300;
const MOST_FILES = 10;
const LARGEST_IN_FORM = 10 * 2 ** 20;

export function textInput(item, block, ctx) {
  const long = item.type === "rich_text_input" || item.multiline;
  const held = ctx.values.read(block.block_id, item);
  const triggers = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let pause;
  const entered = () => (node.value === "" ? null : node.value);
  const act = () => {
    clearTimeout(pause);
    use(ctx, block, item, entered(), wrap);
  };
  const node = h(long ? "textarea" : "input", {
    type: long ? null : (TYPES[item.type] ?? "text"), inputmode: item.type === "number_input" ? "decimal" : null,
    class: "field", rows: long ? 4 : null, placeholder: words(item.placeholder) || null, autocomplete: "off",
    "aria-label": words(block.label) || words(item.placeholder) || "Text", maxlength: item.max_length, data: hooks(block, item),
    on: {
      input: () => {
        ctx.values.write(block.block_id, item, entered());
        count();
        if (!block.dispatch_action || !triggers.includes("on_character_entered")) return;
        clearTimeout(pause);
        pause = setTimeout(act, PAUSE_MS);
      },
      keydown: (event) => {
        if (event.key !== "Enter" || event.isComposing || (long && !(event.metaKey || event.ctrlKey))) return;
        event.preventDefault();
        if (block.dispatch_action && triggers.includes("on_enter_pressed")) act();
        else ctx.submit?.();
      },
    },
  });
  node.value = typeof held === "string" || typeof held === "number" ? String(held) : held ? flatText(held) : "";
  const left = h("span", { class: "field-count", "aria-hidden": "true" });
  const count = () => {
    const rest = (item.max_length ?? Infinity) - node.value.length;
    left.textContent = rest <= 50 ? String(rest) : "";
  };
  count();
  const wrap = h("span", { class: "field-wrap" }, node, left);
  return wrap;
}

function flatText(richText) {
  return (richText.elements ?? []).map((part) => part.text ?? flatText(part)).join("");
}

/** A button that lets files be picked, and a card for each; they are brought at once, and the form carries their ids. */
export function fileInput(item, block, ctx) {
  const most = item.max_files ?? MOST_FILES;
  const label = words(block.label) || "Files";
  const files = new Attachments({
    user: () => ctx.me.id, label, testid: "file-input", types: item.filetypes, most, refused: (file) => refused(item, file),
    // A form drawn anew has other cards of the same files, and those tell of them from then on.
    changed: () => files.node.isConnected && ctx.values.write(block.block_id, item, files.items),
  });
  files.show(ctx.values.read(block.block_id, item) ?? []);
  const button = h("button", { type: "button", class: "btn", data: hooks(block, item), on: { click: () => files.pick() } }, icon("clip", 16), most > 1 ? "Add files" : "Add a file");
  return h("span", { class: "field-wrap" }, files.node, button, files.input);
}

function refused(item, file) {
  const type = /\.([^.]+)$/.exec(file.name)?.[1].toLowerCase();
  if (item.filetypes?.length && !item.filetypes.includes(type)) return `“${file.name}” is none of these types: ${item.filetypes.join(", ")}.`;
  return tooLarge(file, LARGEST_IN_FORM);
}
