// The bar on top: the workspace, whether the app is connected, who acts, the theme and the inspector.

import { h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { moveFocus, openPopover } from "../popover.js";
import { avatar } from "../render/avatar.js";

export class Topbar {
  #ws;
  #calls;

  /** `calls`: switchUser(id), toggleSidebar(), toggleInspector(), openIncidents(). */
  constructor(ws, calls) {
    this.#ws = ws;
    this.#calls = calls;
    this.status = h("span", { class: "status", role: "status" });
    this.switcher = h("button", { type: "button", class: "switcher", "aria-haspopup": "menu", "aria-expanded": "false", data: { testid: "user-switcher" }, on: { click: () => this.#choose() } });
    this.badge = h("span", { class: "alarm", hidden: true });
    this.inspectorButton = h("button", { type: "button", class: "top-tool", "aria-label": "Inspector", title: "Inspector: traffic, clock, faults (Ctrl+I)", data: { testid: "inspector-toggle" }, on: { click: () => calls.toggleInspector() } }, icon("pulse", 20), this.badge);
    this.happened = h("span", { class: "alarm", hidden: true });
    this.incidentsButton = h("button", { type: "button", class: "top-tool", hidden: true, "aria-label": "Make trouble", title: "Make trouble in the local Oracle, and well again", data: { testid: "incidents-toggle" }, on: { click: () => calls.openIncidents() } }, icon("bolt", 20), this.happened);
    this.theme = h("button", { type: "button", class: "top-tool", data: { testid: "theme-toggle" }, on: { click: () => this.#turn() } });
    this.title = h("span", { class: "workspace" });
    this.node = h(
      "header",
      { class: "topbar" },
      h("button", { type: "button", class: "top-tool drawer-toggle", "aria-label": "Channels", "aria-controls": "sidebar", data: { testid: "drawer" }, on: { click: () => calls.toggleSidebar() } }, icon("menu", 20)),
      this.title,
      this.status,
      h("span", { class: "spread" }),
      this.switcher,
      this.incidentsButton,
      this.theme,
      this.inspectorButton,
    );
    this.#drawTheme();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#drawTheme());
  }

  show() {
    const { me, team, connected, online, rejected } = this.#ws;
    this.title.textContent = team.name ?? "";
    const [tone, text, more] = !online
      ? ["bad", "Reconnecting", "The local server does not answer"]
      : connected
        ? ["good", "App connected", "The bot is connected and answers"]
        : ["warn", "App not connected", "No bot is connected: commands will not be answered"];
    replace(this.status, h("span", { class: `pill ${tone}`, title: more }, h("span", { class: "pill-dot" }), h("span", { class: "pill-text" }, text)));
    if (me) {
      replace(this.switcher, avatar(me, 28), h("span", { class: "switcher-text" }, h("span", { class: "switcher-name" }, me.real_name), h("span", { class: "switcher-title" }, me.title)), icon("down", 16));
      this.switcher.setAttribute("aria-label", `Acting as ${me.real_name}, ${me.title}. Switch person`);
    }
    this.badge.hidden = !rejected.length;
    this.badge.textContent = String(rejected.length);
    this.badge.setAttribute("aria-label", `${rejected.length} refused calls`);
  }

  /** How many incidents there are; null where none can be made. */
  showIncidents(count) {
    this.incidentsButton.hidden = count === null;
    this.happened.hidden = !count;
    this.happened.textContent = String(count ?? 0);
    this.incidentsButton.setAttribute("aria-label", count ? `Make trouble; ${count} incidents have happened` : "Make trouble");
  }

  #choose() {
    const ws = this.#ws;
    const entries = ws.people().map((user, index) =>
      h(
        "button",
        {
          type: "button", role: "menuitemradio", class: "person", "aria-checked": String(user.id === ws.me.id), data: { user: user.id },
          on: {
            click: () => {
              popover.close();
              this.#calls.switchUser(user.id);
            },
          },
        },
        avatar(user, 36),
        h("span", { class: "person-text" }, h("span", { class: "person-name" }, user.real_name, user.is_restricted && h("span", { class: "badge" }, "GUEST")), h("span", { class: "option-note" }, user.title), h("span", { class: "option-note" }, localTime(user, ws.now()))),
        h("kbd", {}, `Alt ${index + 1}`),
        icon("check", 18),
      ),
    );
    const menu = h("div", { role: "menu", class: "menu people", "aria-label": "Act as", on: { keydown: (event) => moveFocus(event, entries) } }, h("div", { class: "menu-title" }, "Act as"), entries);
    this.switcher.setAttribute("aria-expanded", "true");
    const popover = openPopover(this.switcher, menu, { label: "Act as", minWidth: 300, onClose: () => this.switcher.setAttribute("aria-expanded", "false") });
    entries.find((entry) => entry.getAttribute("aria-checked") === "true")?.focus();
  }

  #isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  #turn() {
    const theme = this.#isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
    this.#drawTheme();
  }

  #drawTheme() {
    const dark = this.#isDark();
    replace(this.theme, icon(dark ? "sun" : "moon", 20));
    this.theme.setAttribute("aria-label", dark ? "Light theme" : "Dark theme");
    this.theme.title = dark ? "Light theme" : "Dark theme";
  }
}

function localTime(user, now) {
  const time = new Intl.DateTimeFormat("en-US", { timeZone: user.tz, hour: "numeric", minute: "2-digit" }).format(now);
  return `${time} in ${user.tz.split("/").at(-1).replaceAll("_", " ")}`;
}
