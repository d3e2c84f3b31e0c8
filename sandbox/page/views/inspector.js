// The drawer for developers: raw traffic, refused calls, the clock, and troubles to order.

import { get, post, remove } from "../api.js";
import { h, replace } from "../dom.js";
import { icon } from "../icons.js";

const FAULTS = [
  ["ratelimited", "429 Too Many Requests", { retry_after: 2 }, "The next call of the bot is refused with Retry-After: 2"],
  ["http_500", "500 server error", {}, "The next call of the bot fails with HTTP 500"],
  ["slow", "Slow answer", { seconds: 2 }, "The next call of the bot takes 2 seconds"],
  ["drop", "Lost before acting", {}, "The connection is cut before the next call does anything"],
  ["drop_after", "Lost after acting", {}, "The next call is carried out, then the connection is cut"],
  ["duplicate", "Deliver twice", {}, "The next delivery reaches the bot twice"],
  ["lost_ack", "Lose an ack", {}, "The next ack is ignored, so the delivery comes again"],
  ["out_of_order", "Out of order", {}, "The next two deliveries change places"],
  ["outage", "Outage for 10 s", { seconds: 10 }, "All calls and sockets are refused for 10 seconds"],
];
const STEPS = [[60, "+1 min"], [3600, "+1 hour"], [86_400, "+1 day"]];

export class Inspector {
  #ws;
  #close;
  #tab = "traffic";
  #filter = "";
  #open = new Set();
  #limits = true;

  constructor(ws, close) {
    this.#ws = ws;
    this.#close = close;
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Inspector" });
    this.body = h("div", { class: "inspector-body", role: "tabpanel" });
    this.node = h(
      "aside",
      { class: "inspector", "aria-label": "Inspector", hidden: true, data: { testid: "inspector" } },
      h("div", { class: "place-head" }, h("div", { class: "panel-title" }, h("h2", {}, "Inspector")), h("span", { class: "spread" }), h("button", { type: "button", class: "btn-quiet", "aria-label": "Close inspector", on: { click: close } }, icon("close", 20))),
      this.tabs,
      this.body,
    );
    setInterval(() => this.#tick(), 1000);
  }

  get isOpen() {
    return !this.node.hidden;
  }

  async show(open, tab = this.#tab) {
    this.node.hidden = !open;
    this.#tab = tab;
    if (!open) return;
    this.redraw();
    await this.#refresh();
  }

  redraw() {
    if (!this.isOpen) return;
    const { rejected } = this.#ws;
    const tab = (id, label, count) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(id === this.#tab), data: { tab: id }, on: { click: () => this.show(true, id) } }, label, count > 0 && h("span", { class: "alarm" }, String(count)));
    replace(this.tabs, tab("traffic", "Traffic", 0), tab("refused", "Refused", rejected.length), tab("controls", "Clock & faults", 0));
    const scroll = this.body.scrollTop;
    if (this.#tab === "traffic") this.#drawTraffic();
    else if (this.#tab === "refused") this.#drawRefused();
    else this.#drawControls();
    this.body.scrollTop = scroll;
  }

  async #refresh() {
    const state = await get("/_control/state");
    if (!state.clock) return;
    this.#ws.setClock(state.clock, state.frozen ?? this.#ws.frozen);
    this.faults = state.faults ?? [];
    this.sockets = state.sockets;
    if (state.traffic && !this.#ws.traffic.length) this.#ws.traffic = state.traffic.toReversed();
    this.redraw();
  }

  faults = [];
  sockets = 0;

  #drawTraffic() {
    const search = this.body.querySelector(".traffic-filter") ?? h("input", { class: "field traffic-filter", type: "search", placeholder: "Filter, e.g. chat.postMessage", "aria-label": "Filter traffic", on: { input: (event) => ((this.#filter = event.target.value.toLowerCase()), this.redraw()) } });
    const focused = document.activeElement === search;
    const rows = this.#ws.traffic.filter((entry) => `${entry.name} ${entry.kind} ${entry.error ?? ""} ${entry.ack ?? ""}`.toLowerCase().includes(this.#filter));
    const legend = h("p", { class: "inspector-note" }, "Newest first. ", h("span", { class: "way to-app" }, "app ←"), " what Slack delivers, ", h("span", { class: "way to-slack" }, "app →"), " what the app calls.");
    replace(this.body, search, legend, rows.length ? h("ol", { class: "traffic", data: { testid: "traffic" } }, rows.map((entry) => this.#entry(entry))) : h("p", { class: "inspector-note" }, "Nothing yet."));
    if (focused) search.focus();
  }

  #entry(entry) {
    const toApp = entry.direction === "to_app";
    const failed = toApp ? entry.ack && entry.ack !== "acked" : entry.ok === false;
    const outcome = toApp ? (entry.ack === "acked" ? `${Math.round(entry.ack_ms)} ms` : (entry.ack ?? "…")) : (entry.error ?? "ok");
    const time = entry.at ? new Date(entry.at).toLocaleTimeString("en-GB", { timeZone: this.#ws.me?.tz }) : "";
    const node = h(
      "details",
      { class: failed ? "entry failed" : "entry", open: this.#open.has(entry.id) },
      h("summary", {}, h("span", { class: `way ${toApp ? "to-app" : "to-slack"}`, title: toApp ? "Delivered to the app" : "Called by the app" }, toApp ? "app ←" : "app →"), h("span", { class: "entry-name" }, entry.name ?? entry.kind), entry.attempt > 0 && h("span", { class: "badge" }, `retry ${entry.attempt}`), h("span", { class: "entry-outcome" }, outcome), h("time", {}, time)),
      h("pre", { tabindex: "0" }, h("code", {}, JSON.stringify({ request: entry.request, response: entry.response }, null, 2))),
    );
    node.addEventListener("toggle", () => (node.open ? this.#open.add(entry.id) : this.#open.delete(entry.id)));
    return h("li", {}, node);
  }

  #drawRefused() {
    const { rejected } = this.#ws;
    const clear = h("button", { type: "button", class: "btn", on: { click: () => ((this.#ws.rejected = []), this.#ws.tell("rejected")) } }, "Clear");
    const one = (event) =>
      h(
        "li",
        { class: "refusal", data: { testid: "refusal" } },
        h("div", { class: "refusal-head" }, h("code", {}, event.method), h("span", { class: "refusal-error" }, event.error)),
        h("ul", {}, (event.errors ?? []).map((error) => h("li", {}, h("code", {}, error.pointer ?? ""), " ", error.message ?? error.code ?? JSON.stringify(error)))),
      );
    if (!rejected.length) replace(this.body, h("p", { class: "inspector-note" }, "No call of the bot has been refused."));
    else replace(this.body, h("p", { class: "inspector-note" }, "Slack refused these calls of the bot."), h("ol", { class: "refusals" }, rejected.map(one)), clear);
  }

  #drawControls() {
    const ws = this.#ws;
    const advance = (seconds, label) => h("button", { type: "button", class: "btn", data: { advance: seconds }, on: { click: () => this.#clock({ advance: seconds }) } }, label);
    const order = ([kind, label, extra, note]) => h("button", { type: "button", class: "btn", title: note, data: { fault: kind }, on: { click: () => this.#fault({ kind, ...extra }) } }, label);
    const waiting = this.faults.map((fault) => h("li", {}, fault.kind, fault.method ? ` on ${fault.method}` : "", fault.times > 1 ? ` ×${fault.times}` : ""));
    this.clock = h("output", { class: "clock", data: { testid: "clock" } });
    replace(
      this.body,
      section("Clock", h("div", { class: "clock-row" }, icon("clock", 18), this.clock), h("div", { class: "actions" }, STEPS.map(([seconds, label]) => advance(seconds, label)), h("button", { type: "button", class: "btn", on: { click: () => this.#clock({ frozen: !ws.frozen }) } }, ws.frozen ? "Let it run" : "Freeze")),
        h("p", { class: "inspector-note" }, "The workspace has a clock of its own: approvals expire and digests come when it says so.")),
      section("Troubles", h("div", { class: "actions" }, FAULTS.map(order)), waiting.length > 0 && h("div", { class: "waiting" }, h("span", {}, "Waiting to happen:"), h("ul", {}, waiting), h("button", { type: "button", class: "btn", on: { click: async () => (await remove("/_control/faults"), this.#refresh()) } }, "Clear"))),
      section("Connection", h("p", { class: "inspector-note" }, `${this.sockets ?? 0} open sockets`), h("div", { class: "actions" },
        h("button", { type: "button", class: "btn", on: { click: () => this.#ask("/_control/disconnect", { reason: "refresh_requested" }) } }, "Ask the bot to reconnect"),
        h("button", { type: "button", class: "btn", on: { click: () => this.#ask("/_control/disconnect", { reason: "warning", hard: true }) } }, "Cut its connection"),
        h("label", { class: "choice" }, h("input", { type: "checkbox", checked: this.#limits, on: { change: (event) => ((this.#limits = event.target.checked), this.#ask("/_control/limits", { enforced: this.#limits })) } }), h("span", {}, "Limit to one message a second per channel")))),
      section("Workspace", h("div", { class: "actions" }, this.#reset())),
    );
    this.#tick();
  }

  #reset() {
    const button = h("button", { type: "button", class: "btn btn-danger", data: { testid: "reset" } }, "Reset the workspace");
    button.addEventListener("click", async () => {
      if (button.dataset.sure) {
        await this.#ask("/_control/reset", {});
        return;
      }
      button.dataset.sure = "yes";
      button.textContent = "Press again: all messages go";
    });
    return button;
  }

  async #clock(change) {
    const answer = await post("/_control/clock", change);
    if (answer.now) this.#ws.setClock(answer.now, change.frozen ?? Boolean(this.#ws.frozen));
    await this.#refresh();
  }

  async #fault(fault) {
    await post("/_control/faults", fault);
    await this.#refresh();
  }

  async #ask(path, body) {
    await post(path, body);
    await this.#refresh();
  }

  #tick() {
    if (!this.isOpen || !this.clock?.isConnected || !this.#ws.me) return;
    const text = this.#ws.now().toLocaleString("en-GB", { timeZone: this.#ws.me.tz, weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.clock.textContent = `${text} · ${this.#ws.me.tz}${this.#ws.frozen ? " · frozen" : ""}`;
  }
}

function section(title, ...content) {
  return h("section", { class: "controls" }, h("h3", {}, title), content);
}
