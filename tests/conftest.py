"""Options of the test run."""


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is emitted into tests/golden (a derivative that disagrees with differences is not written)",
    )
