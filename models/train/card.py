"""Writes ``MODEL_CARD.md`` from what training, calibration and evaluation left behind.

    python card.py --out ../MODEL_CARD.md
"""

from __future__ import annotations

import argparse
import json
import tomllib
from pathlib import Path
from string import Template

from nets import NETS, heading_reader, macs
from synth import fonts, headings

MODELS = Path(__file__).parent.parent


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def runs() -> str:
    """What each training took, and what is to be said of it."""
    nets = {"digits-a": NETS["a"](), "digits-b": NETS["b"](), "fields": heading_reader(1 + len(headings.ALPHABET))}
    rows, notes = [], []
    for name, net in nets.items():
        run = json.loads((MODELS / f"{name}.json").read_text())
        size = (MODELS / f"{name}.onnx").stat().st_size
        rows.append([f"`{name}.onnx`", f"{run['parameters'] / 1e3:.0f} k", f"{macs(net) / 1e6:.0f} M", f"{size / 1e6:.2f} MB",
                     run["seed"], run["steps"], f"{run['lines'] / 1e3:.0f} k", run["cpu_minutes"]])
        notes += [run["note"]] if "note" in run else []
    return table(["model", "parameters", "multiplications, 32 × 448", "file", "seed", "steps of 64", "strips seen", "CPU min"], rows) + "\n\n" + " ".join(notes)


def faces() -> str:
    """The faces, by split and family."""
    rows = []
    for split, who in (("both", "A and B"), ("a", "A only"), ("b", "B only"), ("heldout", "nobody: held out")):
        chosen = [face for face in fonts.FACES if face.split == split]
        rows.append([who, len(chosen), ", ".join(face.name for face in chosen)])
    return table(["trained", "faces", "which"], rows)


def licences() -> str:
    """Which licence each package's faces carry."""
    rows = sorted({(face.package, face.licence) for face in fonts.FACES})
    return table(["Debian package", "licence"], [[f"`{package}`", licence] for package, licence in rows])


def alone(metrics: dict) -> str:
    """Whole-line rates of A and B alone."""
    rows = []
    for mix in ("nominal", "hard", "covered"):
        for name in "ab":
            m = metrics[mix][name]
            rows.append([mix, name.upper(), metrics[mix]["together"]["lines"], percent(m["whole_line"]), percent(m["sure"]),
                         m["sure_and_wrong"]])
    return table(["condition", "model", "lines", "whole line right", "18 digits, at the threshold", "of these wrong"], rows)


def together(metrics: dict) -> str:
    """What A and B vote for together."""
    rows = [[mix, m["lines"], m["votes"], m["same_wrong"], m["altered_lines"], m["votes_on_altered"]]
            for mix, m in [(mix, metrics[mix]["together"]) for mix in ("nominal", "hard", "covered")] + [("all", metrics["together"])]]
    return table(["condition", "lines", "both sure, same 18 digits", "of these wrong", "lines with a hidden or altered digit",
                  "votes on those"], rows)


def confusion(metrics: dict) -> str:
    """Digit substitutions: A / B / both the same, rows printed, columns read."""
    counts = metrics["substitutions"]
    rows = []
    for truth in "0123456789":
        cells = [truth]
        for read in "0123456789":
            triple = [counts[name].get(truth + read, 0) for name in ("a", "b", "both")]
            cells.append("·" if truth == read else "" if not any(triple) else " / ".join(map(str, triple)))
        rows.append(cells)
    return table(["printed ↓ read →", *"0123456789"], rows)


def faces_measured(metrics: dict) -> str:
    """Whole-line rates for each held-out face."""
    rows = [[name, *map(percent, metrics["nominal"]["by_face"][name]), *map(percent, metrics["hard"]["by_face"][name])]
            for name in metrics["nominal"]["by_face"]]
    return table(["face", "nominal A", "nominal B", "hard A", "hard B"], rows)


def thresholds(calibration: dict) -> str:
    """The frozen thresholds with the error measured at them."""
    rows = [[name.upper(), c["threshold"], c["samples"], c["lines_above"], c["wrong_above"], percent(c["error_above"])]
            for name, c in calibration.items()]
    return table(["model", "threshold", "18-digit readings", "at or above", "wrong", "error"], rows)


def words(metrics: dict) -> str:
    """The heading reader's rates for each word."""
    rows = [[word, *(metrics[mix][word][key] for mix in ("headings-easy", "headings-hard") for key in ("lines", "right"))]
            for word in metrics["headings-easy"]]
    return table(["word", "near-nominal lines", "right", "hard lines", "right"], rows)


def by_fault(metrics: dict) -> str:
    """What each fault alone costs, beside the former recognisers where they were measured."""
    rows = []
    for case, rates in metrics["rates of A, of B, of votes"].items():
        rows.append([case, *(f"{100 * rate:.1f} %" for when in ("former", "now") if when in rates for rate in rates[when])])
    head = [f"{name}, {when}" if when == "former" else name for when in ("former", "now") if len(rows[0]) > 4 or when == "now"
            for name in ("A", "B", "vote")]
    return table(["fault and severity", *head], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    metrics = json.loads((MODELS / "metrics.json").read_text())
    fields = json.loads((MODELS / "metrics-fields.json").read_text())
    faults = json.loads((MODELS / "metrics-faults.json").read_text())
    calibration = tomllib.loads((MODELS / "calibration.toml").read_text())
    altered = metrics["altered_only"]
    text = Template((Path(__file__).parent / "card.md").read_text(encoding="utf-8")).substitute(
        runs=runs(), faces=faces(), licences=licences(), alone=alone(metrics), together=together(metrics),
        confusion=confusion(metrics), faces_measured=faces_measured(metrics), thresholds=thresholds(calibration),
        by_fault=by_fault(faults), fault_lines=faults["lines"], words=words(fields), alphabet=headings.ALPHABET, total=metrics["together"]["lines"],
        clean_lines=sum(metrics[mix]["together"]["lines"] for mix in ("nominal", "hard")),
        clean_wrong=sum(metrics[mix]["together"]["same_wrong"] for mix in ("nominal", "hard")),
        covered_wrong=metrics["covered"]["together"]["same_wrong"],
        altered_lines=metrics["covered"]["together"]["altered_lines"], altered_a=percent(altered["a"]["sure"]),
        altered_b=percent(altered["b"]["sure"]), altered_both=metrics["covered"]["together"]["votes_on_altered"])
    arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
