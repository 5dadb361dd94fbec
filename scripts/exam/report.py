"""What an examination found: totals and demands, tables, and one JSON with all of it.

Tables are Markdown whose columns are padded, so that a terminal shows them as well.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any

from . import score
from .score import Count
from .votes import CONTRADICTS

Rows = list[list[str]]
READABLE = ("nominal", "hard")
CERTAINTY = 0.95


def table(head: list[str], rows: Rows) -> str:
    """A Markdown table; columns of figures stand to the right."""
    columns = list(zip(*rows)) or [()] * len(head)
    figures = [any(column) and all(not cell or cell[0] in "0123456789–" for cell in column) for column in columns]
    widths = [max(map(_width, [name, *column])) for name, column in zip(head, columns)]
    rule = ["-" * (w - 1) + ":" if right else "-" * w for w, right in zip(widths, figures)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (
        _padded(head, widths, figures), rule, *(_padded(row, widths, figures) for row in rows)
    ))  # fmt: skip


def _padded(row: list[str], widths: list[int], figures: list[bool]) -> list[str]:
    spaces = [" " * (w - _width(cell)) for cell, w in zip(row, widths)]
    return [space + cell if right else cell + space for cell, space, right in zip(row, spaces, figures)]


def _width(text: str) -> int:
    """Columns on a terminal: Japanese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def share(part: int, whole: int) -> str:
    """A percentage, or a dash where there is nothing to have a share of."""
    return f"{part / whole:.1%}" if whole else "–"


def nearest_rank(values: list[float], part: float) -> float:
    """The smallest value that `part` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def at_most(events: int, trials: int) -> float:
    """Upper end of the one-sided Clopper–Pearson interval: rarer than this, with 95 % certainty."""
    if events >= trials:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        terms = (
            math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * math.log(middle) + (trials - k) * math.log1p(-middle)
            for k in range(events + 1)
        )  # fmt: skip
        few_enough = sum(map(math.exp, terms)) > 1 - CERTAINTY
        low, high = (middle, high) if few_enough else (low, middle)
    return high


@dataclass(frozen=True)
class Demands:
    """Least shares; wrong numbers, wrong NW-7s and accepted traps are never allowed."""

    nominal: float = 0.0
    hard: float = 0.0
    condition: float = 0.0
    nw7: float = 0.0


NOTHING = Demands()


def _too_few(name: str, count: Count, part: str, whole: str, least: float) -> list[str]:
    """The finding that less than `least` was read, if so."""
    read, of = count.get(part, 0), count.get(whole, 0)
    return [f"{name}: {share(read, of)} read, {least:.1%} demanded"] if read < least * of else []


class Report:
    """All results of an examination, added up."""

    def __init__(self, results: list[dict[str, Any]], planned: int) -> None:
        self.results, self.planned = results, planned
        self.conditions: dict[str, dict[str, Count]] = {
            kind: dict(sorted(score.total([r["conditions"] for r in results if r["kind"] == kind]).items()))
            for kind in (*READABLE, "traps")
        }
        self.kinds = {kind: score.total(list(counts.values())) for kind, counts in self.conditions.items()}
        self.readable = score.total([self.kinds[kind] for kind in READABLE])

    def failures(self, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        """Of these kinds of pictures, those that failed, with their seed."""
        return [f | {"seed": r["seed"]} for r in self.results if r["kind"] in kinds for f in r["failures"]]

    def accepted_wrongly(self, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        """Pictures from which a number was accepted that must not be."""
        return [f for f in self.failures(kinds) if f["status"] == "accepted"]

    def findings(self, demands: Demands = NOTHING) -> list[str]:
        """What is not as demanded, a sentence each; none if all is."""
        found = [
            f"wrong number accepted: {f['condition']} {f['file']}, seed {f['seed']}: {f['number']} for {f['expected']}"
            for f in self.accepted_wrongly(READABLE)
        ]
        found += [f"trap accepted: {f['condition']} {f['file']}, seed {f['seed']}" for f in self.accepted_wrongly(("traps",))]
        found += _too_few("nominal", self.kinds["nominal"], "right", "pictures", demands.nominal)
        found += _too_few("hard", self.kinds["hard"], "right", "pictures", demands.hard)
        for name, condition in self.conditions["hard"].items():
            found += _too_few(name, condition, "right", "pictures", demands.condition)
        found += _too_few("NW-7s, hard", self.kinds["hard"], "nw7_read", "nw7_printed", demands.nw7)
        if wrong := self.readable.get("nw7_wrong", 0):
            found.append(f"NW-7 read wrong in {wrong} pictures")
        if not self.planned:
            found.append("nothing was examined: say how many pictures (--nominal, --hard, --traps)")
        if len(self.results) < self.planned:
            found.append(f"unfinished: {len(self.results)} of {self.planned} shards; the same command goes on")
        return found

    def totals(self) -> Rows:
        """The figures that count, each with what it is of."""
        rows = [_total("wrong numbers accepted, nominal and hard", self.readable, "wrong", bound=True)]
        rows += [_total(f"{kind} pictures read", self.kinds[kind], "right") for kind in READABLE]
        shares = [(c.get("right", 0) / c["pictures"], name, c) for name, c in self.conditions["hard"].items()]
        if shares:
            _, name, lowest = min(shares, key=lambda item: item[:2])
            rows.append(_total(f"lowest condition, {name}", lowest, "right"))
        for kind in READABLE:
            rows.append(_total(f"NW-7s read, {kind} pictures that carry one", self.kinds[kind], "nw7_read", "nw7_printed"))
        rows.append(_total("pictures with an NW-7 read wrong, nominal and hard", self.readable, "nw7_wrong", bound=True))
        rows.append(_total("traps accepted", self.kinds["traps"], "wrong", bound=True))
        return rows

    def by_condition(self) -> Rows:
        """One row a condition of the readable kinds."""
        rows = []
        for kind in READABLE:
            for name, c in self.conditions[kind].items():
                held = sorted(c["reasons"].items(), key=lambda item: (-item[1], item[0]))[:3]
                rows.append([
                    name, str(c["pictures"]), _of(c, "right"), share(c.get("right", 0), c["pictures"]), _of(c, "wrong"),
                    _of(c, "review"), _of(c, "refused"), f"{_of(c, 'nw7_read')}/{_of(c, 'nw7_printed')}", _of(c, "nw7_wrong"),
                    _list(held),
                ])  # fmt: skip
        return rows

    def by_trap(self) -> Rows:
        """One row a kind of trap: how many were accepted, which reasons fired, and how many hung on one of them."""
        rows = []
        for name, c in self.conditions["traps"].items():
            fired = sorted(c["reasons"].items(), key=lambda item: (-item[1], item[0]))
            alone = [(reason, a["wrong"]) for reason, a in c.get("alone", {}).items() if "wrong" in a]
            rows.append([name, str(c["pictures"]), _of(c, "wrong"), _list(fired), _list(sorted(alone, key=lambda a: -a[1]))])
        return rows

    def ablation(self) -> dict[str, list[int]]:
        """Of each reason the figures of _ABLATION_HEAD: what it alone held back, and what would have been accepted
        without it. The reasons that the most traps hang on come first."""
        figures = {
            reason: [*_held(self.kinds["traps"], reason, "wrong"), *_held(self.readable, reason, "right", "wrong")]
            for reason in {**self.kinds["traps"].get("reasons", {}), **self.readable.get("reasons", {})}
        }
        return dict(sorted(figures.items(), key=lambda item: (-item[1][2], -item[1][0] - item[1][3], item[0])))

    def contradictions(self) -> dict[str, list[int]]:
        """Of each witness the figures of _WITNESS_HEAD: what would have been accepted if it could only vote."""
        traps, readable = (count.get("contradicts", {}) for count in (self.kinds["traps"], self.readable))
        return {
            kind: [traps.get(kind, {}).get(key, 0) for key in ("pictures", "wrong")]
            + [readable.get(kind, {}).get(key, 0) for key in ("pictures", "right", "wrong")]
            for kind in CONTRADICTS if kind in {**traps, **readable}
        }  # fmt: skip

    def about_votes(self) -> str:
        """What the columns of the ablation mean, and whether the votes counted here are the program's."""
        everything = score.add(self.kinds["traps"], self.readable)
        accepted = everything.get("right", 0) + everything.get("wrong", 0)
        return _ABLATION.format(accepted=accepted, alike=everything.get("elected_alike", 0))

    def times(self) -> dict[str, dict[str, float]]:
        """Processor time, which a busy machine changes little: ms to read a picture, s to render a thousand."""
        times = {}
        for kind in self.conditions:
            results = [r for r in self.results if r["kind"] == kind]
            read = [ms for r in results for ms in r["read_ms"]]
            if read:
                times[kind] = {"median": nearest_rank(read, 0.5), "mean": sum(read) / len(read), "p95": nearest_rank(read, 0.95),
                               "rendering 1,000, s": sum(r["render_s"] for r in results) / len(read) * 1000}  # fmt: skip
        return times

    def markdown(self, demands: Demands = NOTHING) -> str:
        """The whole report."""
        ablation, contradictions = (
            [[name, *map(str, figures)] for name, figures in figures_by_name.items()]
            for figures_by_name in (self.ablation(), self.contradictions())
        )
        times = [[kind, *(f"{value:.0f}" for value in figures.values())] for kind, figures in self.times().items()]
        parts = [_HEAD.format(**self.made_by(), seeds=", ".join(map(str, self.seeds())), done=len(self.results),
                              planned=self.planned),  # fmt: skip
                 table(["", "of", "", "share", "rarer than, with 95 % certainty"], self.totals()),
                 "## By condition\n", table(_CONDITION_HEAD, self.by_condition()),
                 "## Traps\n", table(_TRAP_HEAD, self.by_trap()),
                 self.about_votes(), table(_ABLATION_HEAD, ablation),
                 _WITNESSES, table(_WITNESS_HEAD, contradictions),
                 _TIMES, table(["", "median", "mean", "p95", "rendering 1,000, s"], times)]  # fmt: skip
        findings = self.findings(demands)
        return "\n".join([*parts, "## Not passed\n" if findings else "Passed.", *(f"- {finding}" for finding in findings)])

    def json(self, demands: Demands = NOTHING) -> dict[str, Any]:
        """The same for programs, with every picture that failed."""
        return {
            "made_by": self.made_by(), "seeds": self.seeds(), "shards": {"done": len(self.results), "planned": self.planned},
            "findings": self.findings(demands), "totals": self.kinds, "conditions": self.conditions,
            "ablation": {"columns": _ABLATION_HEAD[1:], "reasons": self.ablation()},
            "contradictions": {"columns": _WITNESS_HEAD[1:], "witnesses": self.contradictions()}, "times": self.times(),
            "failures": self.failures((*READABLE, "traps")),
        }  # fmt: skip

    def seeds(self) -> list[int]:
        """Of all pictures."""
        return sorted({r["seed"] for r in self.results})

    def made_by(self) -> dict[str, str]:
        """The fingerprint that all results share."""
        return self.results[0]["made_by"] if self.results else dict.fromkeys(("program", "renderer", "counting"), "–")


def _total(name: str, c: Count, key: str, base: str = "pictures", bound: bool = False) -> list[str]:
    part, whole = c.get(key, 0), c.get(base, 0)
    limit = f"1 in {1 / at_most(part, whole):,.0f}" if bound and whole else ""
    return [name, f"{whole:,}", f"{part:,}", share(part, whole), limit]


def _held(count: Count, reason: str, *fates: str) -> list[int]:
    """How many pictures a reason fired on, how many alone, and the fates of these without it."""
    alone = count.get("alone", {}).get(reason, {})
    return [count.get("reasons", {}).get(reason, 0), *(alone.get(key, 0) for key in ("pictures", *fates))]


def _of(c: Count, key: str) -> str:
    return str(c.get(key, 0))


def _list(counts: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts)


_CONDITION_HEAD = [
    "condition", "pictures", "right", "share", "wrong", "review", "refused", "NW-7 read", "NW-7 wrong", "commonest reasons",
]  # fmt: skip
_TRAP_HEAD = ["trap", "pictures", "accepted", "reasons that fired", "accepted without this reason"]
_ABLATION_HEAD = [
    "reason", "traps it fired on", "alone", "accepted without it", "readable it fired on", "alone", "right without it",
    "wrong without it",
]  # fmt: skip
_WITNESS_HEAD = [
    "witness", "traps it contradicts on", "accepted without that", "readable it contradicts on", "right without that",
    "wrong without that",
]  # fmt: skip
_HEAD = """# Examination

Seeds {seeds}; {done} of {planned} shards; program {program}, renderer {renderer}, counting {counting}.
"""
_ABLATION = """## What each reason holds back

"Alone": it was the only reason. "Accepted without it": alone, and the votes would have sufficed without it; an upper
bound, since `scan` does not tell which witnesses were sure enough to vote. Of the readable pictures the number would
have been right (what the reason costs) or wrong (what it saves there). Of the {accepted:,} accepted numbers the votes
counted here elect {alike:,}.
"""
_WITNESSES = """One thing on the paper can give several reasons: a changed NW-7 contradicts the line and the printed 券番号. So the same
by witness: all its contradictions struck out, its vote kept.
"""
_TIMES = """## Time

Processor time of reading, ms a picture, decoding included, one thread.
"""
