"""Recursion stays recursion: a forward and a reverse function."""

ARGS = (1.5, 4)


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


# derivative
def power_fwd(x, n):
    if n == 0:
        result, result_1, power_record = 1.0, None, None
    else:
        result_1 = power_fwd(x, n - 1)  # x * power(x, n - 1)
        power_record = result_1[1]
        result = x * result_1[0]
    return result, (x, n, result_1, power_record)


def power_rev(record, seed):
    x = record[0]
    n = record[1]
    if n == 0:
        bx = 0.0
    else:
        bx = seed * record[2][0]  # x * power(x, n - 1)
        gradient = power_rev(record[3], seed * x)
        bx += gradient[0]
    return bx,


def power_grad(x, n, seed=1.0):
    # forward
    took = n == 0
    if took:
        power_record = None
    else:
        result = power_fwd(x, n - 1)
        power_record = result[1]
    # reverse
    if took:
        return 0.0
    bx = seed * result[0]  # x * power(x, n - 1)
    gradient = power_rev(power_record, seed * x)
    bx += gradient[0]
    return bx
