"""Cases of sets, phases, regions and histograms of more dimensions."""

from __future__ import annotations

import numpy as np

from gradscribe import runtime
from rules.case import A, D, F, P, case

tied = np.array([0.5, -1.0, 0.5, 2.0])
case(np.unique, D(5))
case(np.unique, D(2, 3))
case(np.unique, D(4), return_index=True, return_inverse=True, return_counts=True)
for function in (np.unique_values, np.unique_all, np.unique_counts, np.unique_inverse):
    case(function, D(4))
case(np.isin, D(4), D(3))
case(np.lexsort, (D(4),))
case(np.spacing, P(3))
case(np.require, A(2, 3), requirements="C")
case(np.result_type, A(3))
case(np.unwrap, 6.0 * A(5))
case(np.unwrap, 6.0 * A(3, 4), axis=0)
case(np.unwrap, A(5), discont=1.0, period=2.0)
case(np.add.reduceat, A(6), np.array([0, 2, 5]))
case(np.add.reduceat, A(6), [0, 4, 1, 3])
case(np.add.reduceat, A(2, 6), np.array([0, 2]), axis=1)
case(runtime.regions_of, A(5), np.array([0, 3]), 0, A(2))
for keywords in ({}, {"axis": 1}, {"axis": -1, "keepdims": True}):
    case(np.logaddexp.reduce, A(3, 4), **keywords)
case(np.logaddexp.reduce, F(3))
case(np.histogram2d, np.array([0.1, 0.7, 0.9]), np.array([0.4, 0.2, 0.9]), bins=2, weights=A(3))
