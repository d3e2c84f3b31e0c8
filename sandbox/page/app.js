// The page put together: who acts and where, what the parts call, and what is redrawn when something changes.

import { get, listen, post } from "./api.js";
import { h } from "./dom.js";
import { ChannelView } from "./views/channel.js";
import { confirmDialog, showJson, showPicture } from "./views/dialogs.js";
import { Home } from "./views/home.js";
import { Incidents } from "./views/incidents.js";
import { Inspector } from "./views/inspector.js";
import { Modals } from "./views/modal.js";
import { Sidebar } from "./views/sidebar.js";
import { ThreadPanel } from "./views/thread.js";
import { toast, toasts } from "./views/toast.js";
import { Topbar } from "./views/topbar.js";
import { Workspace } from "./workspace.js";

const ws = new Workspace();
const place = { user: null, channel: null, thread: null };
let stream = null;
let homeAsked = false;

// What everything is drawn with: the workspace, and what pressing things in it does.
const ctx = Object.assign(Object.create(ws), {
  openChannel: (id) => go({ channel: id, thread: null }),
  openThread: (ts) => go({ thread: ts }),
  dismiss: (message) => ws.dismiss(message),
  copyLink,
  react: (message, name, drop) => post("/_page/reaction", { user: ws.me.id, channel: message.channel, messageTs: message.ts, name, ...(drop ? { remove: true } : {}) }),
  useShortcut: (id, message) => post("/_page/shortcut", { user: ws.me.id, callback_id: id, ...(message ? { channel: message.channel, messageTs: message.ts } : {}) }),
  inspect: (message) => showJson("Message JSON", message),
  showPicture,
  confirm: (confirm) => confirmDialog(confirm, ctx),
});

function ctxOf(message) {
  const where = { user: ws.me.id, channel: message.channel, messageTs: message.ts };
  const values = ws.valuesOf(`message ${message.channel} ${message.ts}`);
  return Object.assign(Object.create(ctx), {
    key: message.ts,
    channelId: message.channel,
    values,
    act: (block, item, value) => post("/_page/interact", { ...where, action: item.action_id, ...chosen(value), state: values.slack() }),
    suggest: (block, item, query) => post("/_page/options", { ...where, action_id: item.action_id, value: query }),
  });
}

// A list is what was selected; anything else is one value.
function chosen(value) {
  return Array.isArray(value) ? { selected: value } : { value };
}

const inView = {
  act: (view, item, value, values) => post("/_page/view/action", { user: ws.me.id, view_id: view.id, action: item.action_id, ...chosen(value), values }),
  suggest: (view, item, query) => post("/_page/options", { user: ws.me.id, view_id: view.id, action_id: item.action_id, value: query }),
};

const incidents = new Incidents({ changed: (count) => topbar.showIncidents(count), say: toast, suggest });
const topbar = new Topbar(ws, { switchUser, toggleSidebar, toggleInspector, openIncidents: () => incidents.open() });
const sidebar = new Sidebar(ws, (id) => go({ channel: id, thread: null }));
const channel = new ChannelView(ctx, { send, switchUser }, ctxOf);
const thread = new ThreadPanel(ctx, { send: reply, close: () => go({ thread: null }) }, ctxOf);
const home = new Home(ctx, inView);
const inspector = new Inspector(ws, () => inspector.show(false));
const modals = new Modals(ctx, {
  ...inView,
  submit: (view, values) => post("/_page/view/submit", { user: ws.me.id, view_id: view.id, values }),
  close: (view, all) => post("/_page/view/close", { user: ws.me.id, view_id: view.id, ...(all ? { clear: true } : {}) }),
});

const main = h("main", { class: "main" });
const scrim = h("div", { class: "scrim", on: { click: () => toggleSidebar(false) } });
const page = h("div", { class: "page" }, topbar.node, sidebar.node, scrim, main, thread.node, inspector.node);
document.body.append(page, toasts);

// ---- where we are -------------------------------------------------------------------------------

function readPlace() {
  const query = new URLSearchParams(location.search);
  return { user: query.get("user"), channel: query.get("channel"), thread: query.get("thread"), message: query.get("message") };
}

function writePlace(replace) {
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value));
  const url = `${location.pathname}?${query}`;
  if (url === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
}

function go(change, { replace = false } = {}) {
  Object.assign(place, change);
  const seen = place.channel === "home" || ws.channel(place.channel);
  if (!seen) Object.assign(place, { channel: ws.channels.find((one) => !one.is_im)?.id ?? ws.channels[0]?.id, thread: null });
  writePlace(replace);
  toggleSidebar(false);
  drawPlace();
  const narrow = matchMedia("(max-width: 640px)").matches;
  if (place.thread && "thread" in change) thread.composer.input.focus({ preventScroll: true });
  else if (!narrow && place.channel !== "home" && !ws.views.length) channel.composer.input.focus({ preventScroll: true });
}

function drawPlace() {
  const atHome = place.channel === "home";
  const here = ws.channel(place.channel);
  const tabs = atHome || here?.is_im ? appTabs(atHome) : null;
  if (atHome) {
    if (main.firstChild !== home.node) main.replaceChildren(home.node);
    askHome();
    home.show({ waiting: homeAsked === "waiting", tabs });
  } else {
    homeAsked = false;
    if (main.firstChild !== channel.node) main.replaceChildren(channel.node);
    channel.show(place.channel, { tabs });
    markRead();
  }
  if (place.thread && !ws.thread(place.channel, place.thread).length) {
    place.thread = null;
    writePlace(true);
  }
  thread.show(place.channel, place.thread);
  document.body.classList.toggle("in-thread", Boolean(place.thread));
  drawSidebar();
}

function appTabs(atHome) {
  const direct = ws.channels.find((one) => one.is_im)?.id;
  const tab = (label, id, current) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(current), on: { click: () => go({ channel: id, thread: null }) } }, label);
  return h("div", { class: "tabs", role: "tablist", "aria-label": "App" }, tab("Home", "home", atHome), direct && tab("Messages", direct, !atHome));
}

function drawSidebar() {
  sidebar.show(place.channel);
  const unread = ws.channels.filter((one) => one.id !== place.channel && ws.isUnread(one.id)).length;
  const name = place.channel === "home" ? "Home" : (ws.channel(place.channel)?.is_im ? ws.app.name : `#${ws.channel(place.channel)?.name}`);
  document.title = `${unread ? `(${unread}) ` : ""}${name} · ${ws.team.name} · local Slack`;
}

// Opening Home tells the app, which then publishes it.
async function askHome() {
  if (homeAsked) return;
  homeAsked = ws.home ? "asked" : "waiting";
  await post("/_page/home", { user: ws.me.id });
  setTimeout(() => {
    if (homeAsked !== "waiting") return;
    homeAsked = "asked";
    if (place.channel === "home") drawPlace();
  }, 3000);
}

function markRead() {
  if (document.visibilityState === "visible" && place.channel !== "home") ws.markRead(place.channel);
}

// ---- what people do -----------------------------------------------------------------------------

async function send(channelId, text, files = []) {
  const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  if (!command) {
    const answer = await post("/_page/message", { user: ws.me.id, channel: channelId, text, files });
    if (!answer.ok) failed(channelId, text, answer);
    return;
  }
  if (files.length) {
    ws.notice(channelId, `A slash command carries no files: mention the app instead. Not sent: ${text}`);
    return;
  }
  channel.list.toBottom();
  const done = channel.waiting(channelId, text);
  const answer = await post("/_page/command", { user: ws.me.id, channel: channelId, command: command[1], text: command[2] });
  done();
  // What went wrong in delivering it, or that there is no such command, comes as a notice of its own.
  if (!answer.ok && !answer.ack && answer.error !== "unknown_command") failed(channelId, text, answer);
}

/** What to say next, in the box of a channel and one press away. */
function suggest(line) {
  go({ channel: place.channel === "home" ? null : place.channel, thread: null });
  channel.composer.start(line);
}

async function reply(channelId, ts, text, files) {
  if (text.startsWith("/")) {
    const name = text.split(/\s/)[0];
    ws.notice(channelId, `\`${name}\` is not supported in threads. Sorry! Write it in the channel instead.`, { thread: ts });
    return;
  }
  const answer = await post("/_page/message", { user: ws.me.id, channel: channelId, text, thread_ts: ts, files });
  if (!answer.ok) failed(channelId, text, answer, ts);
}

function failed(channelId, text, answer, ts) {
  ws.notice(channelId, `This could not be sent (${answer.error ?? "no answer"}): ${text}`, { kind: "failed", thread: ts });
}

async function copyLink(message) {
  const query = new URLSearchParams({ channel: message.channel, message: message.ts, ...(message.thread_ts ? { thread: message.thread_ts } : {}) });
  await navigator.clipboard?.writeText(`${location.origin}${location.pathname}?${query}`).catch(() => undefined);
  toast("Link copied");
}

// Permalinks as the Web API gives them stay inside this page.
document.addEventListener("click", (event) => {
  const found = /\/archives\/([CDG]\w+)\/p(\d{10})(\d{6})(?:\?.*thread_ts=([\d.]+))?/.exec(event.target.closest?.("a")?.href ?? "");
  if (!found || !ws.channel(found[1])) return;
  event.preventDefault();
  const ts = `${found[2]}.${found[3]}`;
  go({ channel: found[1], thread: found[4] && found[4] !== ts ? found[4] : null });
  (place.thread ? thread : channel).list.reveal(ts);
});

async function switchUser(id) {
  if (id === place.user) return;
  await enter({ ...place, user: id });
  toast(`You are now ${ws.me.real_name}`);
}

function toggleSidebar(open = !document.body.classList.contains("drawer-open")) {
  document.body.classList.toggle("drawer-open", open);
  if (open) sidebar.node.querySelector("[aria-current]")?.focus();
}

function toggleInspector() {
  inspector.show(!inspector.isOpen, ws.rejected.length && !inspector.isOpen ? "refused" : undefined);
}

document.addEventListener("keydown", (event) => {
  const number = event.altKey && !event.ctrlKey && /^Digit([1-9])$/.exec(event.code)?.[1];
  if (number) switchUser(ws.people()[number - 1]?.id ?? place.user);
  else if (event.ctrlKey && event.key === "i") toggleInspector();
  else if (event.key === "Escape" && !document.querySelector("dialog[open], .popover")) escape();
  else return;
  event.preventDefault();
});

function escape() {
  if (document.body.classList.contains("drawer-open")) toggleSidebar(false);
  else if (inspector.isOpen) inspector.show(false);
  else if (document.activeElement?.matches(".channel .message")) channel.composer.input.focus();
  else if (place.thread) go({ thread: null });
}

// ---- what the workspace tells -------------------------------------------------------------------

ws.addEventListener("messages", ({ detail }) => {
  if (!detail || detail.channel === place.channel) {
    if (place.channel !== "home") channel.redraw();
    thread.redraw();
    markRead();
  }
  if (detail) drawSidebar();
  if (detail?.arrived && Number(detail.message.ts) * 1000 > ws.now().getTime() + 1000) readClock();
});
ws.addEventListener("channels", () => place.channel && ws.me && main.firstChild && go({}, { replace: true }));
ws.addEventListener("read", drawSidebar);
ws.addEventListener("views", () => modals.show(ws.views));
ws.addEventListener("home", () => {
  if (ws.home && homeAsked === "waiting") homeAsked = "asked";
  if (place.channel === "home") drawPlace();
});
ws.addEventListener("connected", () => topbar.show());
ws.addEventListener("clock", () => inspector.redraw());
ws.addEventListener("rejected", ({ detail }) => {
  topbar.show();
  inspector.redraw();
  if (detail) toast(`Slack refused ${detail.method}: ${detail.error}`, { tone: "bad", action: ["Show", () => inspector.show(true, "refused")] });
});
ws.addEventListener("traffic", () => inspector.redraw());
ws.addEventListener("notice", ({ detail }) => {
  if (detail.channel) ws.notice(detail.channel, detail.text, { kind: detail.kind });
  // A modal and its buttons say themselves what went wrong.
  else if (!ws.views.length) toast(detail.text, { tone: "bad" });
});
ws.addEventListener("reset", async () => {
  ws.forget();
  channel.composer.forget();
  await load();
  toast("The workspace was reset");
});
document.addEventListener("visibilitychange", markRead);
addEventListener("popstate", () => {
  const wanted = readPlace();
  if (wanted.user && wanted.user !== place.user) enter(wanted);
  else {
    Object.assign(place, { channel: wanted.channel, thread: wanted.thread });
    go({}, { replace: true });
  }
});

// ---- starting -----------------------------------------------------------------------------------

async function load() {
  const snapshot = await get(`/_page/state?user=${encodeURIComponent(place.user)}`);
  if (!snapshot.me) return false;
  for (const part of [channel, thread, home]) part.forget();
  ws.load(snapshot);
  drawPlace();
  return true;
}

/** Act as somebody: their events first, then a snapshot, then what happened in between. */
async function enter(wanted) {
  stream?.close();
  // Until it is the next person's, a click would still be the last one's.
  page.inert = true;
  Object.assign(place, { user: wanted.user, channel: wanted.channel, thread: wanted.thread });
  homeAsked = false;
  let early = [];
  let arrived;
  const first = new Promise((resolve) => (arrived = resolve));
  stream = listen(place.user, {
    onOpen: async () => {
      early = [];
      const loaded = await load();
      for (const event of early ?? []) ws.receive(event);
      early = null;
      ws.online = loaded;
      topbar.show();
      arrived();
    },
    onEvent: (event) => (early ? early.push(event) : ws.receive(event)),
    onDown: () => {
      ws.online = false;
      topbar.show();
    },
  });
  await first;
  page.inert = false;
  document.body.dataset.actingAs = ws.me?.id ?? "";
  go({}, { replace: true });
  if (wanted.message) (wanted.thread ? thread : channel).list.reveal(wanted.message);
}

// The clock may have been moved by somebody else; a message from the future gives that away.
async function readClock() {
  const state = await get("/_control/state");
  if (state.clock) ws.setClock(state.clock, state.frozen);
}

async function start() {
  const state = await get("/_control/state");
  if (state.clock) ws.setClock(state.clock, state.frozen);
  const people = Object.values(state.users ?? {}).filter((user) => !user.is_bot);
  const wanted = readPlace();
  const user = people.find((one) => one.id === wanted.user || one.name === wanted.user) ?? people[0];
  if (!user) {
    ws.online = false;
    topbar.show();
    setTimeout(start, 1000);
    return;
  }
  topbar.show();
  await enter({ ...wanted, user: user.id });
  await incidents.refresh();
  document.body.dataset.ready = "true";
}

start();
