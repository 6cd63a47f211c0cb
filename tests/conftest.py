"""Options of the test run."""

import os

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is emitted into tests/golden (a derivative that disagrees with differences is not written)",
    )


def pytest_collection_modifyitems(items):
    if not os.environ.get("LONG"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="run by `make test-long`"))
