"""What a user reads when something goes wrong."""

import linecache
import pickle

import pytest

from gradscribe import errors
from gradscribe.errors import BadArgument, GradscribeError, Location, UnsupportedCall, UnsupportedKeyword

LINES = ["def f(x):\n", "    y = g(x) + h(x)\n", "\ty = g(x)\n"]
WHERE = Location("<errors>", 2, 15, 19, "f", "y = g(x) + h(x)")


@pytest.fixture(autouse=True)
def text():
    linecache.cache["<errors>"] = (len("".join(LINES)), None, LINES, "<errors>")
    yield
    del linecache.cache["<errors>"]


# error, message
MESSAGES = [
    (GradscribeError("nothing to say"), "nothing to say"),
    (GradscribeError("no", hint="write yes"), "no\n  hint: write yes"),
    (
        UnsupportedCall("`h` has no rule", WHERE, "give it one"),
        "<errors>:2:16: `h` has no rule\n    y = g(x) + h(x)\n               ^^^^\n  in f\n  hint: give it one",
    ),
    (
        GradscribeError("tab", Location("<errors>", 3, 1, 9, "f", "y = g(x)")),
        "<errors>:3:2: tab\n    y = g(x)\n    ^^^^^^^^\n  in f",
    ),
    (
        GradscribeError("gone", Location("<nowhere>", 7, 4, 9, "f", "y = g(x)")),
        "<nowhere>:7:5: gone\n    y = g(x)\n  in f",
    ),
    (
        GradscribeError("other text now", Location("<errors>", 2, 4, 9, "f", "z = 1")),
        "<errors>:2:5: other text now\n    z = 1\n  in f",
    ),
]


@pytest.mark.parametrize("error, message", MESSAGES)
def test_message(error, message):
    assert str(error) == message


def test_carets_stand_under_the_columns():
    shown, carets = str(UnsupportedCall("no", WHERE)).splitlines()[1:3]
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "h(x)"


def test_the_chain_of_calls_ends_at_the_function_that_is_differentiated():
    error = UnsupportedCall("no", WHERE)
    outer = Location("<errors>", 9, 0, 1, "main", "f(1)")
    with pytest.raises(UnsupportedCall) as caught:
        raise error.called_from("helper", WHERE).called_from("main", outer)
    assert [name for name, _ in caught.value.chain] == ["main", "helper"]
    assert str(error).splitlines()[-3:-1] == [
        "  called from helper at <errors>:2:16: y = g(x) + h(x)",
        "  called from main at <errors>:9:1: f(1)",
    ]


def test_attributes_and_pickling():
    error = pickle.loads(pickle.dumps(UnsupportedKeyword("no", WHERE, "hint", (("g", WHERE),))))
    assert (error.filename, error.lineno, error.col_offset, error.function) == ("<errors>", 2, 15, "f")
    assert (error.reason, error.hint, error.chain) == ("no", "hint", (("g", WHERE),))
    assert isinstance(error, UnsupportedCall) and isinstance(BadArgument("x"), TypeError)


def test_each_error_says_what_it_is():
    kinds = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert all(issubclass(kind, GradscribeError) and kind.__doc__ for kind in kinds)
