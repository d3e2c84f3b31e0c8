// The picture of a person or app: initials on a colour that always belongs to the same name.

import { h, svg } from "../dom.js";

const HUES = [262, 168, 24, 208, 338, 96, 288, 190, 46, 316, 228, 142];

export function avatar(who, size = 36) {
  const name = who?.real_name || who?.name || "?";
  if (who?.is_bot) return h("span", { class: "avatar avatar-app", "aria-hidden": "true", style: { "--size": `${size}px` } }, appMark());
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, size < 24 ? 1 : 2).join("");
  return h("span", { class: "avatar", "aria-hidden": "true", style: { "--size": `${size}px`, "--hue": String(HUES[hash(who?.id ?? name) % HUES.length]) } }, initials.toUpperCase());
}

function hash(text) {
  return [...text].reduce((sum, char) => (sum * 61 + char.codePointAt(0)) >>> 0, 7);
}

// Four stacked units with a light on one: a cluster.
function appMark() {
  const bar = (y, lit) => [svg("rect", { x: 6, y, width: 20, height: 5, rx: 1.8, fill: "currentColor", opacity: lit ? 1 : 0.72 }), svg("circle", { cx: 22.5, cy: y + 2.5, r: 1.2, class: lit ? "lit" : "unlit" })];
  return svg("svg", { viewBox: "0 0 32 32", width: "100%", height: "100%" }, bar(6.5, true), bar(13.5, false), bar(20.5, true));
}
