"""The documentation's build. It runs every program that a page shows, and fails where a page is stale."""

import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "src")]

import shown
from sphinx.errors import ExtensionError

import gradscribe
from gradscribe.explain.explorer import explorer
from gradscribe.commands.loading import functions_of, load_module

project = "gradscribe"
author = "The gradscribe authors"
version = release = gradscribe.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["**/.*"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
html_theme = "furo"
html_title = "gradscribe"
suppress_warnings = ["misc.highlighting_failure", "myst.xref_missing"]


def refuse_stale_pages(app):
    """Stop the build where a page shows what is not printed."""
    found = [message for message in map(shown.stale, shown.pages()) if message]
    if found:
        raise ExtensionError("\n".join(found))


def list_every_page(app, name, source):
    """Put the pages that the contents do not name under the reference."""
    if name == "index":
        named = set(re.findall(r"^[a-z/-]+$", source[0], re.MULTILINE)) | {"index"}
        others = sorted(p.stem for p in Path(app.srcdir).glob("*.md") if p.stem not in named)
        source[0] = source[0].replace("\ncoverage\n", "\n".join(["", *others, "coverage", ""]), 1)


def write_explorer(app, error):
    """A page to explore the example functions in."""
    if error is None and app.builder.format == "html":
        file = Path(__file__).parent.parent / "examples" / "explorer" / "functions.py"
        functions = list(functions_of(load_module(str(file))).values())
        (Path(app.outdir) / "explorer.html").write_text(explorer(functions), "utf-8")


def setup(app):
    app.connect("build-finished", write_explorer)
    app.connect("source-read", list_every_page)
    app.connect("builder-inited", refuse_stale_pages)
