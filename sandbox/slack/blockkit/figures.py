"""The blocks that hold figures: tables with their cells, charts with their series."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.blockkit import limits
from sandbox.slack.blockkit.objects import BLOCK_ID, WORD
from sandbox.slack.blockkit.problem import Problem, broken_rule, too_great, too_long, unsupported_type
from sandbox.slack.blockkit.rules import objects, unique
from sandbox.slack.blockkit.spec import FLAG, Items, Kind, Number, Record, String
from sandbox.slack.blockkit.text import characters

CELLS: Mapping[str, Record] = {
    "raw_text": Record({"text": WORD}),
    "raw_number": Record({"value": Number(), "text": WORD}),
}
CELL_KINDS = ("raw_text", "raw_number", "rich_text")


def _same_length_rows(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
    rows = [(index, row) for index, row in enumerate(_list(value.get("rows"))) if isinstance(row, list)]
    for index, row in rows[1:]:
        if len(row) != len(rows[0][1]):
            yield broken_rule(f"{at}/rows/{index}", "all rows must have the same number of cells")


def _plain_header(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
    for row in _list(value.get("rows"))[:1]:
        for index, cell in enumerate(objects(row)):
            if cell.get("type") == "rich_text":
                yield unsupported_type(f"{at}/rows/0/{index}", CELL_KINDS[:2], "rich_text")


def _text_budget(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
    length = characters(value.get("rows"))
    if length > limits.DATA_TABLE_TEXT:
        yield too_long(f"{at}/rows", limits.DATA_TABLE_TEXT, length)


def _row_header_is_a_column(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
    column, rows = value.get("row_header_column_index"), _list(value.get("rows"))
    if isinstance(column, int) and rows and isinstance(rows[0], list) and column >= len(rows[0]):
        yield too_great(f"{at}/row_header_column_index", len(rows[0]) - 1, column)


def _points_cover_categories(value: Mapping[str, Any], at: str) -> Iterator[Problem]:
    axis = value.get("axis_config")
    categories = _list(axis.get("categories")) if isinstance(axis, dict) else []
    wanted = sorted(name for name in categories if isinstance(name, str))
    for index, series in enumerate(objects(value.get("series"))):
        labels = [point.get("label") for point in objects(series.get("data"))]
        if sorted(label for label in labels if isinstance(label, str)) != wanted:
            where = f"{at}/series/{index}/data"
            yield broken_rule(where, "must have exactly one point for each category", field="data")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_CHART_LABEL = String(1, limits.CHART_LABEL)
_POINT = Record({"label": _CHART_LABEL, "value": Number()})
_SERIES = Record({"name": _CHART_LABEL, "data": Items(_POINT, 1, limits.CHART_POINTS)})
_AXIS = Record(
    {"categories": Items(_CHART_LABEL, 1, limits.CHART_POINTS)},
    {"x_label": String(max=limits.AXIS_LABEL), "y_label": String(max=limits.AXIS_LABEL)},
)
_ON_AXES = Record(
    {"series": Items(_SERIES, 1, limits.CHART_PARTS), "axis_config": _AXIS},
    rules=(unique("series", "name"), _points_cover_categories),
)
CHARTS: Mapping[str, Record] = {
    "pie": Record(
        {"segments": Items(Record({"label": _CHART_LABEL, "value": Number(above=0)}), 1, limits.CHART_PARTS)}
    ),
    "bar": _ON_AXES,
    "area": _ON_AXES,
    "line": _ON_AXES,
}

_COLUMN = Record(optional={"align": String(choices=("left", "center", "right")), "is_wrapped": FLAG})

FIGURES: Mapping[str, Record] = {
    "table": Record(
        {"rows": Items(Items(Kind("cells", CELL_KINDS), 1, limits.TABLE_COLUMNS), 1, limits.TABLE_ROWS)},
        {"block_id": BLOCK_ID, "column_settings": Items(_COLUMN, max=limits.TABLE_COLUMNS, gaps=True)},
    ),
    "data_table": Record(
        {
            "caption": WORD,
            "rows": Items(
                Items(Kind("cells", CELL_KINDS), 1, limits.TABLE_COLUMNS),
                limits.DATA_TABLE_ROWS_MIN,
                limits.DATA_TABLE_ROWS,
            ),
        },
        {
            "block_id": BLOCK_ID,
            "page_size": Number(1, limits.PAGE_SIZE, whole=True),
            "row_header_column_index": Number(0, whole=True),
        },
        (_same_length_rows, _plain_header, _text_budget, _row_header_is_a_column),
    ),
    "data_visualization": Record(
        {"title": String(1, limits.CHART_TITLE), "chart": Kind("charts", tuple(CHARTS))},
        {"block_id": BLOCK_ID},
    ),
}
