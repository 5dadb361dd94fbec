"""Fresh vouchers that nobody has seen are rendered and read, in shards; a run that was killed goes on where it was.

    python -m exam --binary target/release/uketsuke --out out/exam --seed 1 --nominal 4200 --hard 6000 --traps 2100

Ends with 1 if a wrong number or a trap was accepted, fewer nominal pictures were read than demanded, or it is
unfinished; with 2 if it cannot go on. Results, report.md, report.json and pictures worth looking at stay in --out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import time
from pathlib import Path

from .report import Demands, Report
from .shards import Examination, Refused, Result, Shard, alone, plan
from .tools import real

DEMANDS = {"nominal": "nominal pictures", "hard": "hard pictures", "condition": "each hard condition", "nw7": "hard NW-7s"}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m exam", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", type=Path, required=True, help="the program; a copy of it is examined")
    parser.add_argument("--out", type=Path, required=True, help="folder of results; what is there is not made again")
    parser.add_argument("--seed", type=int, nargs="+", required=True, help="several are added up")
    parser.add_argument("--nominal", type=int, default=0, help="ordinary pictures of each seed, all conditions in turn")
    parser.add_argument("--hard", type=int, default=0, help="hard pictures of each seed")
    parser.add_argument("--traps", type=int, default=0, help="pictures of each seed from which nothing may be accepted")
    parser.add_argument("--shard", type=int, default=200, help="pictures a shard (200)")
    parser.add_argument("--jobs", type=int, default=1, help="shards at a time (1)")
    for name, of in DEMANDS.items():
        parser.add_argument(f"--least-{name}", type=float, default=0.0, metavar="SHARE", help=f"of {of}, to be read")
    parser.add_argument("--so-far", action="store_true", help="make nothing, report what is there")
    parser.add_argument("--anew", action="store_true", help="first drop all results that are there")
    return parser.parse_args()


def main() -> int:
    """Entry point."""
    args = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wanted = {"nominal": args.nominal, "hard": args.hard, "traps": args.traps}
        shards = plan(args.seed, wanted, args.shard)
        if not args.so_far:
            with alone(args.out):
                make(args, shards)
        return report(args, Examination(args.out, real(args.binary, args.out)), shards)
    except Refused as refused:
        print(f"examination: {refused}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("examination: stopped; the same command goes on", file=sys.stderr)
        return 130


def make(args: argparse.Namespace, shards: list[Shard]) -> None:
    """Makes the results that are missing."""
    if args.anew:
        drop(args.out)
    exam = Examination(args.out, real(args.binary, args.out))
    exam.run(shards, args.jobs, Progress(len(shards) - len(exam.results(shards))))


def drop(out: Path) -> None:
    """Removes what an examination has made, and nothing else."""
    for name in ("shards", "kept", "work"):
        shutil.rmtree(out / name, ignore_errors=True)
    for path in (*out.glob("program-*"), *out.glob("report.*")):
        path.unlink()


class Progress:
    """A line for each shard that is done."""

    def __init__(self, left: int) -> None:
        self.left, self.began = left, time.monotonic()

    def __call__(self, shard: Shard, result: Result) -> None:
        """Tells of one."""
        self.left -= 1
        counts = result["conditions"].values()
        right, wrong = (sum(c.get(key, 0) for c in counts) for key in ("right", "wrong"))
        accepted = f"{wrong} accepted" if shard.kind == "traps" else f"{right} right, {wrong} wrong"
        read = sum(result["read_ms"]) / 1000
        held, so_far = shard.count - right - wrong, time.monotonic() - self.began
        print(f"{shard.name}: {accepted}, {held} held back; rendered in {result['render_s']:.0f} s, read in {read:.0f} s; "
              f"{self.left} shards left, {so_far:.0f} s so far", flush=True)  # fmt: skip


def report(args: argparse.Namespace, exam: Examination, shards: list[Shard]) -> int:
    """Prints and writes the report; 1 if something is not as demanded."""
    done = exam.results(shards)
    whole = Report([done[shard] for shard in shards if shard in done], len(shards))
    demands = Demands(**{name: getattr(args, f"least_{name}") for name in DEMANDS})
    text = whole.markdown(demands)
    (args.out / "report.md").write_text(text + "\n", encoding="utf-8")
    told = json.dumps(whole.json(demands), ensure_ascii=False, indent=1)
    (args.out / "report.json").write_text(told + "\n", encoding="utf-8")
    print(text)
    print(f"\nreport: {args.out}/report.md; pictures worth looking at: {args.out}/kept")
    return 1 if whole.findings(demands) else 0


if __name__ == "__main__":
    sys.exit(main())
