"""The command line: its options, its subcommands, and the functions that are named on it."""
