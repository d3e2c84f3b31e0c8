// The line icons of the page, drawn as inline SVG in the colour of the text around them.

import { svg } from "./dom.js";

const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5 5 15",
  sun: "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  pulse: "M2 10h3.5l2-5.5 4 11 2.5-5.5h4",
  reply: "M3 4.5h14v9h-7l-4 3v-3H3z",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1",
  send: "M3 3.5 17.5 10 3 16.5 5 10zM5 10h6",
  down: "M5 7.5l5 5 5-5",
  right: "M7.5 5l5 5-5 5",
  left: "M12.5 5l-5 5 5 5",
  check: "M4 10.5l4 4 8-9",
  home: "M3 9.5 10 3.5l7 6V16.5h-4.5V12h-5v4.5H3z",
  eye: "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10zM10 7.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  clock: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 5.5V10l3 2",
  warning: "M10 3l8 14H2zM10 8v4M10 14.2v.3",
  info: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 9v5M10 6v.3",
  back: "M9 4l-6 6 6 6M3 10h14",
  dots: "M4 10h.01M10 10h.01M16 10h.01",
  clip: "M15.5 9.2 9.8 15a3.6 3.6 0 0 1-5.1-5.1l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4l-6 6a1.2 1.2 0 0 1-1.7-1.7l5.3-5.3",
  file: "M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15",
  play: "M6 4l10 6-10 6z",
  spark: "M10 2l1.8 5.2L17 9l-5.2 1.8L10 16l-1.8-5.2L3 9l5.2-1.8z",
  smile: "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM7 12a3.6 3.6 0 0 0 6 0M7.3 8h.01M12.7 8h.01",
  bolt: "M11 2 4.5 11H9.5L8.5 18 15.5 8.5H10.5z",
  sort: "M6.5 8 10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5",
  trash: "M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11",
  edit: "M4 13.5 13 4.5l2.5 2.5-9 9H4z",
  thumbup: "M6 9v7.5H3V9zM6 9l3.5-6c1.5 0 2 1 1.8 2.2L10.8 8h4.7c1 0 1.6.8 1.4 1.8l-1 5c-.2 1-.9 1.7-1.9 1.7H6",
  thumbdown: "M14 11V3.5h3V11zM14 11l-3.5 6c-1.5 0-2-1-1.8-2.2l.5-2.8H4.5c-1 0-1.6-.8-1.4-1.8l1-5c.2-1 .9-1.7 1.9-1.7H14",
};

export function icon(name, size = 18) {
  const strokes = {
    viewBox: "0 0 20 20", width: size, height: size, class: `icon icon-${name}`, "aria-hidden": "true",
    fill: "none", stroke: "currentColor", "stroke-width": name === "dots" ? 2.6 : 1.6,
    "stroke-linecap": "round", "stroke-linejoin": "round",
  };
  return svg("svg", strokes, svg("path", { d: PATHS[name] ?? PATHS.info }));
}
