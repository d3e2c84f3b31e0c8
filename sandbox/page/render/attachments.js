// The files a person has picked: a card for each, on its way to the server or there, which can be taken off again.

import { upload } from "../api.js";
import { h, replace, spinner } from "../dom.js";
import { icon } from "../icons.js";

const LARGEST = 2 ** 30;

export class Attachments {
  #user;
  #changed;
  #most;
  #refused;

  /**
   * `user()` is who brings them. `changed()` is told when one comes, goes or has arrived. At most `most` are kept, the
   * last ones; `refused(file)` says in a sentence why one cannot be taken.
   */
  constructor({ user, label, testid, types = [], most = Infinity, refused = () => null, changed }) {
    this.#user = user;
    this.#changed = changed;
    this.#most = most;
    this.#refused = refused;
    const accept = types.map((type) => `.${type}`).join(",");
    this.input = h("input", { type: "file", hidden: true, multiple: most > 1, accept: accept || null, "aria-label": label, data: { testid }, on: { change: () => this.#picked() } });
    this.node = h("ul", { class: "attachments", "aria-label": label, hidden: true });
  }

  /** Each {name, size}, then with an `id` once it is there, or a `problem`. */
  items = [];

  get ids() {
    return this.items.flatMap(({ id }) => id ?? []);
  }

  get busy() {
    return this.items.some(isOnItsWay);
  }

  /** Let a person pick files from their machine. */
  pick() {
    this.input.value = "";
    this.input.click();
  }

  /** Show these items, which may be on their way still. */
  show(items) {
    this.items = items;
    for (const item of items.filter(isOnItsWay)) item.arrived.then(() => this.#draw());
    this.#draw();
  }

  #picked() {
    const picked = [...this.input.files].map((file) => this.#bring(file));
    this.show([...this.items, ...picked].slice(-this.#most));
    this.#changed();
  }

  #bring(file) {
    const item = { name: file.name, size: file.size };
    item.problem = tooLarge(file, LARGEST) ?? this.#refused(file);
    if (item.problem) return item;
    item.arrived = upload(this.#user(), file).then((answer) => {
      if (answer.ok) item.id = answer.file.id;
      else item.problem = answer.message ?? `“${file.name}” could not be uploaded (${answer.error}).`;
      this.#changed();
    });
    return item;
  }

  #takeOff(item) {
    this.show(this.items.filter((one) => one !== item));
    this.#changed();
  }

  #draw() {
    this.node.hidden = !this.items.length;
    replace(this.node, this.items.map((item) => this.#card(item)));
  }

  #card(item) {
    const mark = item.problem ? icon("warning", 17) : item.id ? icon("file", 17) : spinner("Uploading");
    return h(
      "li",
      { class: `attachment ${item.problem ? "refused" : ""}`, data: { testid: "attachment" }, "aria-busy": isOnItsWay(item) ? "true" : null },
      h("span", { class: "attachment-mark" }, mark),
      h("span", { class: "file-text" }, h("span", { class: "file-name", title: item.name }, item.name), h("span", { class: "option-note" }, item.problem ?? bytes(item.size))),
      h("button", { type: "button", class: "btn-quiet", "aria-label": `Take off ${item.name}`, title: "Take off", on: { click: () => this.#takeOff(item) } }, icon("close", 15)),
    );
  }
}

export function isOnItsWay({ id, problem }) {
  return !id && !problem;
}

export function tooLarge({ name, size }, most) {
  return size > most ? `“${name}” is larger than ${bytes(most)}.` : null;
}

export function bytes(size) {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} kB`;
  return size < 1024 ** 3 ? `${(size / 1024 ** 2).toFixed(1)} MB` : `${(size / 1024 ** 3).toFixed(1)} GB`;
}
