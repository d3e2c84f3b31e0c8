// Talks to the local Slack: JSON calls that never throw, and the stream of events with reconnection.

const RETRY_MS = 1000;

/** POST and answer with the parsed body; what cannot be reached answers {ok: false, error}. */
export async function post(path, body = {}) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Bring a file as this person; answers {ok, file} with the id under which a message or form may carry it. */
export async function upload(user, file) {
  const query = new URLSearchParams({ user, name: file.name });
  return request(`/_page/upload?${query}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
}

export async function get(path) {
  return request(path, {});
}

export async function remove(path) {
  return request(path, { method: "DELETE" });
}

async function request(path, options) {
  try {
    const response = await fetch(path, options);
    const body = await response.json();
    return response.ok ? body : { ok: false, error: `http_${response.status}`, ...body };
  } catch (error) {
    return { ok: false, error: error.name === "SyntaxError" ? "unreadable_answer" : "server_unreachable" };
  }
}

/** The user's events until `close`; `onOpen` runs on every (re)connection, before any of its events. */
export function listen(user, { onOpen, onEvent, onDown }) {
  let source;
  let timer;
  const connect = () => {
    source = new EventSource(`/_page/events?user=${encodeURIComponent(user)}`);
    source.addEventListener("open", onOpen);
    source.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      source.close();
      onDown();
      timer = setTimeout(connect, RETRY_MS);
    });
  };
  connect();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
