"""Stub."""
from __future__ import annotations
import copy
import gast
from ..source import FunctionSource

def normalise(source):
    tree = copy.deepcopy(source.tree)
    tree.body = _block(tree.body)
    return tree

def _assign(value, node):
    return gast.copy_location(gast.Assign(targets=[gast.copy_location(gast.Name(id="%result", ctx=gast.Store(), annotation=None, type_comment=None), node)], value=value, type_comment=None), node)

def _block(body):
    out = []
    for k, s in enumerate(body):
        if isinstance(s, gast.Return):
            return out + [_assign(s.value or gast.copy_location(gast.Constant(value=None, kind=None), s), s)]
        if isinstance(s, gast.If):
            rest = body[k + 1:]
            if _returns(s.body) or _returns(s.orelse):
                s.body = _block(s.body + ([] if _returns(s.body) else rest))
                s.orelse = _block(s.orelse + ([] if _returns(s.orelse) else rest))
                return out + [s]
            s.body = _block(s.body); s.orelse = _block(s.orelse)
        if isinstance(s, gast.For):
            s.body = _block(s.body)
            s.exit_flag = None
        if isinstance(s, gast.While):
            f = f"%end{s.lineno}"
            t = gast.parse("x=True").body[0]; t.targets[0].id = f; gast.copy_location(t, s); gast.fix_missing_locations(t)
            i = gast.parse("x=False").body[0]; i.targets[0].id = f; gast.copy_location(i, s); gast.fix_missing_locations(i)
            iff = gast.copy_location(gast.If(test=s.test, body=_block(s.body), orelse=[t]), s)
            s.test = gast.copy_location(gast.Constant(value=True, kind=None), s); s.body = [iff]; s.exit_flag = f
            out.append(i)
        out.append(s)
    return out

def _returns(body):
    return bool(body) and (isinstance(body[-1], gast.Return) or (isinstance(body[-1], gast.If) and _returns(body[-1].body) and _returns(body[-1].orelse)))
