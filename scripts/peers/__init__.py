"""Ours beside the readers of others, on the same files. `python -m peers --help`."""
