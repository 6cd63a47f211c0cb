"""What is refused, and how: a table of sources with the place that each error must name."""
