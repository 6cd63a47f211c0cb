"""Plain-NumPy programs of the high-performance kind: kernels that write into their arguments or return arrays."""

from . import kernels_linear, kernels_published, kernels_science, kernels_stencil

TABLES = (kernels_linear.program, kernels_stencil.program, kernels_science.program, kernels_published.program)
CASES = [case for table in TABLES for case in table.cases]
