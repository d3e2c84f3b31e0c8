// The data_visualization block: bar, line, area and pie charts as inline SVG with a legend and a spoken summary.

import { h, svg } from "../dom.js";

const WIDE = 560;
const NARROW = 330; // on a phone about as many pixels, so that letters keep their size
const PHONE = window.matchMedia("(max-width: 640px)");
const HEIGHT = 250;
const PLOT = { left: 52, right: 12, top: 12, bottom: 44 };

function across() {
  return PHONE.matches ? NARROW : WIDE;
}

export function chart(block) {
  const spec = block.chart ?? {};
  const entries = spec.type === "pie" ? (spec.segments ?? []).map(({ label }) => label) : (spec.series ?? []).map(({ name }) => name);
  const draw = { bar: bars, line: lines, area: (chartSpec) => lines(chartSpec, true), pie }[spec.type];
  if (!draw) return null;
  return h(
    "figure",
    { class: "chart", data: { chart: spec.type } },
    h("figcaption", {}, block.title),
    svg("svg", { viewBox: `0 0 ${across()} ${spec.type === "pie" ? 220 : HEIGHT - (spec.axis_config?.x_label ? 0 : 18)}`, role: "img", "aria-label": spoken(block.title, spec) }, draw(spec)),
    (entries.length > 1 || spec.type === "pie") && legend(spec, entries),
  );
}

function legend(spec, entries) {
  const total = sum((spec.segments ?? []).map(({ value }) => value));
  return h(
    "ul",
    { class: "legend" },
    entries.map((name, index) =>
      h("li", {}, h("span", { class: "legend-mark", style: { "--series": colour(index) } }), name,
        spec.type === "pie" && h("span", { class: "legend-share" }, `${short(spec.segments[index].value)} · ${percent(spec.segments[index].value, total)}`)),
    ),
  );
}

function spoken(title, spec) {
  if (spec.type === "pie") return `${title}. Pie chart: ${(spec.segments ?? []).map(({ label, value }) => `${label} ${value}`).join(", ")}`;
  const series = (spec.series ?? []).map(({ name, data }) => `${name}: ${data.map(({ label, value }) => `${label} ${value}`).join(", ")}`);
  return `${title}. ${spec.type} chart. ${series.join(". ")}`;
}

function colour(index) {
  return `var(--series-${(index % 12) + 1})`;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function percent(value, total) {
  const share = (100 * value) / total;
  return `${share >= 10 || share === 0 ? Math.round(share) : share.toFixed(1)}%`;
}

function short(value) {
  const size = Math.abs(value);
  const [unit, suffix] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / unit).toFixed(unit > 1 || size < 10 ? 2 : 1)).toLocaleString("en-US")}${suffix}`;
}

/** Round steps that cover the values and zero. */
function scale(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const rough = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * rough).find((size) => span / size <= 5);
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(high / step) * step || step;
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
  const y = (value) => PLOT.top + (HEIGHT - PLOT.top - PLOT.bottom) * (1 - (value - from) / (to - from));
  return { ticks, y };
}

function categoriesOf(spec) {
  return spec.axis_config?.categories ?? (spec.series?.[0]?.data ?? []).map(({ label }) => label);
}

function valueAt(series, label) {
  return series.data.find((point) => point.label === label)?.value ?? 0;
}

function axes(spec, categories, { ticks, y }) {
  const room = (across() - PLOT.left - PLOT.right) / categories.length;
  const every = Math.ceil(44 / room);
  const letters = Math.max(4, Math.floor((room * every) / 6));
  const { x_label: xLabel, y_label: yLabel } = spec.axis_config ?? {};
  return [
    ticks.map((tick) => [
      svg("line", { class: tick === 0 ? "axis" : "gridline", x1: PLOT.left, x2: across() - PLOT.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: PLOT.left - 8, y: y(tick) + 3.5, "text-anchor": "end" }, short(tick)),
    ]),
    categories.map((label, index) => index % every === 0 &&
      svg("text", { class: "tick", x: middle(index, categories.length), y: HEIGHT - PLOT.bottom + 16, "text-anchor": "middle" }, clip(label, letters))),
    xLabel && svg("text", { class: "axis-label", x: (PLOT.left + across() - PLOT.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, xLabel),
    yLabel && svg("text", { class: "axis-label", transform: `translate(11 ${(HEIGHT - PLOT.bottom + PLOT.top) / 2}) rotate(-90)`, "text-anchor": "middle" }, clip(yLabel, 34)),
  ];
}

function clip(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}

function middle(index, count) {
  return PLOT.left + ((across() - PLOT.left - PLOT.right) * (index + 0.5)) / count;
}

function bars(spec) {
  const series = spec.series ?? [];
  const categories = categoriesOf(spec);
  const axis = scale(series.flatMap(({ data }) => data.map(({ value }) => value)));
  const room = (across() - PLOT.left - PLOT.right) / categories.length;
  const width = Math.min(46, (room * 0.72) / series.length);
  return [
    axes(spec, categories, axis),
    categories.map((label, column) =>
      series.map((one, index) => {
        const value = valueAt(one, label);
        const x = middle(column, categories.length) + (index - series.length / 2) * width;
        const top = Math.min(axis.y(value), axis.y(0));
        const height = Math.max(Math.abs(axis.y(value) - axis.y(0)), value ? 1 : 0);
        return svg("path", { class: "mark", d: roundedBar(x + 1, top, width - 2, height, value < 0), fill: colour(index) }, tip(one.name, label, value));
      }),
    ),
  ];
}

function roundedBar(x, y, width, height, downward) {
  const r = Math.min(3, width / 2, height);
  if (downward) return `M${x} ${y}h${width}v${height - r}q0 ${r} ${-r} ${r}h${2 * r - width}q${-r} 0 ${-r} ${-r}z`;
  return `M${x} ${y + height}v${r - height}q0 ${-r} ${r} ${-r}h${width - 2 * r}q${r} 0 ${r} ${r}v${height - r}z`;
}

function tip(name, label, value) {
  return svg("title", {}, `${name ? `${name}, ` : ""}${label}: ${value.toLocaleString("en-US")}`);
}

function lines(spec, filled = false) {
  const series = spec.series ?? [];
  const categories = categoriesOf(spec);
  const axis = scale(series.flatMap(({ data }) => data.map(({ value }) => value)));
  return [
    axes(spec, categories, axis),
    series.map((one, index) => {
      const points = categories.map((label, column) => [middle(column, categories.length), axis.y(valueAt(one, label)), label]);
      const path = points.map(([x, y], at) => `${at ? "L" : "M"}${x} ${y}`).join("");
      const floor = axis.y(0);
      return svg(
        "g",
        {},
        filled && svg("path", { d: `${path}L${points.at(-1)?.[0]} ${floor}L${points[0]?.[0]} ${floor}z`, fill: colour(index), opacity: 0.2 }),
        svg("path", { d: path, fill: "none", stroke: colour(index), "stroke-width": 2.2, "stroke-linejoin": "round", "stroke-linecap": "round" }),
        points.map(([x, y, label]) => svg("circle", { class: "mark dot", cx: x, cy: y, r: 3.2, fill: colour(index) }, tip(one.name, label, valueAt(one, label)))),
      );
    }),
  ];
}

function pie(spec) {
  const segments = spec.segments ?? [];
  const total = sum(segments.map(({ value }) => value));
  let angle = -Math.PI / 2;
  return segments.map(({ label, value }, index) => {
    const turn = (2 * Math.PI * value) / total;
    const from = angle;
    angle += turn;
    const slice = segments.length === 1 ? ring() : arc(from, angle);
    const mid = from + turn / 2;
    return svg(
      "g",
      {},
      svg("path", { class: "mark slice", d: slice, fill: colour(index), "fill-rule": "evenodd" }, tip("", label, value)),
      turn > 0.35 && svg("text", { class: "slice-label", x: across() / 2 + 74 * Math.cos(mid), y: 114 + 74 * Math.sin(mid), "text-anchor": "middle" }, percent(value, total)),
    );
  });
}

function point(radius, angle) {
  return `${across() / 2 + radius * Math.cos(angle)} ${110 + radius * Math.sin(angle)}`;
}

function arc(from, to) {
  const large = to - from > Math.PI ? 1 : 0;
  return `M${point(100, from)}A100 100 0 ${large} 1 ${point(100, to)}L${point(48, to)}A48 48 0 ${large} 0 ${point(48, from)}z`;
}

function ring() {
  const circle = (radius) => `M${across() / 2 - radius} 110a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
  return circle(100) + circle(48);
}
