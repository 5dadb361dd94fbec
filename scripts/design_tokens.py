"""Write src/app/theme/tokens.rs: colours and type scale of the Digital Agency's design system.

Source: the npm package ``@digital-go-jp/design-tokens`` (MIT), in the version below. What is taken
is what a drawn screen can use: opaque colours, font sizes, line heights and weights. What is left
out: translucent greys, whose contrast depends on what is behind them, font families, corners and
shadows.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE = "@digital-go-jp/design-tokens"
VERSION = "1.1.9"
REM_IN_PX = 16
TARGET = Path(__file__).resolve().parent.parent / "src" / "app" / "theme" / "tokens.rs"

# A line of the package's dist/tokens.css: `  --color-primitive-blue-50: #e8f1fe;`
TOKEN = re.compile(r"^\s*--([a-z0-9-]+): (.+);$", re.MULTILINE)
REFERENCE = re.compile(r"var\(--([a-z0-9-]+)\)")


class Package:
    """The package's files that are read, from its tarball."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        spec = f"{PACKAGE}@{VERSION}"
        subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        name = f"{PACKAGE.lstrip('@').replace('/', '-')}-{VERSION}.tgz"
        with tarfile.open(folder / name) as tarball:
            described = json.loads(_text(tarball, "package.json"))
            self.licence = _text(tarball, "LICENSE")
            self.tokens = dict(TOKEN.findall(_text(tarball, "dist/tokens.css")))
        if described["license"] != "MIT":
            sys.exit(f"{spec} is no longer under the MIT licence: {described['license']}")


def _text(tarball: tarfile.TarFile, name: str) -> str:
    file = tarball.extractfile(f"package/{name}")
    if file is None:
        sys.exit(f"{PACKAGE} {VERSION} has no {name}")
    return file.read().decode("utf-8")


def colour_name(token: str) -> str | None:
    """``color-neutral-solid-gray-50`` is ``SOLID_GRAY_50``; ``None`` for what is no opaque colour."""
    match = re.fullmatch(r"color-(?:primitive|neutral|semantic)-(.+)", token)
    if match is None or "opacity" in token:
        return None
    return match[1].replace("-", "_").upper()


def colours(tokens: dict[str, str]) -> list[str]:
    """A constant for each colour; one that stands for another names it."""
    lines = []
    for token, value in tokens.items():
        name = colour_name(token)
        if name is None:
            continue
        reference = REFERENCE.fullmatch(value)
        if reference:
            shown = colour_name(reference[1])
        else:
            red, green, blue = re.findall("[0-9a-f]{2}", value.removeprefix("#"))
            shown = f"Color32::from_rgb(0x{red}, 0x{green}, 0x{blue})"
        lines.append(f"pub(super) const {name}: Color32 = {shown};")
    return lines


def numbers(tokens: dict[str, str], prefix: str) -> list[str]:
    """A constant for each number of this kind; sizes in px, weights whole."""
    lines = []
    for token, value in tokens.items():
        if not token.startswith(prefix):
            continue
        number = float(value.removesuffix("rem")) * (REM_IN_PX if value.endswith("rem") else 1)
        shown = f"u16 = {number:.0f}" if prefix == "font-weight-" else f"f32 = {number}"
        lines.append(f"pub(super) const {token.replace('-', '_').upper()}: {shown};")
    return lines


def source(package: Package) -> str:
    """The Rust file."""
    licence = [f"// {line}".rstrip() for line in package.licence.strip().splitlines()]
    parts = [
        [
            "//! Colours and type scale of the Digital Agency's design system.",
            "//!",
            f"//! Written by `make design-tokens` from the npm package `{PACKAGE}` {VERSION}, whose",
            "//! licence follows; not edited by hand. The names are the package's.",
        ],
        licence,
        ['#![allow(dead_code, reason = "whole scales, used or not")]'],
        ["use eframe::egui::Color32;"],
        colours(package.tokens),
        ["// Font sizes in px.", *numbers(package.tokens, "font-size-")],
        ["// Line heights, in font sizes.", *numbers(package.tokens, "line-height-")],
        ["// Font weights.", *numbers(package.tokens, "font-weight-")],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the package is put")
    text = source(Package(parser.parse_args().folder))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {text.count('pub(super) const')} constants")


if __name__ == "__main__":
    main()
