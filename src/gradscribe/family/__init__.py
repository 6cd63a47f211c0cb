"""The family of derivatives beyond one gradient: Jacobians, Hessians, products with them, rules of the user's own.

Everything here is put together from `api.Derivative` and the programs that it makes. Nothing here knows how a program
is differentiated.
"""
