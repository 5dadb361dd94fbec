"""Adding up and going on, without renderer and program: `python -m unittest` from `scripts`."""

from __future__ import annotations

import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import score
from .report import Demands, Report, at_most, table
from .sample_set import Picture, Printed, printed
from .shards import Examination, Refused, Shard, Tools, alone, plan
from .votes import elected, fate, without_a_contradiction

NUMBER = "211310160012345678"
OTHER = "211310160012345673"


def picture(index: int = 0, number: str = NUMBER, condition: str = "B_glare", own: str | None = NUMBER[8:]) -> Picture:
    """A picture whose label carries an NW-7, or none."""
    marks = {} if own is None else {"nw7": own}
    name = f"stills/h_{index:05d}.jpg"
    return Picture(name, Path(name), number, condition, Printed(marks, frozenset(marks.values())))


def witness(kind: str, digits: str, start: int = 0) -> dict[str, Any]:
    """A witness that states these digits from a place on."""
    return {"kind": kind, "digits": ("." * start + digits).ljust(18, ".")}


LINE, BARCODE, FIELD = witness("line", NUMBER), witness("nw7", NUMBER[8:], 8), witness("printed_number", NUMBER[8:], 8)


def reading(status: str = "accepted", number: str | None = NUMBER, reasons: tuple[str, ...] = (), bars: tuple[str, ...] = (),
            witnesses: tuple[dict[str, Any], ...] = (LINE, BARCODE)) -> score.Reading:  # fmt: skip
    """What `scan --jsonl --marks` says."""
    return {
        "status": status, "number": number, "candidate": None, "reasons": list(reasons), "witnesses": list(witnesses),
        "marks": [{"kind": "nw7", "text": f"A{bar}D"} for bar in bars],
    }  # fmt: skip


class Counting(unittest.TestCase):
    """What one picture adds."""

    def test_an_accepted_number_is_right_or_wrong_and_any_number_of_a_trap_is_wrong(self) -> None:
        self.assertEqual(score.outcome(picture(), reading()), "right")
        self.assertEqual(score.outcome(picture(), reading(number=OTHER)), "wrong")
        self.assertEqual(score.outcome(picture(number=""), reading()), "wrong")
        self.assertEqual(score.outcome(picture(), reading("review", None)), "review")

    def test_a_trap_that_is_held_back_is_no_failure_and_a_readable_one_is(self) -> None:
        self.assertFalse(score.failed(picture(number=""), "review"))
        self.assertTrue(score.failed(picture(), "review"))

    def test_a_barcode_is_wrong_only_where_nothing_like_it_is_printed(self) -> None:
        for bars, read, wrong in (((NUMBER[8:],), 1, 0), ((OTHER[8:],), 0, 1), (("123456789",), 0, 0), ((), 0, 0)):
            counted = score.nw7(picture(), reading(bars=bars))
            self.assertEqual(counted, {"nw7_printed": 1, "nw7_read": read, "nw7_wrong": wrong}, bars)

    def test_without_a_barcode_none_counts_as_printed(self) -> None:
        self.assertEqual(score.nw7(picture(own=None), reading())["nw7_printed"], 0)

    def test_a_neighbouring_labels_marks_are_not_the_pictures_own(self) -> None:
        elements = [{"kind": "nw7", "text": f"A{OTHER[8:]}B"}, {"kind": "ocr_line", "text": "211310 16001 2345678"}]
        marks = printed(elements, NUMBER)
        self.assertEqual(marks.own, {"ocr_line": NUMBER})
        self.assertEqual(marks.anywhere, {OTHER[8:], NUMBER})
        self.assertEqual(printed(elements, "").own, {})

    def test_sums_do_not_depend_on_how_pictures_are_put_together(self) -> None:
        ones = [score.count(picture(), r) for r in (
            reading(), reading("review", None, ("glare",)), reading("review", None, ("glare", "check_digit")), reading("refused", None),
        )]  # fmt: skip
        whole = score.total(ones)
        self.assertEqual(whole, score.add(score.total(ones[:1]), score.total(ones[1:])))
        self.assertEqual(whole, score.add(score.total(ones[2:]), score.total(ones[:2])))
        self.assertEqual((whole["pictures"], whole["right"], whole["review"], whole["refused"]), (4, 1, 2, 1))
        self.assertEqual(whole["reasons"], {"glare": 2, "check_digit": 1})
        self.assertEqual(whole["alone"]["glare"]["pictures"], 1)

    def test_adding_leaves_the_summands_as_they_were(self) -> None:
        one = {"a": {"b": 1}}
        score.add(one, {"a": {"b": 1}})
        self.assertEqual(one, {"a": {"b": 1}})


class Votes(unittest.TestCase):
    """What would have been accepted."""

    def test_a_line_and_a_barcode_elect_a_number_and_neither_does_alone(self) -> None:
        self.assertEqual(elected([LINE, BARCODE]), NUMBER)
        self.assertIsNone(elected([LINE]))
        self.assertIsNone(elected([BARCODE, FIELD]))
        self.assertIsNone(elected([LINE, witness("heading", "2")]))

    def test_a_third_mark_that_contradicts_does_not_take_the_votes_away(self) -> None:
        third = witness("nw7", OTHER[8:], 8)
        held = reading("review", None, ("barcode_disagrees",), witnesses=(LINE, FIELD, third))
        self.assertEqual(fate(held, NUMBER), "right")

    def test_what_nothing_is_held_against_needs_votes_all_the_same_and_a_trap_is_wrong(self) -> None:
        self.assertEqual(fate(reading(), ""), "wrong")
        self.assertEqual(fate(reading(witnesses=(LINE,)), ""), "held")

    def test_a_changed_barcode_gives_two_reasons_and_the_picture_hangs_on_it_alone(self) -> None:
        changed = witness("nw7", OTHER[8:], 8)
        reasons = ("barcode_disagrees", "printed_number_disagrees")
        held = reading("review", None, reasons, witnesses=(LINE, changed, FIELD))
        self.assertEqual(without_a_contradiction(held, ""), {"line": "held", "nw7": "wrong", "printed_number": "held"})
        held["reasons"].append("glare")
        self.assertEqual(without_a_contradiction(held, "")["nw7"], "held")

    def test_silent_places_contradict_nothing(self) -> None:
        self.assertEqual(without_a_contradiction(reading(), NUMBER), {})


class Fake:
    """Tools that render nothing. Every fourth picture is held back; it counts what it was asked to make."""

    def __init__(self, program: str = "one") -> None:
        self.program, self.made = program, []
        self.stop_at: Shard | None = None
        self.says = NUMBER

    def tools(self) -> Tools:
        """As an examination wants them."""
        return Tools(self.render, self.read, lambda: {"program": self.program, "renderer": "r"}, lambda: None)

    def render(self, shard: Shard, folder: Path) -> float:
        """Notes the shard, and is killed where it was told to be."""
        if shard == self.stop_at:
            raise KeyboardInterrupt
        self.made.append(shard)
        (folder / "stills").mkdir()
        (folder / "range").write_text(f"{shard.kind} {shard.first} {shard.count}")
        return 1.0

    def read(self, folder: Path) -> Iterator[tuple[Picture, score.Reading, float]]:
        """Three of four are read; of traps all are held back."""
        kind, first, count = (folder / "range").read_text().split()
        for index in range(int(first), int(first) + int(count)):
            one = picture(index, "" if kind == "traps" else NUMBER, f"{kind}_{index % 3}")
            one = Picture(one.file, folder / one.file, one.number, one.condition, one.printed)
            one.path.touch()
            held = kind == "traps" or index % 4 == 0
            yield one, reading("review", None, ("glare",)) if held else reading(number=self.says), float(index)


def quiet(_shard: Shard, _result: dict[str, Any]) -> None:
    """Tells nobody."""


class GoingOn(unittest.TestCase):
    """Shards in a folder."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)
        self.shards = plan([7], {"nominal": 10, "hard": 25, "traps": 10}, 10)

    def report(self, fake: Fake, shards: list[Shard]) -> Report:
        """Of what is there."""
        return Report(list(Examination(self.out, fake.tools()).results(shards).values()), len(shards))

    def test_a_plan_covers_every_picture_once(self) -> None:
        hard = [range(s.first, s.first + s.count) for s in self.shards if s.kind == "hard"]
        self.assertEqual([i for part in hard for i in part], list(range(25)))

    def test_a_killed_run_makes_only_what_is_missing_and_the_sum_is_the_same(self) -> None:
        killed, straight = Fake(), Fake()
        killed.stop_at = self.shards[2]
        with self.assertRaises(KeyboardInterrupt):
            Examination(self.out, killed.tools()).run(self.shards, 1, quiet)
        self.assertIn("unfinished", self.report(killed, self.shards).findings()[-1])
        done = Examination(self.out, killed.tools()).results(self.shards)
        self.assertIn(self.shards[0], done)
        killed.stop_at = None
        killed.made.clear()
        Examination(self.out, killed.tools()).run(self.shards, 2, quiet)
        self.assertEqual(set(killed.made), set(self.shards) - set(done))
        resumed = self.report(killed, self.shards).json()
        with tempfile.TemporaryDirectory() as other:
            Examination(Path(other), straight.tools()).run(self.shards, 1, quiet)
            done = Examination(Path(other), straight.tools()).results(self.shards)
        self.assertEqual(resumed, Report(list(done.values()), len(self.shards)).json())
        self.assertEqual(resumed["totals"]["hard"]["pictures"], 25)

    def test_pictures_go_and_the_first_that_failed_stay(self) -> None:
        Examination(self.out, Fake().tools()).run(self.shards, 1, quiet)
        self.assertEqual(list((self.out / "work").iterdir()), [])
        kept = list((self.out / "kept" / "hard_0").glob("*.jpg"))
        self.assertEqual(len(kept), 3)

    def test_every_picture_of_a_wrong_number_stays(self) -> None:
        fake = Fake()
        fake.says = OTHER
        Examination(self.out, fake.tools()).run(self.shards, 1, quiet)
        wrong = [f for f in self.report(fake, self.shards).failures(("nominal", "hard")) if f["status"] == "accepted"]
        kept = [path.stem.split("-")[-1] for path in (self.out / "kept" / "accepted_wrongly").glob("*.jpg")]
        self.assertEqual(sorted(kept), sorted(Path(f["file"]).stem for f in wrong))
        self.assertGreater(len(kept), 6)

    def test_a_half_written_result_is_made_again(self) -> None:
        fake = Fake()
        Examination(self.out, fake.tools()).run(self.shards, 1, quiet)
        (self.out / "shards" / f"{self.shards[1].name}.json").write_text('{"format": 1, "made')
        fake.made.clear()
        Examination(self.out, fake.tools()).run(self.shards, 1, quiet)
        self.assertEqual(fake.made, [self.shards[1]])

    def test_results_of_another_program_are_refused_with_the_remedy(self) -> None:
        Examination(self.out, Fake().tools()).run(self.shards[:1], 1, quiet)
        with self.assertRaisesRegex(Refused, "another program.*--anew"):
            Examination(self.out, Fake("two").tools()).run(self.shards, 1, quiet)

    def test_a_program_that_changes_meanwhile_leaves_no_result(self) -> None:
        fake = Fake()
        exam = Examination(self.out, fake.tools())
        fake.program = "two"
        with self.assertRaisesRegex(Refused, "changed while"):
            exam.run(self.shards[:1], 1, quiet)
        self.assertEqual(list((self.out / "shards").glob("*.json")), [])

    def test_two_runs_at_once_are_refused(self) -> None:
        with alone(self.out), self.assertRaisesRegex(Refused, "another examination"), alone(self.out):
            self.fail("both ran")


class Reporting(unittest.TestCase):
    """What is said of results."""

    @staticmethod
    def of(kind: str, one: Picture, seen: score.Reading) -> dict[str, Any]:
        """The result of a shard of one picture."""
        failures = [score.failure(one, seen)] if score.failed(one, score.outcome(one, seen)) else []
        return {"kind": kind, "seed": 7, "conditions": {one.condition: score.count(one, seen)}, "failures": failures,
                "read_ms": [9.0], "render_s": 1.0, "made_by": {"program": "p", "renderer": "r", "counting": "c"}}  # fmt: skip

    def test_a_wrong_number_and_an_accepted_trap_are_named(self) -> None:
        wrong = self.of("hard", picture(5), reading(number=OTHER))
        trap = self.of("traps", picture(6, "", "C_heading"), reading())
        found = Report([wrong, trap], 2).findings()
        self.assertEqual(len(found), 2)
        self.assertIn(f"h_00005.jpg, seed 7: {OTHER} for {NUMBER}", found[0])
        self.assertIn("C_heading stills/h_00006.jpg, seed 7", found[1])
        self.assertIn("Not passed", Report([wrong, trap], 2).markdown())

    def test_too_few_nominal_pictures_are_a_finding(self) -> None:
        results = [self.of("nominal", picture(i, condition="A_ocr"), reading("review", None, ("glare",)) if i else reading())
                   for i in range(2)]  # fmt: skip
        self.assertEqual(Report(results, 2).findings(Demands(nominal=0.5)), [])
        self.assertIn("50.0% read", Report(results, 2).findings(Demands(nominal=0.9))[0])

    def test_an_nw7_that_was_read_wrong_and_an_empty_plan_are_told(self) -> None:
        self.assertIn("nothing was examined", Report([], 0).findings()[-1])
        whole = Report([], 1)
        whole.readable = whole.readable | {"nw7_wrong": 1}
        self.assertIn("NW-7 read wrong in 1", whole.findings()[0])

    def test_the_ablation_tells_what_a_reason_alone_held_back(self) -> None:
        held = reading("review", None, ("heading_disagrees",))
        results = [self.of("traps", picture(1, "", "C_heading"), held), self.of("hard", picture(2), held),
                   self.of("traps", picture(3, "", "C_half"), reading("review", None, ("cut_off", "glare")))]  # fmt: skip
        rows = Report(results, 3).ablation()
        self.assertEqual(rows["heading_disagrees"], [1, 1, 1, 1, 1, 1, 0])
        self.assertEqual(rows["cut_off"], [1, 0, 0, 0, 0, 0, 0])

    def test_bounds_are_those_of_the_textbook(self) -> None:
        self.assertAlmostEqual(at_most(0, 1000), 1 - 0.05 ** (1 / 1000), places=9)
        self.assertAlmostEqual(at_most(1, 10), 0.394163, places=5)

    def test_columns_of_a_table_stand_below_each_other(self) -> None:
        lines = table(["券", "n"], [["a", "12"]]).splitlines()
        self.assertEqual(lines, ["| 券 |  n |", "| -- | -: |", "| a  | 12 |"])
        self.assertEqual(table(["n", "why"], [["1", "glare 2"], ["2", ""]]).splitlines()[2:], ["| 1 | glare 2 |", "| 2 |         |"])


if __name__ == "__main__":
    unittest.main()
