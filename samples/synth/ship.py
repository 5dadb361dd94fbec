"""Renders the committed sample set anew: `python -m synth.ship`, run from `samples/`, writes `set/`.

Every condition at least once, at the frame size of most cameras; JPEG quality keeps the set under 8 MB.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .conditions import HARD, NOMINAL
from .make_set import Job, write_sequence, write_stills
from .traps import TRAPS

OUT = Path(__file__).parents[1] / "set"
SEED = 20211120
WIDTH, STILL_QUALITY, SEQUENCE_QUALITY = 1280, 58, 45
# A timetable of three vouchers in 58 frames, one of them a quick swap without an empty view.
SEQUENCE = 133


def main() -> None:
    """Entry point."""
    for folder in ("stills", "sequences"):
        shutil.rmtree(OUT / folder, ignore_errors=True)
    wanted = [("nominal", i) for i in range(4 * len(NOMINAL))]
    wanted += [("hard", i) for i in range(len(HARD))]
    wanted += [("traps", i) for i in range(len(TRAPS))]
    write_stills([Job(OUT, SEED, kind, i, "all", WIDTH, STILL_QUALITY, None) for kind, i in wanted], OUT, 2)
    write_sequence(OUT, SEED, SEQUENCE, 3, 10, SEQUENCE_QUALITY, "all")


if __name__ == "__main__":
    main()
