"""Measures the heading reader on held-out Japanese faces, into ``metrics-fields.json``.

A line counts as right for a word when the word is read where it is printed and not read
where it is not: what the station asks of a heading is which word it is.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

import pool
from decode import greedy, spell
from reader import session
from synth import headings

SEED = 800
SHARDS = 1

WORDS: dict[str, Callable[[str], object]] = {
    "接種券 or 予診のみ": lambda text: ("接種券" in text, "予診のみ" in text),
    "dose before 回目": lambda text: re.findall(r"([1-9])回目", text),
    "券番号": lambda text: "券番号" in text,
    "請求先": lambda text: "請求先" in text,
    "digits of 券番号": lambda text: re.findall(r"券番号(\d{10})(?!\d)", text),
    "digits of 請求先": lambda text: re.findall(r"請求先\D*?(\d{6})(?!\d)", text),
}


def pairs(model: Path, mix: str) -> list[tuple[str, str]]:
    """(truth, reading) of every strip of a held-out mix."""
    run = session(model)
    found = []
    for shard in range(SHARDS):
        data = np.load(pool.write_shard(shard, "heldout-ja", mix, SEED))
        for key in (key for key in data.files if key.startswith("image")):
            labels = data[key.replace("image", "label")]
            for at in range(0, len(labels), 50):
                batch = data[key][at:at + 50, None].astype(np.float32) / 255 - 0.5
                readings = greedy(run.run(None, {"image": batch})[0], headings.ALPHABET)
                found += [(spell(row, headings.ALPHABET), r.text) for row, r in zip(labels[at:at + 50], readings)]
    return found


def rates(found: list[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Per word: lines that hold it, share of them read right, and lines where it was read but is not."""
    rows = {}
    for word, extract in WORDS.items():
        here = [(extract(t), extract(r)) for t, r in found]
        empty = extract("")
        holding = [(t, r) for t, r in here if t != empty]
        rows[word] = {"lines": len(holding), "right": round(sum(t == r for t, r in holding) / max(1, len(holding)), 4),
                      "other_word": sum(t != r and r != empty for t, r in holding),
                      "invented": sum(t == empty != r for t, r in here)}
    rows["whole line"] = {"lines": len(found), "right": round(sum(t == r for t, r in found) / len(found), 4)}
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path(__file__).parent.parent / "fields.onnx")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    metrics = {mix: rates(pairs(arguments.model, mix)) for mix in ("headings-easy", "headings-hard")}
    arguments.out.write_text(json.dumps(metrics, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
