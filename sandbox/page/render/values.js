// What a person has entered into the elements of one message or view, and whether it may be submitted.

import { isOnItsWay } from "./attachments.js";

const SINGLE = { static_select: "option", external_select: "option", radio_buttons: "option", users_select: "user", conversations_select: "conversation", channels_select: "channel" };
const MULTI = { multi_static_select: "option", multi_external_select: "option", checkboxes: "option", multi_users_select: "user", multi_conversations_select: "conversation", multi_channels_select: "channel" };

export class Values {
  #held = new Map();
  #known = {};

  /** What is entered here, or what the server knows to be entered, or what the element starts with. */
  read(blockId, element) {
    const key = `${blockId}\n${element.action_id}`;
    if (!this.#held.has(key)) {
      const value = fromSlack(element, this.#known[blockId]?.[element.action_id]) ?? initial(element);
      this.#held.set(key, { blockId, element, value });
    }
    return this.#held.get(key).value;
  }

  write(blockId, element, value) {
    this.#held.set(`${blockId}\n${element.action_id}`, { blockId, element, value });
  }

  /** Forget what the surface no longer shows; what stays under the same ids keeps what was entered. */
  keepOnly(pairs, known = {}) {
    this.#known = known;
    const shown = new Set(pairs.map(([blockId, element]) => `${blockId}\n${element.action_id}`));
    for (const key of this.#held.keys()) if (!shown.has(key)) this.#held.delete(key);
  }

  /** As the server takes it: by block, or by action where one block holds several elements. */
  plain() {
    const entries = [...this.#held.values()];
    const shared = (entry) => entries.some((other) => other !== entry && other.blockId === entry.blockId);
    return Object.fromEntries(entries.map((entry) => [shared(entry) ? entry.element.action_id : entry.blockId, plainValue(entry.value)]));
  }

  /** As Slack reports it in `state` and `view.state`. */
  slack() {
    const values = {};
    for (const { blockId, element, value } of this.#held.values()) {
      values[blockId] ??= {};
      values[blockId][element.action_id] = { type: element.type, ...slackValue(element, value) };
    }
    return { values };
  }
}

function initial(element) {
  if (element.type in MULTI) return element.initial_options ?? element.initial_users ?? element.initial_conversations ?? element.initial_channels ?? [];
  if (element.type in SINGLE) return element.initial_option ?? element.initial_user ?? element.initial_conversation ?? element.initial_channel ?? null;
  return element.initial_value ?? element.initial_date ?? element.initial_time ?? element.initial_date_time ?? null;
}

/** An option as its value, a file as its id, a list as what is in it, anything else as it is. */
export function plainValue(value) {
  if (Array.isArray(value)) return value.map(plainValue).filter((one) => one !== undefined);
  return value !== null && typeof value === "object" ? (value.value ?? value.id) : value;
}

const NAMES = { datepicker: "selected_date", timepicker: "selected_time", datetimepicker: "selected_date_time", rich_text_input: "rich_text_value", file_input: "files" };

/** Under which name Slack's state holds the value of an element. */
function stateName({ type }) {
  if (type in SINGLE) return `selected_${SINGLE[type]}`;
  if (type in MULTI) return `selected_${MULTI[type]}s`;
  return NAMES[type] ?? "value";
}

function slackValue(element, value) {
  return { [stateName(element)]: value };
}

function fromSlack(element, state) {
  return state?.type === element.type ? state[stateName(element)] : null;
}

/** Why Slack's own client would not let this be submitted, or null. */
export function problem(block, value) {
  const element = block.element ?? {};
  const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  if (empty) return block.optional ? null : "Please complete this required field.";
  if (typeof value === "string" && element.min_length && value.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (typeof value === "string" && element.max_length && value.length > element.max_length) return `Please enter at most ${element.max_length} characters.`;
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !URL.canParse(value)) return "Please enter a valid URL.";
  if (element.type === "file_input") return fileProblem(value);
  return element.type === "number_input" ? numberProblem(element, value) : null;
}

function fileProblem(files) {
  if (files.some(isOnItsWay)) return "The file is still being uploaded; try again in a moment.";
  return files.some(({ problem: why }) => why) ? "Take off what could not be uploaded." : null;
}

function numberProblem(element, value) {
  const number = Number(value);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter a number of at least ${element.min_value}.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter a number of at most ${element.max_value}.`;
  return null;
}
