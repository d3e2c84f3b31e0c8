// Dates and times as a person in a given time zone reads them, and Slack's date tokens.

const formats = new Map();

function format(zone, options) {
  const key = JSON.stringify([zone, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }));
  return formats.get(key);
}

function parts(date, zone) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return Object.fromEntries(format(zone, options).formatToParts(date).map(({ type, value }) => [type, value]));
}

/** 2026-11-23 in that zone; equal keys are the same day. */
export function dayKey(date, zone) {
  const { year, month, day } = parts(date, zone);
  return `${year}-${month}-${day}`;
}

export function timeOfDay(date, zone, seconds = false) {
  const options = { hour: "numeric", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) };
  return format(zone, options).format(date).replace(/\u202f/g, " ");
}

function ordinal(number) {
  const tail = number % 100 > 10 && number % 100 < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th");
  return `${number}${tail}`;
}

function longDate(date, zone, weekday) {
  const month = format(zone, { month: "long" }).format(date);
  const { year, day } = parts(date, zone);
  const name = weekday ? `${format(zone, { weekday: "long" }).format(date)}, ` : "";
  return `${name}${month} ${ordinal(Number(day))}, ${year}`;
}

function relativeDay(date, zone, now) {
  const days = (Date.parse(dayKey(date, zone)) - Date.parse(dayKey(now, zone))) / 86_400_000;
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[days];
}

export function dayLabel(date, zone, now) {
  return relativeDay(date, zone, now) ?? longDate(date, zone, true);
}

export function fullTime(date, zone) {
  return `${longDate(date, zone, true)} at ${timeOfDay(date, zone, true)}`;
}

export function ago(date, now) {
  const seconds = Math.round((now - date) / 1000);
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 45 ? [size, "second"] : size < 2700 ? [Math.round(size / 60), "minute"] : size < 79_200 ? [Math.round(size / 3600), "hour"] : [Math.round(size / 86_400), "day"];
  if (unit === "second") return seconds >= 0 ? "just now" : "in a moment";
  const words = `${Math.max(count, 1)} ${unit}${count > 1 ? "s" : ""}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

/** Slack's {tokens} filled in for one moment; a token it does not know stays as written. `starts`: nothing stands before it. */
export function dateTokens(template, epochSeconds, zone, now, { starts = true } = {}) {
  const date = new Date(epochSeconds * 1000);
  const short = format(zone, { month: "short", day: "numeric", year: "numeric" }).format(date);
  const near = relativeDay(date, zone, now);
  const sentence = (text) => (starts && template.trimStart().startsWith("{") ? text : text?.toLowerCase());
  const values = {
    date_num: dayKey(date, zone),
    date: longDate(date, zone, false),
    date_slash: format(zone, { month: "2-digit", day: "2-digit", year: "numeric" }).format(date),
    date_short: short,
    date_long: longDate(date, zone, true),
    date_long_full: longDate(date, zone, true),
    date_pretty: sentence(near) ?? longDate(date, zone, false),
    date_short_pretty: sentence(near) ?? short,
    date_long_pretty: sentence(near) ?? longDate(date, zone, true),
    day_divider_pretty: near ?? longDate(date, zone, true),
    time: timeOfDay(date, zone),
    time_secs: timeOfDay(date, zone, true),
    ago: ago(date, now),
  };
  return template.replace(/\{(\w+)\}/g, (whole, token) => values[token] ?? whole);
}

/** "2026-11-23T09:30" as typed in a zone, to epoch seconds. */
export function zonedToEpoch(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return null;
  let guess = wanted;
  // Twice, because the first correction may cross a change of the clocks.
  for (let turn = 0; turn < 2; turn += 1) guess = wanted - (Date.parse(`${epochToZoned(guess / 1000, zone)}Z`) - guess);
  return Math.round(guess / 1000);
}

/** Epoch seconds as a datetime-local field shows them in a zone. */
export function epochToZoned(epochSeconds, zone) {
  const { year, month, day, hour, minute } = parts(new Date(epochSeconds * 1000), zone);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}
