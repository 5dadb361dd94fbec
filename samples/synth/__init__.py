"""Synthetic print: faces, physical faults of ink, paper, lens and sensor, and what is rendered with them.

* `fonts`    which faces exist, and who may learn from them
* `physics`  faults as pure functions on float images
* `lines`    strips with one line of print, as the reader's rectifier delivers them
"""
