"""How the lectures print: a program run line by line, and tables."""

import ast
import math

import numpy as np


def run_lines(source, *args):
    """Run the straight-line function in `source` one statement at a time, as one would on a blackboard.

    Returns:
        A list of (statement as text, name, value), and what the function returns.
    """
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    names = [parameter.arg for parameter in function.args.args]
    scope = {"np": np, "math": math}
    defaults = function.args.defaults
    for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=True):
        scope[name] = ast.literal_eval(default)
    scope.update(zip(names, args, strict=False))
    rows = []
    for statement in function.body:
        if isinstance(statement, ast.Return):
            return rows, eval(ast.unparse(statement.value), scope)
        exec(ast.unparse(statement), scope)
        if isinstance(statement, ast.Assign | ast.AugAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            text = ast.unparse(target)
            rows.append((ast.unparse(statement), text, eval(text, scope)))
    raise ValueError("the function does not end with a return")


def values_of(rows):
    """The last value of each name."""
    return {name: value for _, name, value in rows}


def show_rows(rows):
    width = max(len(text) for text, _, _ in rows)
    for text, name, value in rows:
        print(f"  {text:{width}}    {name} = {value:.10g}" if np.ndim(value) == 0 else f"  {text}")


def title(text):
    print(f"\n{text}\n{'-' * len(text)}")


def table(header, rows):
    """Print rows of texts and numbers in columns as wide as they need."""
    texts = [[cell if isinstance(cell, str) else f"{cell:.10g}" for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row in texts:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
