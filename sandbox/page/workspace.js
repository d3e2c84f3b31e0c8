// What the page knows of the workspace as the acting user sees it, kept up to date by events.

import { Values } from "./render/values.js";

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", title: "", is_bot: false };
const TRAFFIC_KEPT = 300;

// What things are drawn with inherits from it, and private fields cannot be reached through an heir.
export class Workspace extends EventTarget {
  me = null;
  team = {};
  app = {};
  commands = [];
  shortcuts = [];
  channels = [];
  views = [];
  home = null;
  connected = false;
  online = true;
  usergroups = [];
  traffic = [];
  rejected = [];
  everyone = [];
  skew = 0;
  frozen = null;
  _users = new Map();
  _messages = new Map();
  _values = new Map();
  _read = {};

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** Take over a whole snapshot of one user's view. */
  load(snapshot) {
    const before = this._messages;
    const sameUser = this.me?.id === snapshot.me.id;
    this.me = snapshot.me;
    this.team = snapshot.team;
    this.app = snapshot.app;
    this.commands = snapshot.commands;
    this.shortcuts = snapshot.shortcuts ?? [];
    this.usergroups = snapshot.usergroups ?? [];
    this.everyone = snapshot.users;
    this._users = new Map([SLACKBOT, ...snapshot.users].map((user) => [user.id, user]));
    this.channels = snapshot.channels.map(({ messages: _, ...channel }) => channel);
    this._messages = new Map(snapshot.channels.map(({ id, messages }) => [id, new Map(messages.map((message) => [message.ts, message]))]));
    if (sameUser) this._keepNotices(before);
    else this._values.clear();
    this._read = stored(`read:${this.me.id}`);
    this.views = snapshot.views;
    this.home = snapshot.home;
    this.connected = snapshot.connected;
    for (const kind of ["channels", "messages", "views", "home", "connected"]) this.tell(kind);
  }

  _keepNotices(before) {
    for (const [channel, messages] of before) {
      const notices = [...messages.values()].filter((message) => message.notice);
      for (const notice of notices) this._messages.get(channel)?.set(notice.ts, notice);
    }
  }

  receive(event) {
    switch (event.type) {
      case "message":
      case "message_changed":
        this._messagesOf(event.channel).set(event.message.ts, event.message);
        return this.tell("messages", { channel: event.channel, message: event.message, arrived: event.type === "message" });
      case "message_deleted":
        this._messagesOf(event.channel).delete(event.ts);
        return this.tell("messages", { channel: event.channel });
      case "views":
        this.views = event.stack;
        return this.tell("views");
      case "home":
        this.home = event.view;
        return this.tell("home");
      case "channels":
        this.channels = event.channels.map(({ messages: _, ...channel }) => channel);
        return this.tell("channels");
      case "connected":
        this.connected = event.connected;
        return this.tell("connected");
      case "traffic":
        this._addTraffic(event.entry);
        return this.tell("traffic");
      case "rejected":
        this.rejected = [{ ...event, at: this.now() }, ...this.rejected].slice(0, 50);
        return this.tell("rejected", event);
      default:
        return this.tell(event.type, event);
    }
  }

  // An exchange is told twice under one id: when it starts, and again with its answer.
  _addTraffic(entry) {
    this.traffic = [entry, ...this.traffic.filter((known) => known.id !== entry.id)].sort((a, b) => b.id - a.id).slice(0, TRAFFIC_KEPT);
  }

  /** A line only this user sees and only this page knows, as Slackbot would say it. */
  notice(channel, text, { kind = "notice", thread } = {}) {
    const latest = Number(this._sorted(channel, () => true).at(-1)?.ts ?? 0);
    // Behind everything that stands there, with one digit more than a server's ts has, so that the two never meet.
    const ts = `${Math.max(this.now().getTime() / 1000, latest).toFixed(6)}5`;
    const message = { ts, channel, user: SLACKBOT.id, text, is_ephemeral: true, notice: kind, thread_ts: thread };
    this.receive({ type: "message", channel, message });
  }

  dismiss(message) {
    this.receive({ type: "message_deleted", channel: message.channel, ts: message.ts });
  }

  forget() {
    this._messages.clear();
    this._values.clear();
    this.traffic = [];
    this.rejected = [];
    for (const user of this.everyone) localStorage.removeItem(`read:${user.id}`);
    this.tell("rejected");
    this.tell("traffic");
  }

  _messagesOf(channel) {
    if (!this._messages.has(channel)) this._messages.set(channel, new Map());
    return this._messages.get(channel);
  }

  _sorted(channel, keep) {
    return [...this._messagesOf(channel).values()].filter(keep).sort((a, b) => Number(a.ts) - Number(b.ts));
  }

  timeline(channel) {
    return this._sorted(channel, (message) => !isReply(message) || message.subtype === "thread_broadcast" || message.reply_broadcast);
  }

  thread(channel, ts) {
    return this._sorted(channel, (message) => message.ts === ts || message.thread_ts === ts);
  }

  user(id) {
    return this._users.get(id);
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  usergroup(id) {
    return this.usergroups.find((group) => group.id === id);
  }

  people() {
    return this.everyone.filter((user) => !user.is_bot);
  }

  /** The workspace's own clock, which may have been advanced or frozen. */
  now() {
    return this.frozen ? new Date(this.frozen) : new Date(Date.now() + this.skew);
  }

  setClock(iso, frozen) {
    this.skew = Date.parse(iso) - Date.now();
    this.frozen = frozen ? iso : null;
    this.tell("clock");
  }

  /** What was entered into the inputs of one message or view. */
  valuesOf(key) {
    if (!this._values.has(key)) this._values.set(key, new Values());
    return this._values.get(key);
  }

  isUnread(channel) {
    const seen = Number(this._read[channel] ?? 0);
    return this._sorted(channel, (message) => Number(message.ts) > seen && message.user !== this.me.id).length > 0;
  }

  markRead(channel) {
    const latest = this._sorted(channel, () => true).at(-1)?.ts;
    if (!latest || Number(this._read[channel] ?? 0) >= Number(latest)) return;
    this._read[channel] = latest;
    localStorage.setItem(`read:${this.me.id}`, JSON.stringify(this._read));
    this.tell("read");
  }
}

export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
