// The table and data_table blocks: cells of text, numbers and rich text; sorting, filtering and paging.

import { fragment, h, replace } from "../dom.js";
import { icon } from "../icons.js";
import { element } from "./elements.js";
import { plain, unescape } from "./mrkdwn.js";
import { richText } from "./richtext.js";

function cell(item, block, ctx) {
  if (!item) return fragment();
  if (item.type === "rich_text") return richText(item, ctx);
  if (item.type === "raw_text" || item.type === "raw_number") return plain(item.text ?? String(item.value ?? ""));
  // A data table may hold a button in a cell, by itself or wrapped.
  return element(item.element ?? item, block, ctx) ?? plain(item.text?.text ?? item.text ?? "");
}

function words(item) {
  if (!item) return "";
  if (item.elements) return item.elements.map(words).join("");
  return unescape(String(item.text?.text ?? item.text ?? item.name ?? item.value ?? ""));
}

export function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const rows = (block.rows ?? []).map((row, index) =>
    h("tr", {}, row.map((item, column) => {
      const { align = "left", is_wrapped: wrapped } = settings[column] ?? {};
      const props = { class: `align-${align} ${wrapped ? "" : "nowrap"}`, scope: index ? null : "col" };
      return h(index ? "td" : "th", props, cell(item, block, ctx));
    })),
  );
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { class: "grid" }, h("thead", {}, rows[0]), h("tbody", {}, rows.slice(1))));
}

export function dataTable(block, ctx) {
  const [header = [], ...body] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const rowHeader = block.row_header_column_index ?? 0;
  const numeric = header.map((_, column) => body.every((row) => row[column]?.type === "raw_number"));
  const view = { column: null, down: false, page: 0, filter: "" };
  const tbody = h("tbody", {});
  const footer = h("div", { class: "table-footer" });

  const arranged = () => {
    const kept = body.filter((row) => row.some((item) => words(item).toLowerCase().includes(view.filter)));
    if (view.column === null) return kept;
    const sorted = kept.toSorted((a, b) => compare(a[view.column], b[view.column], numeric[view.column]));
    return view.down ? sorted.reverse() : sorted;
  };
  const draw = () => {
    const rows = arranged();
    const pages = Math.max(1, Math.ceil(rows.length / size));
    view.page = Math.min(view.page, pages - 1);
    const shown = rows.slice(view.page * size, (view.page + 1) * size);
    replace(tbody, shown.map((row) => h("tr", {}, row.map((item, column) =>
      h(column === rowHeader ? "th" : "td", { class: numeric[column] ? "align-right num" : "", scope: column === rowHeader ? "row" : null }, cell(item, block, ctx))))));
    if (!shown.length) replace(tbody, h("tr", {}, h("td", { colspan: String(header.length), class: "table-empty" }, "No rows match")));
    heads.forEach((head, column) => head.setAttribute("aria-sort", view.column !== column ? "none" : view.down ? "descending" : "ascending"));
    replace(footer, pages > 1 && pager(view, pages, rows.length, size, draw));
  };
  const heads = header.map((item, column) =>
    h(
      "th",
      { scope: "col", class: numeric[column] ? "align-right" : "" },
      h("button", {
        type: "button", class: "sort", title: "Sort", on: {
          click: () => {
            view.down = view.column === column && !view.down;
            view.column = column;
            draw();
          },
        },
      }, words(item), icon("sort", 14)),
    ),
  );
  const filter = body.length > size && h("input", {
    class: "field table-filter", type: "search", placeholder: "Filter", "aria-label": `Filter ${block.caption ?? "table"}`,
    on: { input: (event) => ((view.filter = event.target.value.trim().toLowerCase()), (view.page = 0), draw()) },
  });
  draw();
  const caption = h("caption", {}, h("span", { class: "caption-row" }, h("span", {}, plain(block.caption ?? "")), filter));
  return h("div", { class: "data-table" }, h("div", { class: "table-scroll" }, h("table", { class: "grid" }, caption, h("thead", {}, h("tr", {}, heads)), tbody)), footer);
}

function compare(a, b, numeric) {
  if (numeric) return a.value - b.value;
  return words(a).localeCompare(words(b), "en", { numeric: true });
}

function pager(view, pages, count, size, draw) {
  const go = (step, name, symbol, ends) =>
    h("button", { type: "button", class: "btn-quiet", "aria-label": name, disabled: ends, on: { click: () => ((view.page += step), draw()) } }, icon(symbol, 16));
  const from = view.page * size + 1;
  return [
    h("span", { "aria-live": "polite" }, `${from}–${Math.min(from + size - 1, count)} of ${count}`),
    go(-1, "Previous page", "left", view.page === 0),
    go(1, "Next page", "right", view.page === pages - 1),
  ];
}
