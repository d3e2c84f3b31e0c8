// The box a person writes in: messages with files, slash commands with suggestions, mentions, history and drafts.

import { h, replace, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { openMenu } from "../popover.js";
import { Attachments } from "../render/attachments.js";
import { avatar } from "../render/avatar.js";

const TALLEST = 220;

export class Composer {
  #ws;
  #send;
  #commands;
  #leave;
  #history = new Map();
  #drafts = new Map();
  #picked = new Map();
  #key = "";
  #suggestions = [];
  #active = 0;

  /** `send(text, files)` gets what was entered and the ids of what was attached; with `commands` off, slash commands are not offered; `leave` takes the keyboard up. */
  constructor(ws, { testid, send, commands = true, leave }) {
    this.#ws = ws;
    this.#send = send;
    this.#commands = commands;
    this.#leave = leave;
    const listId = uniqueId("suggestions");
    this.input = h("textarea", {
      rows: 1, class: "composer-input", data: { testid }, "aria-label": "Message", "aria-autocomplete": "list", "aria-controls": listId, autocomplete: "off", spellcheck: "true",
      on: { input: () => this.#changed(), keydown: (event) => this.#pressed(event), blur: () => this.#offer([]), click: () => this.#suggest() },
    });
    this.button = h("button", { type: "button", class: "composer-send", "aria-label": "Send", title: "Send (Enter)", data: { testid: commands ? "send" : "thread-send" }, on: { click: () => this.submit() } }, icon("send", 18));
    this.list = h("div", { class: "suggestions", id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
    const slash = commands && h("button", { type: "button", class: "composer-tool", "aria-label": "Commands", title: "Commands of the app", on: { mousedown: keepFocus, click: () => this.start("/") } }, "/");
    const at = h("button", { type: "button", class: "composer-tool", "aria-label": "Mention someone", title: "Mention someone", on: { mousedown: keepFocus, click: () => this.start("@") } }, "@");
    this.shortcuts = commands && h("button", { type: "button", class: "composer-tool", "aria-label": "Shortcuts", title: "Shortcuts of the app", hidden: true, on: { click: () => this.#offerShortcuts() } }, icon("bolt", 17));
    this.files = new Attachments({ user: () => ws.me.id, label: "Attached files", testid: commands ? "attach" : "thread-attach", changed: () => this.#changed() });
    const clip = h("button", { type: "button", class: "composer-tool", "aria-label": "Attach a file", title: "Attach a file", on: { mousedown: keepFocus, click: () => this.files.pick() } }, icon("clip", 17));
    this.hint = h("span", { class: "composer-hint" });
    this.node = h("div", { class: "composer" }, this.list, h("div", { class: "composer-box" }, this.input, this.files.node, this.files.input, h("div", { class: "composer-bar" }, clip, slash, at, this.shortcuts, this.hint, this.button)));
    this.#changed();
  }

  /** Write for this place from now on; what was being written elsewhere waits there. */
  at(key, label, hint = "") {
    if (key !== this.#key) {
      this.#drafts.set(this.#key, this.input.value);
      this.#picked.set(this.#key, this.files.items);
      this.#key = key;
      this.input.value = this.#drafts.get(key) ?? "";
      this.files.show(this.#picked.get(key) ?? []);
    }
    this.input.placeholder = label;
    this.input.setAttribute("aria-label", label);
    this.hint.textContent = hint;
    if (this.shortcuts) this.shortcuts.hidden = !this.#globalShortcuts().length;
    this.#changed();
  }

  /** Put text into the box and the cursor behind it. */
  start(text) {
    const typed = this.input.value;
    this.input.value = text.length === 1 && typed && text === "@" ? `${typed.replace(/\s*$/, " ")}@` : text;
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.#changed();
  }

  #globalShortcuts() {
    return this.#ws.shortcuts.filter(({ type }) => type === "global");
  }

  #offerShortcuts() {
    openMenu(this.shortcuts, "Shortcuts", this.#globalShortcuts().map(({ name, callback_id: id }) => ({ label: name, value: id, pick: () => this.#ws.useShortcut(id) })));
  }

  submit() {
    if (this.button.disabled) return;
    const text = this.input.value.trim();
    const files = this.files.ids;
    const history = this.#history.get(this.#key) ?? [];
    if (text) this.#history.set(this.#key, [text, ...history.filter((one) => one !== text)].slice(0, 30));
    this.input.value = "";
    this.files.show([]);
    this.#changed();
    this.#send(text, files);
  }

  forget() {
    this.#drafts.clear();
    this.#picked.clear();
    this.#key = "";
    this.input.value = "";
    this.files.show([]);
    this.#changed();
  }

  #mentionable() {
    const people = this.#ws.everyone.filter((user) => !user.is_bot).map((user) => ({ id: user.id, handle: user.name, user }));
    const bot = this.#ws.everyone.find((user) => user.id === this.#ws.app.bot_user);
    return bot ? [...people, { id: bot.id, handle: bot.name, user: { ...bot, title: "App" } }] : people;
  }

  #changed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
    this.button.disabled = this.files.busy || !(this.input.value.trim() || this.files.ids.length);
    this.#suggest();
  }

  #suggest() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const slash = this.#commands && /^\/(\S*)$/.exec(before);
    const at = /(^|\s)@([\w.-]*)$/.exec(before);
    if (document.activeElement !== this.input) this.#offer([]);
    else if (slash) this.#offer(this.#commandsFor(slash[1]));
    else if (at) this.#offer(this.#peopleFor(at[2]));
    else this.#offer([]);
  }

  #commandsFor(typed) {
    return this.#ws.commands
      .filter(({ command }) => command.slice(1).startsWith(typed.toLowerCase()))
      .map((one) => ({
        insert: `${one.command} `, whole: true, exact: one.command === `/${typed}`,
        draw: () => [h("span", { class: "suggest-mark", "aria-hidden": "true" }, "/"), h("span", { class: "suggest-text" }, h("span", {}, h("b", {}, one.command), one.usage_hint && h("span", { class: "usage" }, ` ${one.usage_hint}`)), h("span", { class: "option-note" }, one.description))],
      }));
  }

  #peopleFor(typed) {
    const needle = typed.toLowerCase();
    return this.#mentionable()
      .filter(({ handle, user }) => `${handle} ${user.real_name ?? ""}`.toLowerCase().includes(needle))
      .slice(0, 8)
      .map((one) => ({
        insert: `@${one.handle} `, exact: one.handle === typed,
        draw: () => [avatar(one.user, 24), h("span", { class: "suggest-text" }, h("span", {}, h("b", {}, one.user.real_name || one.user.name), h("span", { class: "usage" }, ` @${one.handle}`)), h("span", { class: "option-note" }, one.user.title))],
      }));
  }

  #offer(suggestions) {
    this.#suggestions = suggestions;
    this.#active = 0;
    this.list.hidden = !suggestions.length;
    replace(this.list, suggestions.map((one, index) =>
      h("div", { role: "option", id: `${this.list.id}-${index}`, class: "suggestion", data: { testid: "suggestion" }, on: { mousedown: keepFocus, click: () => this.#take(index) } }, one.draw())));
    this.#mark();
  }

  #mark() {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.#active)));
    if (this.#suggestions.length) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.#active}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  #take(index) {
    const { insert, whole } = this.#suggestions[index];
    const at = this.input.selectionStart;
    const before = whole ? "" : this.input.value.slice(0, at).replace(/@[\w.-]*$/, "");
    this.input.value = before + insert + this.input.value.slice(at).trimStart();
    this.input.focus();
    const end = before.length + insert.length;
    this.input.setSelectionRange(end, end);
    this.#changed();
  }

  #pressed(event) {
    if (event.isComposing) return;
    const open = this.#suggestions.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) {
      this.#active = (this.#active + step + this.#suggestions.length) % this.#suggestions.length;
      this.#mark();
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && !this.#suggestions[this.#active].exact))) this.#take(this.#active);
    else if (open && event.key === "Escape") this.#offer([]);
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else if (event.key === "ArrowUp" && event.ctrlKey) this.#leave();
    else if (event.key === "ArrowUp" && !this.input.value) this.#recall();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #recall() {
    const last = this.#history.get(this.#key)?.[0];
    if (!last) return;
    this.input.value = last;
    this.input.setSelectionRange(last.length, last.length);
    this.#changed();
    this.#offer([]);
  }
}

function keepFocus(event) {
  event.preventDefault();
}
