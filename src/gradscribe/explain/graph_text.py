"""Graphs as Mermaid and as DOT: text that other programs draw."""

from __future__ import annotations

from .graph import Graph, Node


def mermaid(graph: Graph) -> str:
    """A graph as Mermaid text."""
    lines = ["graph LR"]
    for node in graph.nodes:
        opening, closing = ("([", "])") if node.is_input else ("[[", "]]") if node.is_result else ("[", "]")
        label = "<br/>".join(map(_for_mermaid, _label(graph, node)))
        lines.append(f'  n{node.number}{opening}"{label}"{closing}')
    for edge in graph.edges:
        label = f'|"{_for_mermaid(edge.label)}"|' if edge.label else ""
        lines.append(f"  n{edge.source} -->{label} n{edge.target}")
    return "\n".join(lines) + "\n"


def dot(graph: Graph) -> str:
    """A graph as DOT text."""
    name = _quoted(graph.name)
    lines = [f"digraph {name} {{", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="monospace"];']
    for node in graph.nodes:
        shape = ", shape=ellipse" if node.is_input else ", peripheries=2" if node.is_result else ""
        label = _quoted("\n".join(_label(graph, node)))
        lines.append(f"  n{node.number} [label={label}{shape}];")
    for edge in graph.edges:
        label = f" [label={_quoted(edge.label)}]" if edge.label else ""
        lines.append(f"  n{edge.source} -> n{edge.target}{label};")
    return "\n".join([*lines, "}"]) + "\n"


def _label(graph: Graph, node: Node) -> list[str]:
    return [node.title, *(f"{name} {text}" for name, text in graph.notes(node))]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


_ENTITIES = {c: f"#{ord(c)};" for c in '#"<>&[](){}|`;'}


def _for_mermaid(text: str) -> str:
    """Mermaid reads `#60;` for `<`."""
    return "".join(_ENTITIES.get(c, c) for c in text)
