"""A corpus of ordinary numeric functions, and the judge that says which of them are differentiated rightly."""
