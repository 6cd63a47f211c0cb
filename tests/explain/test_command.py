"""`python -m gradscribe explain` and `explorer`, as a user runs them."""

import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gradscribe.commands import cli
from gradscribe.explain.points import parse_point
from gradscribe.explain.serve import Pages, server

FILE = Path(__file__).parent / "programs_seen.py"


def run(capsys, *args):
    code = cli.main([str(a) for a in args])
    out, err = capsys.readouterr()
    return code, out, err


def test_explain_at_a_point(capsys):
    code, out, err = run(capsys, "explain", f"{FILE}:quadratic", "--at", "x1=3,x2=4")
    assert (code, err) == (0, "") and "quadratic(x1=3, x2=4) = 21" in out
    assert (
        "12    f = y + z    21     10     3      1" in out
        and "def quadratic_grad(" in out
        and "def quadratic_jvp(" in out
    )


def test_explain_without_a_point_makes_one_up(capsys):
    code, out, _ = run(capsys, "explain", f"{FILE}:matrix", "--detail", "table")
    assert code == 0 and "w @ hidden" in out


@pytest.mark.parametrize("kind, start", [("mermaid", "graph LR"), ("dot", "digraph"), ("svg", "<svg")])
def test_graph_alone(capsys, kind, start):
    code, out, _ = run(capsys, "explain", f"{FILE}:wave", "--at", "t=1.5", "--graph", kind)
    assert code == 0 and out.startswith(start)


def test_exercise_and_its_check(capsys, tmp_path):
    sheet = tmp_path / "sheet.txt"
    assert run(capsys, "explain", f"{FILE}:quadratic", "--exercise", "-o", sheet)[0] == 0
    sheet.write_text(sheet.read_text().replace("dz = ___", "dz = x2*dx1 + x1*dx2", 1))
    code, out, _ = run(capsys, "explain", f"{FILE}:quadratic", "--check", sheet)
    assert code == 0 and "1 of 8 right" in out


def test_teach_prints_rules(capsys):
    code, out, _ = run(capsys, "explain", f"{FILE}:quadratic", "--at", "x1=3,x2=4", "--teach")
    assert code == 0 and "bx1 += bz * x2; bx2 += bz * x1" in out


@pytest.mark.parametrize(
    "args, message",
    [
        (["explain", "{file}:quadratic", "--at", "x1=3,x9=4"], "there is no argument 'x9'"),
        (["explain", "{file}:quadratic", "--at", "3,4"], "name each argument"),
        (["explain", "{file}:quadratic", "--at", "x1=("], "is no point"),
        (["explain", "{file}:quadratic", "--at", "x1=nothing"], "has no value"),
        (["explain", "{file}:quadratic", "--detail", "much"], "there is no section 'much'"),
        (["explain", "{file}:missing"], "it has quadratic"),
        (["explain", "missing.py:f"], "there is no file"),
        (["explorer", "missing.py"], "there is no file"),
        (["explain", "{file}:quadratic", "--check", "/no/sheet"], "cannot be read"),
    ],
)
def test_errors(capsys, args, message):
    code, out, err = run(capsys, *(a.format(file=FILE) for a in args))
    assert code == 2 and message in err and "Traceback" not in err


def test_points():
    point = parse_point("x=[1, 2], n=3, y=-1.5, z=np.eye(2), s='a'")
    assert point["x"].tolist() == [1.0, 2.0] and point["n"] == 3 and point["z"].shape == (2, 2) and point["s"] == "a"


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.read().decode()


def test_served_page_follows_the_file(tmp_path):
    path = tmp_path / "live.py"
    path.write_text("def f(x):\n    return x * x\n")

    def make():
        text = path.read_text()
        if "broken" in text:
            raise SyntaxError("<b>broken</b>")
        return f'<body data-live="no">{len(text)}'

    running = server(Pages(make, path))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{running.server_address[1]}"
    try:
        first = get(f"{base}/")
        assert first == '<body data-live="yes">27' and get(f"{base}/version") == "1" == get(f"{base}/version")
        path.write_text("def f(x):\n    return x * x * x\n")
        assert get(f"{base}/version") == "2" and get(f"{base}/").endswith("31")
        path.write_text("broken")
        assert "&lt;b&gt;broken" in get(f"{base}/")
        for url, headers in [(f"{base}/", {"Host": "elsewhere.example:80"}), (f"{base}/etc/passwd", {})]:
            with pytest.raises(urllib.error.HTTPError):
                get(url, **headers)
        assert running.server_address[0] == "127.0.0.1"
    finally:
        running.shutdown()
        running.server_close()
