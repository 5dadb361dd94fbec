"""Write assets/fonts: BIZ UDGothic, whole, with its licence and a README.

Source: the Debian package ``fonts-morisawa-bizud-gothic``, as installed. Each face stays whole:
it is under 5 MB, and people's names need every kanji of JIS X 0213. The README says which of them
it lacks, and which marks that a screen would like to write.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "fonts-morisawa-bizud-gothic"
INSTALLED = Path("/usr/share/fonts/truetype/bizud-gothic")
COPYRIGHT = Path("/usr/share/doc") / PACKAGE / "copyright"
TARGET = Path(__file__).resolve().parent.parent / "assets" / "fonts"
FACES = ("BIZUDGothic-Regular.ttf", "BIZUDGothic-Bold.ttf")
MARKS = "✓✗⚠●▲■◆○→←↑↓×·…"
# Variants of kanji that are usual in names, some of them beyond JIS X 0213.
VARIANTS = "髙﨑濵德邉槗𠮷"


def glyphs(face: Path) -> set[str]:
    """Every character that the face can draw."""
    found: set[str] = set()
    for part in _output("fc-query", "--format", "%{charset}", str(face)).split():
        first, _, last = part.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return found


def jis_x_0213() -> set[str]:
    """Every character of JIS X 0213:2004."""
    found: set[str] = set()
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        for trail in range(0x40, 0xFD):
            try:
                found.update(bytes((lead, trail)).decode("shift_jis_2004"))
            except UnicodeDecodeError:
                continue
    return found


def missing(wanted: set[str], face: Path) -> str:
    """What of this the face cannot draw."""
    return " ".join(sorted(wanted - glyphs(face))) or "nothing"


def licence() -> str:
    """The licence, from Debian's description of the package, in plain text."""
    text = COPYRIGHT.read_text(encoding="utf-8")
    holder = next(line for line in text.splitlines() if line.startswith("Copyright: "))
    source = next(line for line in text.splitlines() if line.startswith("Source: "))
    lines = text.split("License: SIL-1.1\n -", 1)[1].splitlines()
    body = ["" if line == " ." else line[1:] for line in lines[1:]]
    heading = f"{holder.replace(':', '')} ({source.removeprefix('Source: ')})"
    return "\n".join([heading, "", "-" * 59, *body]).rstrip() + "\n"


def readme() -> str:
    version = _output("dpkg-query", "--show", "--showformat=${Version}", PACKAGE)
    rows = []
    for name in FACES:
        content = (TARGET / name).read_bytes()
        rows.append(f"| `{name}` | {len(content):,} | `{hashlib.sha256(content).hexdigest()}` |")
    return "\n".join(
        [
            "# BIZ UDGothic",
            "",
            "The screen's typeface: a universal-design face, made to be read by old eyes and from a distance.",
            f"Written by `make fonts` from the Debian package `{PACKAGE}` {version}, unchanged.",
            "Licence: SIL Open Font License 1.1, [OFL.txt](OFL.txt).",
            "",
            "| face | bytes | SHA-256 |",
            "|---|---|---|",
            *rows,
            "",
            "| of these | it lacks |",
            "|---|---|",
            f"| JIS X 0213:2004 | {_both(jis_x_0213())} |",
            f"| {' '.join(VARIANTS)} | {_both(set(VARIANTS))} |",
            f"| {' '.join(MARKS)} | {_both(set(MARKS))} |",
            "",
            "So the screen draws its shapes itself.",
            "",
        ]
    )


def _both(wanted: set[str]) -> str:
    lacks = {missing(wanted, TARGET / name) for name in FACES}
    if len(lacks) > 1:
        sys.exit(f"the faces differ in what they lack: {lacks}")
    return lacks.pop()


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in FACES:
        shutil.copyfile(INSTALLED / name, TARGET / name)
    (TARGET / "OFL.txt").write_text(licence(), encoding="utf-8")
    (TARGET / "README.md").write_text(readme(), encoding="utf-8")
    print(f"{TARGET}: {', '.join(FACES)}, OFL.txt, README.md")


if __name__ == "__main__":
    main()
