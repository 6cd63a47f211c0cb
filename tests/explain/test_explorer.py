"""The explorer, first as text, then in a headless Chromium (skipped where there is none)."""

import html.parser
import json
import re
import threading

import browser
import programs_seen as programs
import pytest

from gradscribe.commands.loading import load_function
from gradscribe.explain.explorer import embedded, explorer
from gradscribe.explain.highlight import html_of, pieces
from gradscribe.explain.serve import Pages, server

HOSTILE = """
def hostile(x, y):
    a = x * y  # </script><script>document.title = "owned"</script>
    s = "<img src=x onerror='document.title = 1'>"
    b = a * len("]]>&lt;<svg onload=alert(1)>")
    return b + len(s)
"""


@pytest.fixture
def hostile(tmp_path):
    path = tmp_path / "</script><b>.py".replace("/", "")
    path.write_text(HOSTILE)
    scope = {"__name__": "hostile"}
    exec(compile(HOSTILE, str(path), "exec"), scope)
    return scope["hostile"]


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(text):
    parser = Tags()
    parser.feed(text)
    return parser.found


def test_page_is_self_contained():
    text = explorer(programs.growth, {"x": 1.5, "n": 6})
    addresses = [v for _, attrs in tags(text) for k, v in attrs.items() if k in ("src", "href")]
    assert addresses == ["data:,"]
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "") and "@@" not in text
    assert "default-src &#x27;none&#x27;" in text


def test_hostile_text_is_data(hostile):
    text = explorer(hostile, {"x": 1.0, "y": 2.0})
    names = [tag for tag, _ in tags(text)]
    assert names.count("script") == 2 and "img" not in names and "b" not in names
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])
    shown = "".join(piece for line in data["functions"][0]["source"]["lines"] for _, piece in line["t"])
    assert "</script><script>" in shown


def test_hostile_text_in_drawings_and_notebooks(hostile):
    from gradscribe import explain, trace
    from gradscribe.explain.graph import graph

    seen = trace(hostile, 1.0, 2.0)
    for text in (graph(seen).svg(), explain(hostile, 1.0, 2.0)._repr_mimebundle_()["text/html"]):
        assert not {"script", "img"} & {tag for tag, _ in tags(text)}


def test_embedded_json_cannot_end_its_element():
    text = embedded({"a": "</script>&<!--", "b": "\u2028@@DATA@@"})
    assert not set("<>&@") & set(text) and json.loads(text) == {"a": "</script>&<!--", "b": "\u2028@@DATA@@"}


@pytest.mark.parametrize(
    "text",
    ["", "x", 'a = """b\nc"""  # d\n', "def f(x):\n    return 'it''s'", "phi(undefined, 1e-3)", "leave if v6", "'"],
)
def test_colours_lose_nothing(text):
    assert "\n".join("".join(piece for _, piece in line) for line in pieces(text)) == text


def test_colours():
    assert html_of("def f(x): return len('<')") == (
        '<span class="kw">def</span> <span class="def">f</span>(x): <span class="kw">return</span> '
        '<span class="fn">len</span>(<span class="str">&#x27;&lt;&#x27;</span>)'
    )


def test_what_is_refused_is_shown():
    def refused(x):
        return open("file").read() * x

    text = explorer([programs.wave, refused], {"t": 1.5})
    assert "refused" in text and "wave" in text


# ------------------------------------------------------------------ in a browser

needs_browser = pytest.mark.skipif(browser.find() is None, reason="no Chromium")


@pytest.fixture(scope="module")
def chromium():
    if browser.find() is None:
        pytest.skip("no Chromium")
    try:
        running = browser.Browser()
    except (OSError, EOFError, TimeoutError, RuntimeError) as failure:
        pytest.skip(f"Chromium does not start: {failure}")
    yield running
    running.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    functions = [programs.growth, programs.quadratic, programs.outer, programs.wave]
    path.write_text(explorer(functions, {"x": 1.5, "n": 6, "x1": 3.0, "x2": 4.0, "t": 1.5}), encoding="utf-8")
    return path.as_uri()


TEXT = "[...document.querySelectorAll('[data-pane={}] .code > div')].map(d => d.querySelector('.text').textContent)"
LIT = "[...document.querySelectorAll('[data-pane={}] .lit')].map(d => d.querySelector('.text').textContent.trim())"


@needs_browser
class TestInBrowser:
    def open(self, chromium, address, **how):
        chromium.open(address, **how)
        chromium.wait("document.querySelectorAll('.pane').length > 0")

    def quiet(self, chromium):
        assert chromium.messages == []
        assert [url for url in chromium.requests if not url.startswith(("file:", "data:", "about:"))] == []

    def test_content(self, chromium, address):
        self.open(chromium, address)
        panes = chromium.run("[...document.querySelectorAll('.pane')].map(p => p.dataset.pane)")
        assert panes == ["source", "ssa", "forward", "reverse"]
        assert "        if s > 3.0:" in chromium.run(TEXT.format("source"))
        assert "        s_3 = phi(s_1, s_2)" in chromium.run(TEXT.format("ssa"))
        assert "def growth_jvp(x, n, dx):" in chromium.run(TEXT.format("forward"))
        assert "            bs = bs * x" in chromium.run(TEXT.format("reverse"))
        assert "13.4746" in chromium.run("document.querySelector('#view table').innerText")
        assert "d/dx = 27.66548765" in chromium.run("document.querySelector('#headline').textContent")
        self.quiet(chromium)

    def test_hovering_lights_up_what_belongs_together(self, chromium, address):
        self.open(chromium, address)
        chromium.hover("[data-pane=source] .code > div:nth-child(5)")
        assert chromium.run(LIT.format("source")) == ["s = s * x"]
        assert chromium.run(LIT.format("ssa")) == ["s_1 = s * x"]
        assert chromium.run(LIT.format("forward")) == ["ds = ds * x + dx * s", "s = s * x"]
        assert chromium.run(LIT.format("reverse"))[-2:] == ["bx += bs * s  # s = s * x", "bs = bs * x"]
        assert chromium.run("document.querySelectorAll('#view tr.lit').length") == 3
        chromium.hover("[data-pane=reverse] .code > div:last-child")
        assert chromium.run("document.querySelectorAll('.lit').length") <= 1
        self.quiet(chromium)

    def test_hovering_an_adjoint_line_finds_its_source(self, chromium, address):
        self.open(chromium, f"{address}#fn=2")
        chromium.run(
            "document.querySelectorAll('[data-pane=reverse] .code > div').forEach(d => "
            "{ if (d.textContent.includes('2.0 * ba * a')) d.id = 'goal'; })"
        )
        chromium.hover("#goal")
        assert chromium.run(LIT.format("source")) == ["w = z * z"]

    def test_toggles(self, chromium, address):
        self.open(chromium, f"{address}#fn=1")
        panes = "[...document.querySelectorAll('.pane')].map(p => p.dataset.pane)"
        chromium.click("#modes [data-value=reverse]")
        assert chromium.run(panes) == ["source", "ssa", "reverse"]
        chromium.click("#wrt [data-value='2']")
        assert "def quadratic_grad_x2(x1, x2, seed=1.0):" in chromium.run(TEXT.format("reverse"))
        chromium.click("#wrt [data-value='0']")
        before = chromium.run(TEXT.format("reverse"))
        chromium.click("#optimise")
        after = chromium.run(TEXT.format("reverse"))
        assert len(after) > len(before)
        chromium.click("#optimise")
        stages = chromium.run("[...document.querySelectorAll('#stages button')].map(b => b.textContent)")
        assert stages == ["differentiated", "simplified", "written"]
        chromium.click("#stages [data-value='0']")
        assert len(chromium.run(TEXT.format("reverse"))) > len(before)
        assert "stage=0" in chromium.run("location.hash")
        for view, found in [("graph", "svg.graph .node"), ("rules", "#view td.rule"), ("check", "#view table")]:
            chromium.click(f"#views [data-value={view}]")
            assert chromium.run(f"document.querySelectorAll('{found}').length") > 0
        self.quiet(chromium)

    def test_graph_is_linked(self, chromium, address):
        self.open(chromium, f"{address}#fn=3&view=graph")
        chromium.hover("svg .node[data-v=v1]")
        assert chromium.run(LIT.format("ssa")) == ["v1 = math.sin(t)"]
        assert chromium.run("document.querySelectorAll('svg .edge.lit').length") == 3

    def test_keys(self, chromium, address):
        self.open(chromium, address)
        for _ in range(4):
            chromium.press("ArrowDown")
        assert chromium.run("document.activeElement.textContent").endswith("if s > 3.0:")
        assert "v1 = s > 3.0" in chromium.run(LIT.format("ssa"))
        chromium.press("ArrowRight")
        assert chromium.run("document.activeElement.closest('.pane').dataset.pane") == "ssa"
        chromium.press("Escape")
        assert chromium.run("document.querySelectorAll('.lit').length") == 0
        chromium.press("m")
        assert chromium.run("document.querySelectorAll('.pane').length") == 3
        chromium.press("v")
        assert "tangent line" in chromium.run("document.querySelector('#view').innerText")
        chromium.press("?")
        assert not chromium.run("document.querySelector('#keys').hidden")
        self.quiet(chromium)

    def test_phone(self, chromium, address):
        self.open(chromium, address, width=390, height=844, phone=True)
        assert chromium.run("document.documentElement.scrollWidth") <= 390
        assert chromium.run("[...document.querySelectorAll('.pane')].filter(p => p.offsetParent).length") == 1
        chromium.click("[data-pane=source] .code > div:nth-child(5)")
        assert chromium.run("document.querySelector('#tabs [data-tab=reverse] .count').textContent") == "3"
        chromium.click("#tabs [data-tab=reverse]")
        assert chromium.run("document.querySelector('[data-pane=reverse]').offsetParent !== null")
        self.quiet(chromium)

    def test_light_and_dark(self, chromium, address):
        colour = "getComputedStyle(document.body).backgroundColor"
        self.open(chromium, address)
        light = chromium.run(colour)
        self.open(chromium, address, dark=True)
        dark = chromium.run(colour)
        assert light != dark
        chromium.click("#theme")
        assert chromium.run(colour) == light

    def test_served_page_follows_the_file(self, chromium, tmp_path):
        path = tmp_path / "live.py"
        path.write_text("def f(x):\n    return x * x\n")

        def make():
            return explorer([load_function(f"{path}:f")])

        running = server(Pages(make, path))
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            chromium.open(f"http://127.0.0.1:{running.server_address[1]}/")
            chromium.wait(f"{TEXT.format('source')}.includes('    return x * x')")
            path.write_text("def f(x:\n")
            chromium.wait("document.body.innerText.includes('live.py:1')")
            path.write_text("def f(x):\n    return x * x * x\n")
            chromium.wait(f"{TEXT.format('source')}.includes('    return x * x * x')")
            assert chromium.messages == []
        finally:
            running.shutdown()
            running.server_close()

    def test_hostile_text_stays_text(self, chromium, hostile, tmp_path):
        path = tmp_path / "page.html"
        path.write_text(explorer(hostile, {"x": 1.0, "y": 2.0}), encoding="utf-8")
        for view in ("table", "rules", "graph", "check"):
            self.open(chromium, f"{path.as_uri()}#view={view}")
            assert chromium.run("document.title") == "hostile · gradscribe explorer"
            assert chromium.run("document.querySelectorAll('body img, body svg image, body b').length") == 0
            self.quiet(chromium)
        assert any("</script>" in line for line in chromium.run(TEXT.format("source")))
