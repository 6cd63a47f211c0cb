"""What a user holds and calls: derivatives, and functions in machine code, compiled at the first call for each kind of
arguments.

    specialised  what is compiled at a call, and kept; `derivative`, `primal` say what is made of a function
    splitting    gradients in phases, made by `phased`
    freshness    whether what a compiled function has taken from outside is as it was
    disk         texts kept between processes
    jitting      machine code, and what happens where there is none
    spread       parameters for callables that have none
    pullbacks    what `vjp` returns
    sending      functions as bytes, by source; `chunks` sums over what other processes compute
"""
