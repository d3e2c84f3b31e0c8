// Builds DOM nodes from values; text always becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "indeterminate", "hidden", "open", "scrollTop"]);

export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (key === "data") Object.assign(node.dataset, present(value));
    else if (key === "style") for (const [name, rule] of Object.entries(value)) node.style.setProperty(name, rule);
    else if (PROPERTIES.has(key)) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...flat(children));
  return node;
}

function present(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");
}

export function replace(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

export function fragment(...children) {
  const made = document.createDocumentFragment();
  made.append(...flat(children));
  return made;
}

let lastId = 0;

/** An id no other element of the page has, for labels and descriptions. */
export function uniqueId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** Only addresses a person may safely follow become links; anything else stays text. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(parsed.protocol) && /^[a-z]+:/i.test(url) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...label) {
  const href = safeUrl(url);
  if (!href) return fragment(...(label.length ? label : [url]));
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...(label.length ? label : [url]));
}

export function spinner(label = "Waiting") {
  return h("span", { class: "spinner", role: "img", "aria-label": label });
}
