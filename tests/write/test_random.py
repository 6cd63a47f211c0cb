"""The printed text does what the interpreter does, on random programs."""

import numpy as np
import pytest

from gradscribe.ir.check import check
from gradscribe.ir.interpret import run
from gradscribe.write.own import own
from gradscribe.write.prune import prune

from .oracle import agrees, same
from .programs import arguments, program


@pytest.mark.parametrize("block", range(20))
def test_text_agrees_with_the_interpreter(block: int) -> None:
    with np.errstate(all="ignore"):
        for seed in range(20 * block, 20 * (block + 1)):
            agrees(program(seed), *arguments(seed))


@pytest.mark.parametrize("block", range(5))
def test_one_primitive_a_line(block: int) -> None:
    with np.errstate(all="ignore"):
        for seed in range(20 * block, 20 * (block + 1)):
            agrees(program(seed), *arguments(seed), statements=True)


@pytest.mark.parametrize("block", range(5))
def test_passes_on_the_ir_keep_the_meaning(block: int) -> None:
    with np.errstate(all="ignore"):
        for seed in range(1000 + 20 * block, 1000 + 20 * (block + 1)):
            function = program(seed)
            wanted = run(function, *arguments(seed))
            assert same(wanted, run(check(prune(function)), *arguments(seed)))
            assert same(wanted, run(check(own(prune(function))), *arguments(seed)))


def test_the_text_is_the_same_each_time() -> None:
    from gradscribe.write import write

    assert write(program(11)).text == write(program(11)).text
