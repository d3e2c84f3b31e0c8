// The menu of incidents: what can happen in the local Oracle, what has happened, and the way back.

import { get, post, remove } from "../api.js";
import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { dialog } from "./dialogs.js";

/** "long-prompts" as people read it. */
function words(name) {
  const said = name.replaceAll("-", " ");
  return said[0].toUpperCase() + said.slice(1);
}

export class Incidents {
  #calls;
  #known = { there: false };
  #chosen = null;

  /** `calls`: changed(count) with how many have happened, or null where there is no Oracle; say(text, how); suggest(line) to go on with. */
  constructor(calls) {
    this.#calls = calls;
    this.body = h("div", { class: "incidents-body" });
  }

  async refresh() {
    this.#take(await get("/_page/incidents"));
  }

  async open() {
    await this.refresh();
    if (!this.#known.there || this.node?.open) return;
    this.node = dialog(
      { class: "sheet modal incidents", "aria-labelledby": "incidents-title", data: { testid: "incidents" } },
      h("div", { class: "sheet-head" }, h("h2", { id: "incidents-title" }, "Make trouble"), h("button", { type: "button", class: "btn-quiet", "aria-label": "Close", on: { click: () => this.node.close() } }, icon("close", 20))),
      this.body,
    );
    this.body.scrollTop = 0;
  }

  #take(answer) {
    // What was not understood changes nothing; an Oracle that is away may come back.
    if (answer.there === undefined) return answer;
    this.#known = answer;
    this.#calls.changed(answer.there ? answer.happened.length : null);
    if (answer.there) this.#draw();
    return answer;
  }

  #draw() {
    const { groups, clusters, happened } = this.#known;
    const names = clusters.map((one) => one.name);
    if (!names.includes(this.#chosen)) this.#chosen = clusters.find((one) => one.type === "HOSTING" && one.state === "ACTIVE")?.name ?? names[0];
    const choice = h(
      "select",
      { class: "field", id: "incident-cluster", data: { testid: "incident-cluster" }, on: { change: (event) => (this.#chosen = event.target.value) } },
      clusters.map((one) => h("option", { value: one.name }, `${one.name} · ${one.region}${one.type === "HOSTING" ? "" : " · fine-tuning"}`)),
    );
    choice.value = this.#chosen;
    replace(
      this.body,
      happened.length > 0 && this.#past(happened),
      h("p", { class: "inspector-note" }, "The local Oracle changes as it would by the real cause; then ask ", h("code", {}, "/dac doctor"), " what is wrong."),
      h("label", { class: "incident-where", for: "incident-cluster" }, h("span", {}, "It happens to"), choice),
      groups.map((group) => h("section", { class: "incident-group" }, h("h3", {}, group.title), group.incidents.map((one) => this.#button(one)))),
    );
  }

  #button({ name, about }) {
    return h(
      "button",
      { type: "button", class: "menu-item incident", data: { incident: name }, on: { click: (event) => this.#happen(name, event.currentTarget) } },
      h("span", {}, words(name)),
      h("span", { class: "option-note" }, about),
    );
  }

  #past(happened) {
    return h(
      "section",
      { class: "incidents-past", data: { testid: "incidents-past" } },
      h("div", {}, h("h3", {}, icon("warning", 17), "Has happened"), h("ul", {}, happened.map((one) => h("li", {}, words(one.name), h("span", { class: "option-note" }, ` · ${one.cluster}, ${one.region}`))))),
      h("button", { type: "button", class: "btn btn-primary", title: "The local Oracle is as it was before, and what was changed there since is undone", data: { testid: "incidents-undo" }, on: { click: () => this.#undo() } }, "Make all well again"),
    );
  }

  async #happen(name, button) {
    button.setAttribute("aria-busy", "true");
    const cluster = this.#known.clusters.find((one) => one.name === this.#chosen);
    const answer = this.#take(await post("/_page/incidents", { name, cluster: cluster.name, region: cluster.region }));
    button.removeAttribute("aria-busy");
    this.#told(answer, `${words(name)}: it has happened at ${cluster.name}`, `/dac doctor ${cluster.name}`);
  }

  async #undo() {
    this.#told(this.#take(await remove("/_page/incidents")), "All is well again", "/dac status");
  }

  #told(answer, text, line) {
    this.node.close();
    if (answer.there === undefined) this.#calls.say(`It did not happen: ${answer.detail ?? answer.error}`, { tone: "bad" });
    else {
      this.#calls.say(text);
      this.#calls.suggest(line);
    }
  }
}
