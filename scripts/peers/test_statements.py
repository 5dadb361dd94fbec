"""What a statement is worth, without any reader: `python -m unittest` from `scripts`."""

from __future__ import annotations

import unittest
from pathlib import Path

from exam.sample_set import Picture, Printed

from .statements import Statement, judge, of_text, vouched

NUMBER = "211310160012345678"
OTHER = "211310160012345673"
PERSONAL = NUMBER[8:]


def picture(number: str = NUMBER, printed: Printed | None = None) -> Picture:
    """A picture; unless told otherwise nobody says what is printed on it."""
    return Picture("a.jpg", Path("a.jpg"), number, "B_glare", printed)


class Statements(unittest.TestCase):
    """From what is read to what counts."""

    def test_print_becomes_lines_and_fields_once_its_spaces_are_gone(self) -> None:
        seen = of_text(f"請求先 131016\n211310 16001 2345678\n券番号 {PERSONAL}\n1{NUMBER}\n")
        self.assertEqual((seen.lines, seen.fields), ({NUMBER}, {PERSONAL}))

    def test_a_line_needs_a_second_mark_and_a_barcode_cannot_carry_it_alone(self) -> None:
        self.assertIsNone(vouched(Statement(lines={NUMBER})))
        self.assertIsNone(vouched(Statement(nw7={PERSONAL}, fields={PERSONAL})))
        for second in (Statement(nw7={PERSONAL}), Statement(nw7={NUMBER}), Statement(qr={NUMBER}), Statement(fields={PERSONAL})):
            self.assertEqual(vouched(Statement(lines={NUMBER}) | second), NUMBER)

    def test_two_numbers_that_two_marks_state_each_are_none(self) -> None:
        self.assertIsNone(vouched(Statement(lines={NUMBER, OTHER}, fields={PERSONAL, OTHER[8:]})))

    def test_marks_are_read_or_wrong_against_what_is_printed(self) -> None:
        printed = Printed({"nw7": PERSONAL, "ocr_line": NUMBER}, frozenset({PERSONAL, NUMBER, "0000000001"}))
        seen = Statement(nw7={PERSONAL, "0000000001", "123"}, lines={OTHER}, qr={"https://example.jp"})
        count = judge(picture(printed=printed), seen)
        self.assertEqual((count["nw7_read"], count["nw7_printed"], count["qr_printed"]), (1, 1, 0))
        self.assertEqual((count["ocr_line_read"], count["wrong_marks"]), (0, 1))

    def test_where_nobody_says_what_is_printed_the_number_tells(self) -> None:
        count = judge(picture(), Statement(nw7={PERSONAL}, lines={NUMBER}))
        self.assertEqual((count["nw7_read"], count["voucher_read"], count["wrong_marks"]), (1, 1, 0))

    def test_a_reader_that_decides_is_not_overruled(self) -> None:
        count = judge(picture(), Statement(nw7={PERSONAL}, lines={NUMBER}, decides=True))
        self.assertEqual((count["voucher_read"], count["voucher_wrong"]), (0, 0))

    def test_any_voucher_of_a_trap_is_accepted(self) -> None:
        self.assertEqual(judge(picture(""), Statement(lines={NUMBER}, fields={PERSONAL}))["traps_accepted"], 1)
        self.assertEqual(judge(picture(""), Statement(lines={NUMBER}))["traps_accepted"], 0)


if __name__ == "__main__":
    unittest.main()
