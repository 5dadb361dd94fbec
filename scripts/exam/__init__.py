"""The examination: fresh renderings nobody has seen, read and scored in shards. `python -m exam --help`."""
