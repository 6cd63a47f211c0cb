"""Cases of the products of vectors, matrices and tensors."""

from __future__ import annotations

import numpy as np

from gradscribe import runtime
from rules.case import A, C, F, case

for a, b in (
    ((3,), (3,)),
    ((2, 3), (3, 4)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((3,), (5, 3, 2)),
    ((5, 2, 3), (3,)),
    ((1, 2, 3), (5, 3, 2)),
    ((2, 0), (0, 3)),
):
    case(np.matmul, A(*a), A(*b))
    if hasattr(np.linalg, "matmul") and len(a) > 1 and len(b) > 1:
        case(np.linalg.matmul, A(*a), A(*b))
case(np.matmul, C(2, 3), C(3, 2))
case(np.matmul, F(2, 3), F(3))
for a, b in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 3, 4), (2, 4, 3)), ((3,), (2, 3, 2))):
    case(np.dot, A(*a), A(*b))
case(np.dot, A(2, 3, 4), A(4))
case(np.dot, 1.3, A(3))
case(np.dot, A(2, 3), 1.3)
case(np.dot, C(3), C(3))
case(np.dot, A(0), A(0))
case(np.ndarray.dot, A(2, 3), A(3))
case(np.inner, A(3), A(3))
case(np.inner, A(2, 3), A(4, 3))
case(np.inner, A(3), A(2, 4, 3))
case(np.inner, A(5, 2, 3), A(4, 3))
case(np.inner, 1.3, A(3))
for function in (np.outer, getattr(np.linalg, "outer", None)):
    if function:
        case(function, A(3), A(4))
        case(function, C(3), F(4))
case(np.outer, A(2, 2), A(3))
case(np.outer, A(3), A())
case(np.vdot, A(2, 3), A(2, 3))
case(np.vdot, C(3), C(3))
case(np.vdot, A(6), C(2, 3))
if hasattr(np, "vecdot"):
    for function in (np.vecdot, np.linalg.vecdot):
        case(function, A(2, 3), A(2, 3))
        case(function, A(3, 2), A(3, 2), axis=0)
        case(function, A(4, 1, 3), A(2, 3))
        case(function, C(3), C(3))
if hasattr(np, "matvec"):
    case(np.matvec, A(4, 2, 3), A(4, 3))
    case(np.matvec, A(2, 3), A(4, 3))
    case(np.matvec, C(2, 3), C(3))
    case(np.vecmat, A(3), A(3, 2))
    case(np.vecmat, A(4, 3), A(4, 3, 2))
    case(np.vecmat, C(3), C(3, 2))
case(np.linalg.multi_dot, [A(2, 3), A(3, 2), A(2, 3)])
case(np.linalg.multi_dot, [A(3), A(3, 2), A(2, 3)])
case(np.linalg.multi_dot, [A(2, 3), A(3, 2), A(2)])
case(np.linalg.multi_dot, [A(3), A(3, 2), A(2)])
case(np.linalg.multi_dot, [A(3, 2), A(2)])
case(np.tensordot, A(2, 3, 4), A(3, 4, 2))
case(np.tensordot, A(2, 3), A(3, 4), axes=1)
case(np.tensordot, A(2), A(3), axes=0)
case(np.tensordot, A(2, 3), A(3, 2), axes=([1, 0], [0, 1]))
case(np.tensordot, A(2, 3, 4), A(4, 5, 2), axes=((0, 2), (2, 0)))
case(np.tensordot, A(2, 3), A(4, 2), axes=[[0], [1]])
if hasattr(np.linalg, "tensordot"):
    case(np.linalg.tensordot, A(2, 3), A(3, 2), axes=1)
for text, shapes in (
    ("ij,jk->ik", ((2, 3), (3, 4))),
    ("ij,jk", ((2, 3), (3, 4))),
    ("ii->i", ((3, 3),)),
    ("ii", ((3, 3),)),
    ("ij->", ((2, 3),)),
    ("ij->j", ((2, 3),)),
    ("ij->ji", ((2, 3),)),
    ("ba", ((2, 3),)),
    ("i,i,i->", ((3,), (3,), (3,))),
    ("...ij,...jk->...ik", ((5, 2, 3), (3, 2))),
    ("...ij,...jk->...ik", ((5, 1, 2, 3), (4, 3, 2))),
    ("i,i", ((3,), (1,))),
    ("i,i", ((1,), (3,))),
    ("ij,ij", ((2, 1), (1, 3))),
    ("nd,nn->d", ((3, 2), (3, 3))),
    ("abcd->bd", ((2, 3, 2, 3),)),
    ("abab->b", ((2, 3, 2, 3),)),
    ("iij->j", ((3, 3, 2),)),
    ("iii", ((3, 3, 3),)),
    ("ii,jj", ((3, 3), (2, 2))),
    ("bi,bj->bij", ((2, 3), (2, 4))),
    ("i->", ((0,),)),
    ("i...,i->...", ((2, 2, 2), (2,))),
    (",i->i", ((), (3,))),
    ("ij,ij->ij", ((3, 4), (1, 4))),
    ("i,j->", ((3,), (2,))),
    ("ij , jk -> ik", ((2, 3), (3, 4))),
    ("...->...", ((2, 3),)),
    ("i...", ((2, 3),)),
):
    case(np.einsum, text, *(A(*shape) for shape in shapes))
case(np.einsum, A(2, 3), [0, 1], A(3, 4), [1, 2], [0, 2])
case(np.einsum, A(2, 3), [0, 1], A(3, 4), [1, 2])
case(np.einsum, "ij,jk,kl->il", A(2, 3), A(3, 2), A(2, 3), optimize=True)
case(np.einsum, "ij,jk->ik", C(2, 3), C(3, 2))
case(runtime.on_diagonals, A(3), A(3, 3), "ii")
case(runtime.on_diagonals, A(3, 2), A(3, 2, 3), "iji")
case(runtime.einsum_view, A(3, 3), "ii->i")
case(runtime.einsum_view, A(3, 2, 3), "iji->ji")
case(np.kron, A(2, 3), A(2, 2))
case(np.kron, A(2), A(3))
case(np.kron, A(2), A(3, 2))
case(np.kron, A(2, 2), A(3))
for function in (np.cross, getattr(np.linalg, "cross", None)):
    if function:
        case(function, A(3), A(3))
        case(function, A(4, 3), A(3))
        case(function, A(3, 4), A(3, 4), axis=0)
case(np.cross, A(3, 4), A(4, 3), axisa=0, axisb=1, axisc=0)
case(runtime.einsum_view, A(3, 3), "ii->i")
