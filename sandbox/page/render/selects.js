// Menus with search: static, external, people, conversation and channel selects, single and multiple.

import { h, replace, spinner, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { openPopover } from "../popover.js";
import { avatar } from "./avatar.js";
import { hooks, use } from "./dispatch.js";
import { textObject, words } from "./mrkdwn.js";

const PAUSE_MS = 150;
const SEARCH_FROM = 6;

export function select(item, block, ctx) {
  const multi = item.type.startsWith("multi_");
  const kind = item.type.replace("multi_", "").replace("_select", "");
  defaultToHere(item, block, ctx, kind, multi);
  const label = words(block.label) || words(item.placeholder) || "Select";
  const trigger = h("button", { type: "button", class: "field select", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": label, data: hooks(block, item) });
  const wrap = h("span", { class: "field-wrap" }, trigger);
  const held = () => ctx.values.read(block.block_id, item);
  const show = () => {
    const chosen = multi ? held() : [held()].filter((value) => value !== null);
    const names = chosen.map((value) => h("span", { class: multi ? "chip" : "chosen" }, drawChoice(value, kind, ctx)));
    const nothing = h("span", { class: "placeholder" }, words(item.placeholder) || `Select ${{ users: "a person", channels: "a channel", conversations: "a conversation" }[kind] ?? "an option"}`);
    replace(trigger, h("span", { class: "chosen-list" }, names.length ? names : nothing), icon("down", 16));
    trigger.dataset.value = [chosen].flat().map((value) => (typeof value === "object" ? value.value : value)).join(",");
  };
  show();
  const change = async (value) => {
    await use(ctx, block, item, value, wrap);
    show();
  };
  trigger.addEventListener("click", () => {
    if (trigger.getAttribute("aria-expanded") === "true") return;
    openList({ item, block, ctx, kind, multi, trigger, label, held, change });
  });
  trigger.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    trigger.click();
  });
  return wrap;
}

function defaultToHere(item, block, ctx, kind, multi) {
  if (kind !== "conversations" || !item.default_to_current_conversation || !ctx.channelId) return;
  const held = ctx.values.read(block.block_id, item);
  if (multi ? !held.length : !held) ctx.values.write(block.block_id, item, multi ? [ctx.channelId] : ctx.channelId);
}

function drawChoice(value, kind, ctx) {
  if (typeof value === "object") return textObject(value.text, ctx);
  if (kind === "users") return ctx.user(value)?.real_name ?? value;
  const channel = ctx.channel(value);
  return channel ? `${channel.is_im ? "" : "#"}${channel.name}` : value;
}

function openList({ item, block, ctx, kind, multi, trigger, label, held, change }) {
  const listId = uniqueId("options");
  const list = h("div", { role: "listbox", id: listId, class: "options", "aria-label": label, "aria-multiselectable": multi ? "true" : null });
  const search = h("input", { class: "field search", type: "text", placeholder: "Search", "aria-label": `Search ${label}`, "aria-controls": listId, autocomplete: "off", data: { testid: "select-search" } });
  let chosen = multi ? [...held()] : held();
  let active = -1;
  let asked = 0;
  let pause;
  const idOf = (value) => (value !== null && typeof value === "object" ? value.value : value);
  const isChosen = (value) => (multi ? chosen.some((one) => idOf(one) === idOf(value)) : idOf(chosen) === idOf(value));
  const rows = () => [...list.querySelectorAll("[role=option]")];

  const pick = (value, row) => {
    if (!multi) {
      popover.close("picked");
      trigger.focus();
      change(value);
      return;
    }
    if (isChosen(value)) chosen = chosen.filter((one) => idOf(one) !== idOf(value));
    else if (chosen.length < (item.max_selected_items ?? Infinity)) chosen = [...chosen, value];
    else return;
    row.setAttribute("aria-selected", String(isChosen(value)));
  };
  const draw = (groups) => {
    const nodes = groups.flatMap(({ label: heading, values }) => [
      heading && h("div", { class: "option-group" }, textObject(heading, ctx)),
      ...values.map((value) => {
        const row = h(
          "div",
          { role: "option", class: "option", "aria-selected": String(isChosen(value)), data: { optionValue: idOf(value) }, on: { click: () => pick(value, row) } },
          kind === "users" && avatar(ctx.user(value), 20),
          h("span", { class: "option-text" }, h("span", {}, drawChoice(value, kind, ctx)), value.description && h("span", { class: "option-note" }, textObject(value.description, ctx)),
            kind === "users" && h("span", { class: "option-note" }, ctx.user(value)?.title)),
          icon("check", 16),
        );
        return row;
      }),
    ]);
    replace(list, nodes.length ? nodes : h("div", { class: "option-empty" }, "No matches"));
    active = -1;
    move(rows().length ? 1 : 0);
    popover?.place();
  };
  const load = async () => {
    const turn = (asked += 1);
    const query = search.value.trim();
    if (kind === "external") {
      const least = item.min_query_length ?? 3;
      if (query.length < least) {
        replace(list, h("div", { class: "option-empty" }, `Type ${least === 1 ? "a letter" : `${least} letters`} to search`));
        return;
      }
      replace(list, h("div", { class: "option-empty" }, spinner("Loading options"), " Loading…"));
    }
    const groups = await source(item, block, ctx, kind, query);
    if (turn !== asked) return;
    if (groups) draw(groups);
    else replace(list, h("div", { class: "option-empty" }, "The app did not answer. Try again."));
  };
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    all[active]?.classList.remove("active");
    active = (active + step + all.length) % all.length;
    all[active].classList.add("active");
    all[active].scrollIntoView({ block: "nearest" });
  };
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(load, kind === "external" ? PAUSE_MS : 0);
  });
  const content = h("div", { class: "select-panel" }, search, list);
  content.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") rows()[active]?.click();
    else if (event.key === "Tab") return popover.close("tab");
    else return undefined;
    event.preventDefault();
    return undefined;
  });
  trigger.setAttribute("aria-expanded", "true");
  const popover = openPopover(trigger, content, {
    label, minWidth: 240,
    onClose: () => {
      trigger.setAttribute("aria-expanded", "false");
      if (multi && JSON.stringify(chosen) !== JSON.stringify(held())) change(chosen);
    },
  });
  const few = kind === "static" && optionCount(item) < SEARCH_FROM;
  search.classList.toggle("unseen", few);
  search.focus({ preventScroll: true });
  load();
}

function optionCount(item) {
  return (item.options ?? item.option_groups?.flatMap((group) => group.options) ?? []).length;
}

async function source(item, block, ctx, kind, query) {
  const needle = query.toLowerCase();
  if (kind === "external") {
    const answer = await ctx.suggest(block, item, query);
    return answer.ok ? optionGroups(answer) : null;
  }
  if (kind === "static") return optionGroups(item, (option) => `${words(option.text)} ${words(option.description)}`.toLowerCase().includes(needle));
  if (kind === "users") {
    const people = ctx.people().filter((user) => `${user.real_name} ${user.name}`.toLowerCase().includes(needle));
    return [{ values: people.map((user) => user.id) }];
  }
  const channels = ctx.channels.filter((channel) => wanted(channel, item, kind) && channel.name.toLowerCase().includes(needle));
  return [{ values: channels.map((channel) => channel.id) }];
}

function wanted(channel, item, kind) {
  if (kind === "channels") return !channel.is_im && !channel.is_private;
  const include = item.filter?.include;
  const sort = channel.is_im ? "im" : channel.is_private ? "private" : "public";
  return !include || include.includes(sort);
}

function optionGroups({ options, option_groups: groups }, keep = () => true) {
  if (groups?.length) return groups.map((group) => ({ label: group.label, values: group.options.filter(keep) })).filter((group) => group.values.length);
  const values = (options ?? []).filter(keep);
  return values.length ? [{ values }] : [];
}
