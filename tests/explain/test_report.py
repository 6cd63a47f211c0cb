"""Reports, tables, graphs, exercises and other ways to the derivative, as text."""

import ast
import math
import re

import numpy as np
import programs_seen as programs
import pytest

from gradscribe import explain, trace
from gradscribe.explain.compare import error_curve, ways
from gradscribe.explain.exercise import exercise, marks_text
from gradscribe.explain.figures import value_text
from gradscribe.explain.graph import graph
from gradscribe.explain.report import SECTIONS
from gradscribe.explain.table import table_text
from gradscribe.explain.teach import translation

LECTURE = """\
line  step         value  d/dx1  d/dx2  adjoint
----  -----------  -----  -----  -----  -------
      x1           3      1             10
      x2           4             1      3
10    y = x1**2    9      6             1
11    z = x1 * x2  12     4      3      1
12    f = y + z    21     10     3      1"""


def test_table_of_the_lecture():
    assert table_text(trace(programs.quadratic, 3.0, 4.0)) == LECTURE


def test_a_long_run_shows_its_ends():
    text = table_text(trace(programs.growth, 1.01, 200), shown=20)
    assert "more steps" in text and "-- trip 1\n" in text and "-- trip 200\n" in text


@pytest.mark.parametrize("case", programs.EVERY, ids=lambda c: c[0].__name__)
def test_every_section_has_something_to_show(case):
    report = explain(case[0], *case[1], detail="full", teach=True)
    for name in SECTIONS:
        text = report.section(name)
        assert text or (name == "tape" and not report.trace.recordings), name
        assert not text.startswith("not here"), text
    assert report.headline in str(report)


@pytest.mark.parametrize("case", programs.EVERY, ids=lambda c: c[0].__name__)
def test_code_that_is_shown_is_the_code_that_runs(case):
    report = explain(case[0], *case[1])
    names = [
        node.name
        for pane in (report.forward, report.reverse)
        for node in ast.parse(pane.text).body
        if hasattr(node, "name")
    ]
    assert any(n.endswith("_jvp") for n in names) and any("_grad" in n for n in names)


def test_lines_of_every_pane_know_where_they_come_from():
    report = explain(programs.outer, 3.0)
    source = {(key[1], line.text.strip()) for line in report.source.lines for key in line.keys}
    numbers = {text: number for number, text in source}
    for pane in (report.program, report.forward, report.reverse):
        came = {key[1] for line in pane.lines for key in line.keys}
        assert {numbers["w = z * z"], numbers["if a > 2:"], numbers["return b * x"]} <= came
    (line,) = [line for line in report.reverse.lines if "# b * x" in line.text]
    assert [key[1] for key in line.keys] == [numbers["return b * x"]]


def test_tape_contents_by_trip():
    text = explain(programs.growth, 1.5, 6).section("tape")
    assert "took_tape: 6 values, 48 bytes" in text and "s_tape: 3 values, 24 bytes" in text
    assert re.search(r"s_tape.*\n  trip 4: 3\.99", text)


@pytest.mark.parametrize(
    "value, text",
    [
        (3.0, "3"),
        (-0.0, "0"),
        (np.float64(1 / 3), "0.333333"),
        (True, "True"),
        (7, "7"),
        (1 + 2j, "1+2j"),
        (np.arange(3.0), "[0, 1, 2]"),
        (np.eye(3), "3x3 |1.732|"),
        (np.zeros((0, 2)), "0x2 |0|"),
        (np.array([True, False] * 4), "8 bool, 4 true"),
        ((1.0, np.ones(2)), "(1, [1, 1])"),
        (None, ""),
        (math.inf, "inf"),
        ("<b>", "'<b>'"),
    ],
)
def test_values_in_few_characters(value, text):
    assert value_text(value) == text


# ------------------------------------------------------------------ the graph


def test_shared_subexpressions_are_one_node():
    seen = graph(trace(programs.wave, 1.5))
    titles = [node.title for node in seen.nodes]
    assert titles == ["t", "v1 = math.sin(t)", "v2 = t**2", "v3 = v1 * v2", "v5 = v1**2", "v6 = v3 + v5"]
    sine = seen.nodes[1]
    assert sine.adjoint == pytest.approx(1.5**2 + 2 * math.sin(1.5)) and sine.tangents == (math.cos(1.5),)
    assert seen.nodes[-1].is_result and seen.nodes[0].is_input


def test_partials_on_the_edges():
    seen = graph(trace(programs.wave, 1.5))
    partials = {(e.source, e.target): e.partial for e in seen.edges}
    assert partials[1, 4] == pytest.approx(2 * math.sin(1.5)) and partials[0, 2] == pytest.approx(3.0)


def test_a_graph_with_writes_does_not_merge_reads():
    seen = graph(trace(programs.in_place, np.array([1.0, 2.0, 3.0]), 0.3))
    assert sum("+=" in node.title for node in seen.nodes) == 2
    assert sum(node.title.startswith("v3 = x_1[") for node in seen.nodes) == 2


def test_graph_as_text():
    seen = graph(trace(programs.wave, 1.5))
    mermaid, dot = seen.mermaid(), seen.dot()
    assert mermaid.startswith("graph LR\n") and 'n0 -->|"3"| n2' in mermaid and "math.sin#40;t#41;" in mermaid
    assert dot.startswith('digraph "wave" {') and 'n0 -> n2 [label="3"];' in dot
    assert not re.search(r'\["[^"]*[<>](?!br/>)(?<!<br/>)[^"]*"\]', mermaid.replace("<br/>", ""))


def test_long_runs_are_cut():
    seen = graph(trace(programs.growth, 1.01, 300), most=50)
    assert len(seen.nodes) == 50 and seen.left_out > 0
    assert all(0 <= e.source < 50 and 0 <= e.target < 50 for e in seen.edges)


def test_svg_is_well_formed():
    from xml.etree import ElementTree

    for function, point in programs.EVERY:
        seen = graph(trace(function, *point))
        tree = ElementTree.fromstring(seen.svg())
        nodes = [g for g in tree.iter("{http://www.w3.org/2000/svg}g") if "node" in g.get("class")]
        assert len(nodes) == len(seen.nodes)


# ------------------------------------------------------------------ rules and exercises

RULES = {
    "a + b": (["dr = da + db"], ["ba += br", "bb += br"]),
    "a * b": (["dr = da * b + db * a"], ["ba += br * b", "bb += br * a"]),
    "a / b": (["dr = da / b - db * r / b"], ["ba += br / b", "bb += -br * r / b"]),
    "math.sin(a)": (["dr = da * math.cos(a)"], ["ba += br * math.cos(a)"]),
    "math.tan(a)": (["dr = da * (1.0 + r ** 2)"], ["ba += br * (1.0 + r ** 2)"]),
}


@pytest.mark.parametrize("expression", RULES)
def test_translation_rules(expression, tmp_path):
    path = tmp_path / "one.py"
    path.write_text(f"import math\ndef f(a, b):\n    r = {expression}\n    return r\n")
    scope = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    seen = trace(scope["f"], 1.0, 2.0)
    rule = translation(seen.steps[2].op, seen.names)
    assert (list(rule.tangent), list(rule.adjoint)) == RULES[expression]


def filled(sheet, answers):
    lines = iter(answers)
    return "\n".join(line.replace("___", next(lines)) if "___" in line else line for line in sheet.splitlines())


def test_exercise_hides_right_hand_sides_and_marks_answers():
    sheet = exercise(trace(programs.quadratic, 3.0, 4.0))
    text = str(sheet)
    assert text.count("___") == len(sheet.questions) == 8 and "2.0 *" not in text
    assert {m.verdict for m in sheet.check(text)} == {"open"}
    right = ["2*x1*dx1", "by*2*x1", "x2*dx1 + x1*dx2", "x2*bz", "x1*bz", "dz + dy", "bf", "bf"]
    assert marks_text(sheet.check(filled(text, right))).endswith("8 of 8 right")
    wrong = ["x1*dx1", "by*2*x2", "x2*dx1", "bz", "nonsense", "dz +", "(1).__class__", "1/0"]
    verdicts = [m.verdict for m in sheet.check(filled(text, wrong))]
    assert verdicts[:4] == ["wrong"] * 4
    assert verdicts[4] == "there is no nonsense" and verdicts[5].startswith("not an expression")
    assert verdicts[6].startswith(("wrong", "cannot")) and verdicts[7].startswith("cannot be computed")


@pytest.mark.parametrize("case", programs.EVERY[:8], ids=lambda c: c[0].__name__)
def test_the_answers_of_a_sheet_are_right(case):
    sheet = exercise(trace(case[0], *case[1]))
    assert sheet.questions
    marks = sheet.check(filled(str(sheet), [q.answer for q in sheet.questions]))
    assert {m.verdict for m in marks} == {"right"}, marks_text(marks)


# ------------------------------------------------------------------ other ways


@pytest.mark.parametrize("case", programs.EVERY, ids=lambda c: c[0].__name__)
def test_other_ways_agree(case):
    found = {way.name: way for way in ways(trace(case[0], *case[1]))}
    assert max(found["automatic"].errors) < 1e-12
    assert max(found["central differences"].errors) < 1e-8
    if found["complex step"].errors:
        assert max(found["complex step"].errors) < 1e-13


def test_symbolic_swell():
    pytest.importorskip("sympy")
    found = {way.name: way for way in ways(trace(programs.newton, 2.0))}
    assert max(found["symbolic"].errors) < 1e-12
    steps, operations, derivatives = map(int, re.findall(r"\d+", found["symbolic"].note))
    assert steps < operations < derivatives


def test_error_curve_has_a_best_step():
    curve = error_curve(trace(programs.wave, 1.5))
    central = [s.central for s in curve]
    best = central.index(min(central))
    assert 3 < best < 8 and central[0] > 1e3 * central[best] < central[-1]
    assert curve[-1].complex_step < 1e-14
    assert "central differences are best at" in explain(programs.wave, 1.5, detail="curve").section("curve")
