"""A graph as SVG, laid out in columns: each node stands behind all that it is computed from.

The order within a column follows the middle of a node's neighbours, in a few sweeps to and fro. Colours are CSS
variables with defaults, so that a drawing is readable on light and on dark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ..errors import Location
from .graph import Edge, Graph, Node

CHARACTER, LINE = 7.3, 17
PADDING, GAP_X, GAP_Y = 10, 84, 18
SWEEPS = 6
LONGEST = 34
"""The most characters of a line in a node."""


@dataclass
class _Box:
    """A node, or a place where a long edge passes through a column (then `node` is None)."""

    node: Node | None
    lines: list[str]
    width: float
    height: float
    column: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def left(self) -> str:
        return f"{self.x:.1f} {self.y + self.height / 2:.1f}"

    @property
    def right(self) -> str:
        return f"{self.x + self.width:.1f} {self.y + self.height / 2:.1f}"


def svg(graph: Graph, key: Callable[[Location], str] = lambda place: str(place.line)) -> str:
    """A graph as an SVG element.

    Args:
        graph: the graph.
        key: what a node says of a statement that it comes from, in `data-k`.
    """
    boxes = [_box(graph, node) for node in graph.nodes]
    for box, column in zip(boxes, _depths(len(boxes), graph.edges), strict=True):
        box.column = column
    ways = [_way(boxes, edge) for edge in graph.edges]
    columns: list[list[int]] = [[] for _ in range(max((b.column for b in boxes), default=0) + 1)]
    for k, box in enumerate(boxes):
        columns[box.column].append(k)
    _order(columns, ways)
    width, height = _place(boxes, columns)
    paths = [_path(boxes, edge, way) for edge, way in zip(graph.edges, ways, strict=True)]
    nodes = [_node(box, box.node, key) for box in boxes if box.node is not None]
    labels = [_label(boxes, edge, way) for edge, way in zip(graph.edges, ways, strict=True)]
    title = escape(f"computation graph of {graph.name}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{title}" '
        'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="12">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" '
        'markerUnits="userSpaceOnUse">'
        '<path d="M0 0L8 4L0 8z" fill="var(--muted, #777)"/></marker></defs>'
        f"{''.join(paths)}{''.join(nodes)}{''.join(labels)}</svg>"
    )


def _box(graph: Graph, node: Node) -> _Box:
    title = node.title if len(node.title) <= LONGEST else node.title[: LONGEST - 1] + "…"
    lines = [title, *(f"{name} {text}"[:LONGEST] for name, text in graph.notes(node))]
    width = max(map(len, lines)) * CHARACTER + 2 * PADDING
    return _Box(node, lines, width, len(lines) * LINE + 2 * PADDING - 4)


def _depths(count: int, edges: Sequence[Edge]) -> list[int]:
    """The column of each node."""
    depth = [0] * count
    for edge in sorted(edges, key=lambda e: e.target):
        depth[edge.target] = max(depth[edge.target], depth[edge.source] + 1)
    users: dict[int, list[int]] = {}
    for edge in edges:
        users.setdefault(edge.source, []).append(edge.target)
    computed = {edge.target for edge in edges}
    for k in users:
        if k not in computed:  # an input stands right before its first use
            depth[k] = min(depth[t] for t in users[k]) - 1
    return depth


def _way(boxes: list[_Box], edge: Edge) -> list[int]:
    """The boxes that an edge goes through; a place is added in each column that it crosses."""
    first, last = boxes[edge.source].column, boxes[edge.target].column
    way = [edge.source]
    for column in range(first + 1, last):
        way.append(len(boxes))
        boxes.append(_Box(None, [], 0.0, 12.0, column))
    return [*way, edge.target]


def _order(columns: list[list[int]], ways: Sequence[list[int]]) -> None:
    near: dict[int, list[int]] = {}
    for way in ways:
        for a, b in pairwise(way):
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
    place = {k: float(i) for column in columns for i, k in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            middle = {k: sum(place[n] for n in near[k]) / len(near[k]) if k in near else place[k] for k in column}
            column.sort(key=lambda k: (middle[k], k))
            place.update((k, float(i) - len(column) / 2) for i, k in enumerate(column))


def _place(boxes: list[_Box], columns: list[list[int]]) -> tuple[float, float]:
    heights = [sum(boxes[k].height + GAP_Y for k in column) - GAP_Y for column in columns]
    height = max(heights, default=0.0) + 2 * GAP_Y
    x = float(PADDING)
    for column, own in zip(columns, heights, strict=True):
        y = (height - own) / 2
        width = max((boxes[k].width for k in column), default=0.0)
        for k in column:
            box = boxes[k]
            if box.node is None:
                box.width = width
            box.x, box.y = x + (width - box.width) / 2, y
            y += box.height + GAP_Y
        x += width + GAP_X
    return x - GAP_X + PADDING, height


def _path(boxes: list[_Box], edge: Edge, way: list[int]) -> str:
    steps = []
    for k, (a, b) in enumerate(pairwise(way)):
        before, behind = boxes[a], boxes[b]
        (x1, y1), (x2, y2) = (map(float, p.split()) for p in (before.right, behind.left))
        bend = max((x2 - x1) / 2, 20)
        start = f"M{before.right}" if k == 0 else f"L{before.right}"
        steps.append(f"{start}C{x1 + bend:.1f} {y1} {x2 - bend:.1f} {y2} {behind.left}")
    return (
        f'<path class="edge" data-ends="{edge.source} {edge.target}" fill="none" stroke="var(--muted, #777)" '
        f'marker-end="url(#tip)" d="{"".join(steps)}"/>'
    )


def _label(boxes: list[_Box], edge: Edge, way: list[int]) -> str:
    if not edge.label:
        return ""
    before, behind = boxes[way[-2]], boxes[way[-1]]
    (x1, y1), (x2, y2) = (map(float, p.split()) for p in (before.right, behind.left))
    x, y = x1 + 0.6 * (x2 - x1), y1 + 0.65 * (y2 - y1)
    return (
        f'<text class="partial" x="{x:.1f}" y="{y - 3:.1f}" text-anchor="middle" font-size="11" '
        'fill="var(--accent, #0b6e4f)" stroke="var(--page, #fff)" stroke-width="4" paint-order="stroke">'
        f"{escape(edge.label)}</text>"
    )


def _node(box: _Box, node: Node, key: Callable[[Location], str]) -> str:
    kind = "input" if node.is_input else "result" if node.is_result else "inner"
    keys = escape(" ".join(dict.fromkeys(map(key, node.places))))
    text = "".join(
        f'<tspan x="{box.x + PADDING:.1f}" dy="{LINE if k else 0}"{_weight(k)}>{escape(line)}</tspan>'
        for k, line in enumerate(box.lines)
    )
    return (
        f'<g class="node {kind}" data-node="{node.number}" data-k="{keys}" data-v="{escape(node.name)}">'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{12 if node.is_input else 5}" fill="var(--panel, #f6f7f8)" stroke="var(--{_stroke(kind)})"/>'
        f'<text x="{box.x + PADDING:.1f}" y="{box.y + PADDING + 10:.1f}" fill="var(--ink, #1c2024)">{text}</text></g>'
    )


def _stroke(kind: str) -> str:
    return {"input": "accent, #0b6e4f", "result": "accent, #0b6e4f"}.get(kind, "line, #c8ccd0")


def _weight(k: int) -> str:
    return "" if k else ' font-weight="600"'
