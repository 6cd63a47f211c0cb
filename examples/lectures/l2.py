"""Lecture 2: a derivative is a translation of the program, one primitive at a time."""

import math

from tables import run_lines, show_rows, table, title

from gradscribe import derive, grad, jvp

# 1. The program and its translation ---------------------------------------------------------------------------------


def program(x, y):
    a = x * y
    b = math.sin(x)
    z = a + b
    return z


def translation():
    """The text of the interleaved program: each value, then its differential."""
    return derive(program, mode="forward", argnums=(0, 1), optimize=False).source


def seeded(dx, dy, x=2.0, y=3.0):
    """Run the translation for one direction."""
    return run_lines(translation(), x, y, dx, dy)


# 2. The rules -------------------------------------------------------------------------------------------------------


def plus(a, b):
    return a + b


def minus(a, b):
    return a - b


def times(a, b):
    return a * b


def over(a, b):
    return a / b


def power(a, b):
    return a**b


def sine(a):
    return math.sin(a)


def cosine(a):
    return math.cos(a)


def tangent(a):
    return math.tan(a)


RULES = {  # the function, its differential as the lecture writes it
    plus: ("da + db", lambda a, b, da, db: da + db),
    minus: ("da - db", lambda a, b, da, db: da - db),
    times: ("b*da + a*db", lambda a, b, da, db: b * da + a * db),
    over: ("da/b - a*db/b**2", lambda a, b, da, db: da / b - a * db / b**2),
    power: (
        "b*a**(b-1)*da + log(a)*a**b*db",
        lambda a, b, da, db: b * a ** (b - 1) * da + math.log(a) * a**b * db,
    ),
    sine: ("cos(a)*da", lambda a, da: math.cos(a) * da),
    cosine: ("-sin(a)*da", lambda a, da: -math.sin(a) * da),
    tangent: ("da/cos(a)**2", lambda a, da: da / math.cos(a) ** 2),
}


def check_rules(a=1.3, b=0.7, da=0.4, db=-1.1):
    """(function, rule, value by the rule, value by the tool) for each rule of the lecture."""
    rows = []
    for function, (text, rule) in RULES.items():
        one = function.__code__.co_argcount == 1
        primals, tangents = ((a,), (da,)) if one else ((a, b), (da, db))
        _, derivative = jvp(function, primals, tangents)
        rows.append((function.__name__, text, rule(*primals, *tangents), derivative))
    return rows


# 3. Algorithms, not formulas ----------------------------------------------------------------------------------------


def root(a: float, n: int) -> float:
    """The n-th root of a by Newton's method: a loop with a branch, and no formula to differentiate."""
    x = a if a > 1.0 else 1.0
    while True:
        new = ((n - 1) * x + a / x ** (n - 1)) / n
        if abs(new - x) < 1e-14 * new:
            break
        x = new
    return new


def no_truncation_error(a=5.0, n=3):
    """Errors of the derivative of `root`: by differences with several steps, and by the tool."""
    exact = a ** (1 / n - 1) / n
    rows = []
    for exponent in (-1, -3, -5, -7, -9, -11):
        step = 10.0**exponent
        slope = (root(a + step, n) - root(a - step, n)) / (2 * step)
        rows.append((f"differences, step 1e{exponent}", abs(slope / exact - 1)))
    rows.append(("automatic", abs(grad(root)(a, n) / exact - 1)))
    return rows


# 4. The same program in reverse -------------------------------------------------------------------------------------


def reverse_program(optimize=True):
    return derive(program, mode="reverse", argnums=(0, 1), optimize=optimize).source


# --------------------------------------------------------------------------------------------------------------------


def main():
    title("The translation of z = x*y + sin(x)")
    print(translation())
    for dx, dy in [(1.0, 0.0), (0.0, 1.0)]:
        title(f"run at (2, 3) with dx = {dx:g}, dy = {dy:g}")
        rows, (_, dz) = seeded(dx, dy)
        show_rows(rows)
        print(f"  dz = {dz:.10g}")

    title("The rules at a = 1.3, b = 0.7, da = 0.4, db = -1.1")
    table(["function", "rule", "by the rule", "by the tool"], check_rules())

    title("The cube root of 5 by Newton's method: error of its derivative")
    table(["way", "relative error"], no_truncation_error())
    print()
    print(derive(root, argnums="a").source)

    title("The same program in reverse: line by line, and as it is delivered")
    print(reverse_program(optimize=False))
    print(reverse_program())


if __name__ == "__main__":
    main()
