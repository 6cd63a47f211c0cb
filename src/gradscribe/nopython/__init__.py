"""The flavour for numba: the same program in a form that it compiles without the Python interpreter.

    tapes      lists become typed arrays
    integers   where 64 bits might not do, and where numba divides or converts silently
    shell      dicts and other structures are taken apart outside
    machine    text, file and machine code

The program knows nothing of where it runs; numba is imported when the first function is compiled.
"""
