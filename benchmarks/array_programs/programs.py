"""The programs, by group, on arrays of moderate size. They are those of `tests/corpus`, as their authors left them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.corpus import kernels_linear as linear
from tests.corpus import kernels_published as published
from tests.corpus import kernels_science as science
from tests.corpus import kernels_stencil as stencil
from tests.corpus.case import array, positive

from ..kernels import burgers_2d, sparse, spd

GROUPS = {
    "loops": "Loops over elements and triangles",
    "stencils": "Stencils",
    "products": "Products of matrices and vectors",
    "elementwise": "Elementwise, reductions",
    "others": "Networks, particles",
}


@dataclass(frozen=True)
class Program:
    """A program with arguments; `name` is that of its version in JAX too."""

    name: str
    group: str
    kernel: Callable[..., Any]
    args: tuple[Any, ...]


def _of(group: str, kernel: Callable[..., Any], *args: Any) -> Program:
    return Program(kernel.__name__, group, kernel, args)


def single(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(a.astype(np.float32) for a in arrays)


def _loops() -> list[Program]:
    lower = np.tril(array(300, 300)) + 900.0 * np.eye(300)
    return [
        _of("loops", linear.cholesky, spd(40)),
        _of("loops", linear.lu, spd(60)),
        _of("loops", linear.ludcmp, spd(60), array(60)),
        _of("loops", linear.trisolv, lower, array(300), array(300, seed=1)),
        _of("loops", linear.durbin, array(400) * 0.01),
        _of("loops", linear.gramschmidt, array(60, 50)),
        _of("loops", linear.syrk, 1.5, 1.2, array(60, 60), array(60, 50)),
        _of("loops", linear.syr2k, 1.5, 1.2, array(50, 50), array(50, 40), array(50, 40, seed=1)),
        _of("loops", linear.trmm, 1.5, array(60, 60), array(60, 60, seed=1)),
        _of("loops", linear.symm, 1.5, 1.2, array(40, 50), array(40, 40), array(40, 50, seed=1)),
        _of("loops", stencil.seidel_2d, 8, 50, array(50, 50)),
        _of("loops", stencil.deriche, 0.25, array(300, 200)),
        _of("loops", stencil.adi, 5, 100, positive(100, 100)),
        _of("loops", linear.thomas, array(1999), positive(2000) + 4.0, array(1999, seed=1), array(2000, seed=2)),
        _of("loops", linear.spmv, *sparse(400, 10)),
        _of("loops", science.clouds, array(30, 100), positive(30, 100), 0.1, 30),
        _of("loops", science.kalman, array(3000), 0.1, 0.5),
    ]


def _stencils() -> list[Program]:
    grid = array(61, 61)
    return [
        _of("stencils", stencil.jacobi_1d, 400, positive(3200), positive(3200, seed=1)),
        _of("stencils", stencil.jacobi_2d, 50, positive(150, 150), positive(150, 150, seed=1)),
        _of("stencils", stencil.heat_3d, 25, positive(25, 25, 25), positive(25, 25, 25, seed=1)),
        _of("stencils", stencil.fdtd_2d, 20, *(array(200, 220, seed=k) for k in range(3)), array(20)),
        _of("stencils", stencil.hdiff, array(68, 68, 40), array(64, 64, 40, seed=1)),
        _of("stencils", stencil.vadv, *(array(60, 60, 40, seed=k) for k in (0, 1)), array(61, 60, 40, seed=2),
            array(60, 60, 40, seed=3), 3.0),
        _of("stencils", stencil.burgers, positive(5000), 0.1, 100),
        _of("stencils", burgers_2d, positive(150, 150), 0.001, 0.1, 50),
        _of("stencils", stencil.cavity_flow, 61, 61, 10, 10, grid * 0.1, array(61, 61, seed=1) * 0.1, 0.001, 0.05, 0.05,
            array(61, 61, seed=2), 1.0, 0.1),
        _of("stencils", stencil.wave_leapfrog, array(5000), array(5000, seed=1), 0.5, 100),
        _of("stencils", stencil.shallow_water, positive(5000) * 0.1 + 1.0, array(5000) * 0.01, 0.001, 50),
        _of("stencils", published.upwind_masked, positive(5000), array(5001), 0.01, 0.5, 50),
    ]  # fmt: skip


def _products() -> list[Program]:
    n = 150
    vectors = [array(600, seed=k) for k in range(8)]
    return [
        _of("products", linear.gemm, 1.5, 1.2, *(array(n, n, seed=k) for k in range(3))),
        _of("products", linear.two_mm, 1.5, 1.2, *(array(n, n, seed=k) for k in range(4))),
        _of("products", linear.three_mm, *(array(n, n, seed=k) for k in range(4))),
        _of("products", linear.atax, array(1000, 1200), array(1200)),
        _of("products", linear.bicg, array(1000, 1200), array(1200), array(1000, seed=1)),
        _of("products", linear.mvt, *(array(1000, seed=k) for k in range(4)), array(1000, 1000)),
        _of("products", linear.gemver, 1.5, 1.2, array(600, 600), *vectors),
        _of("products", linear.gesummv, 1.5, 1.2, array(700, 700), array(700, 700, seed=1), array(700)),
        _of("products", linear.doitgen, 40, 40, 60, array(40, 40, 60), array(60, 60)),
        _of("products", linear.covariance, 80, 100.0, array(100, 80)),
        _of("products", linear.correlation, 80, 100.0, array(100, 80)),
        _of("products", science.mlp, *single(array(64, 300), array(300, 200), array(200), array(200, 10), array(10))),
    ]


def _elementwise() -> list[Program]:
    angles = [positive(100_000, seed=k) for k in range(4)]
    return [
        _of("elementwise", science.softmax, *single(array(64, 4000))),
        _of("elementwise", science.arc_distance, *angles),
        _of("elementwise", science.go_fast, array(500, 500)),
        _of("elementwise", science.compute, array(400, 400), array(400, 400, seed=1), 4.0, 3.0, 9.0),
        _of("elementwise", published.azimint_naive, array(20_000), positive(20_000), 50),
        _of("elementwise", science.floyd_warshall, positive(60, 60) * 3.0),
        _of("elementwise", science.batchnorm2d, array(8, 30, 30, 16)),
    ]


def _others() -> list[Program]:
    return [
        _of("others", science.conv2d_bias, *single(array(4, 24, 24, 3), array(5, 5, 3, 8), array(8))),
        _of("others", science.lenet,
            *single(array(8, 20, 20, 1), array(5, 5, 1, 6), array(6), array(384, 40) * 0.1, array(40))),
        _of("others", science.nbody, positive(50, 1), array(50, 3), array(50, 3, seed=2), 10, 0.01, 1.0, 0.1),
        _of("others", published.force_lj, positive(60, 3) * 4.0, 6.0, 2.5),
        _of("others", published.lattice_step, positive(9, 60, 60), positive(9),
            np.array([0.0, 1, 0, -1, 0, 1, -1, -1, 1]), np.array([0.0, 0, 1, 0, -1, 1, 1, -1, -1]), 0.7),
        _of("others", science.rnn, array(50, 20), array(30, 20) * 0.3, array(30, 30) * 0.1, array(30)),
    ]  # fmt: skip


def programs() -> list[Program]:
    return [*_loops(), *_stencils(), *_products(), *_elementwise(), *_others()]
