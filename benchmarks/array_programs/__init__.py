"""Programs of arrays of the usual kind (linear algebra by rows, stencils, products, networks, particles): their
gradients in NumPy, in machine code and by JAX."""
