# %% [markdown]
# # A loop and its tape
#
# A loop is reversed by a loop. What its mirror reads and would not find any more is recorded, and nothing else.

# %%
import math

from gradscribe import explain, grad, trace
from gradscribe.explain.compare import error_curve


def growth(x, n):
    s = 1.0
    for i in range(n):
        if s > 3.0:
            s = s * x
        else:
            s = s + math.sin(x) * i
    return s


print(grad(growth).source)

# Out:
# import math
#
#
# def growth_grad(x, n, seed=1.0):
#     # forward
#     took_tape, s_tape = [], []
#     s = 1.0
#     for i in range(n):
#         took = s > 3.0
#         took_tape.append(took)
#         if took:
#             s_tape.append(s)
#             s = s * x
#         else:
#             s = s + math.sin(x) * i
#     # reverse
#     bs, bx = seed, 0.0
#     for i in range(n - 1, -1, -1):
#         if took_tape.pop():
#             s = s_tape.pop()
#             bx += bs * s  # s = s * x
#             bs = bs * x
#         else:
#             bx += bs * i * math.cos(x)  # s = s + math.sin(x) * i
#     return bx

# %% [markdown]
# Trip by trip: the values, the tangents, the adjoints (from the last trip to the first), and what is recorded.

# %%
run = trace(growth, 1.5, 6)
print(run)

# Out:
# line  step                value     d/dx       adjoint  recorded
# ----  ------------------  --------  ---------  -------  --------
#       x                   1.5       1          27.6655
#       n                   6
#         -- trip 1
# 11      v1 = s > 3.0      False                         8 B
# 14      v2 = math.sin(x)  0.997495  0.0707372  0
# 14      v3 = v2 * i       0         0          3.375
# 14      s_2 = s + v3      1         0          3.375
#         -- trip 2
# 11      v1 = s > 3.0      False                         8 B
# 14      v2 = math.sin(x)  0.997495  0.0707372  3.375
# 14      v3 = v2 * i       0.997495  0.0707372  3.375
# 14      s_2 = s + v3      1.99749   0.0707372  3.375
#         -- trip 3
# 11      v1 = s > 3.0      False                         8 B
# 14      v2 = math.sin(x)  0.997495  0.0707372  6.75
# 14      v3 = v2 * i       1.99499   0.141474   3.375
# 14      s_2 = s + v3      3.99248   0.212212   3.375
#         -- trip 4
# 11      v1 = s > 3.0      True                          16 B
# 12      s_1 = s * x       5.98873   4.3108     2.25
#         -- trip 5
# 11      v1 = s > 3.0      True                          16 B
# 12      s_1 = s * x       8.98309   12.4549    1.5
#         -- trip 6
# 11      v1 = s > 3.0      True                          16 B
# 12      s_1 = s * x       13.4746   27.6655    1

# %%
print(explain(growth, 1.5, 6, detail="tape"))

# Out:
# growth(x=1.5, n=6) = 13.4746
#
# what is recorded for the way back
# =================================
# took_tape: 6 values, 48 bytes
#   trip 1: False
#   trip 2: False
#   trip 3: False
#   trip 4: True
#   trip 5: True
#   trip 6: True
# s_tape: 3 values, 24 bytes
#   trip 4: 3.99248
#   trip 5: 5.98873
#   trip 6: 8.98309

# %% [markdown]
# Differences have a best step, and even there they lose half of the digits; the complex step does not, where a function
# can be run on complex numbers.

# %%
curve = error_curve(run)
best = min(curve, key=lambda sample: sample.central)
print(f"{best.step:.0e}", best.central < 1e-9, curve[-1].complex_step < 1e-14)

# Out:
# 1e-05 True True
