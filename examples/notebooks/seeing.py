# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # Seeing a derivative
#
# This notebook is kept as text: open it with Jupytext, or read it as it is. What each cell prints stands below it, and
# the tests run the cells and compare.

# %%
import math

from gradscribe import explain, grad, trace


def f(x1, x2):
    return x1 * x2 + math.sin(x1)


# %% [markdown]
# A derivative is a function with a source. A notebook shows it in colours when it is the last line of a cell.

# %%
df = grad(f, argnums=(0, 1))
print(df(2.0, 3.0))
print(df.source)

# Out:
# (2.5838531634528574, 2.0)
# import math
#
#
# def f_grad(x1, x2, seed=1.0):
#     bx1 = seed * (math.cos(x1) + x2)  # x1 * x2 + math.sin(x1)
#     bx2 = seed * x1
#     return bx1, bx2

# %% [markdown]
# The lecture's table: each line of the program with its value, its tangents and its adjoint.

# %%
run = trace(f, 2.0, 3.0)
print(run)

# Out:
# line  step               value     d/dx1      d/dx2  adjoint
# ----  -----------------  --------  ---------  -----  -------
#       x1                 2         1                 2.58385
#       x2                 3                    1      2
# 8     v1 = x1 * x2       6         3          2      1
# 8     v2 = math.sin(x1)  0.909297  -0.416147         1
# 8     v3 = v1 + v2       6.9093    2.58385    2      1

# %% [markdown]
# Its graph, with values, tangents and adjoints on the nodes and partials on the edges; a notebook draws it.

# %%
from gradscribe.explain.graph import graph

drawn = graph(run)
print(drawn.mermaid())

# Out:
# graph LR
#   n0(["x1<br/>value 2<br/>d/dx1 1<br/>adjoint 2.58385"])
#   n1(["x2<br/>value 3<br/>d/dx2 1<br/>adjoint 2"])
#   n2["v1 = x1 * x2<br/>value 6<br/>d/dx1 3<br/>d/dx2 2<br/>adjoint 1"]
#   n3["v2 = math.sin#40;x1#41;<br/>value 0.909297<br/>d/dx1 -0.416147<br/>adjoint 1"]
#   n4[["v3 = v1 + v2<br/>value 6.9093<br/>d/dx1 2.58385<br/>d/dx2 2<br/>adjoint 1"]]
#   n0 -->|"3"| n2
#   n1 -->|"2"| n2
#   n0 -->|"-0.4161"| n3
#   n2 -->|"1"| n4
#   n3 -->|"1"| n4

# %% [markdown]
# Everything at once is `explain`; a notebook folds its sections.

# %%
print(explain(f, 2.0, 3.0, detail="program,forward"))

# Out:
# f(x1=2, x2=3) = 6.9093
#
# program, one operation a line
# =============================
# def f(x1, x2):
#     v1 = x1 * x2
#     v2 = math.sin(x1)
#     v3 = v1 + v2
#     return v3
#
# forward: the tangent program
# ============================
# import math
#
#
# def f_jvp(x1, x2, dx1, dx2):
#     result = x1 * x2 + math.sin(x1)
#     dresult = dx1 * x2 + dx2 * x1 + dx1 * math.cos(x1)
#     return result, dresult
