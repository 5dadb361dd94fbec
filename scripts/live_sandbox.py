"""A sandbox on loopback that runs as long as a `with` block, and the program with no settings but these."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path


def environment() -> dict[str, str]:
    """Keys in files, and nothing that somebody set for a station of their own, but the time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UKETSUKE_") or name == "UKETSUKE_NOW"}
    return kept | {"UKETSUKE_KEYS_STORE": "file"}


class Unexpected(Exception):
    """The program does not say or do what it should."""


def run(binary: Path, *arguments: str | Path, typed: str = "") -> str:
    """What a subcommand prints; it has to succeed."""
    done = subprocess.run(
        [binary, *arguments], input=typed, capture_output=True, text=True, encoding="utf-8", env=environment()
    )
    if done.returncode != 0:
        raise Unexpected(f"uketsuke {arguments[0]} ({done.returncode}): {done.stdout}{done.stderr}")
    return done.stdout


class LiveSandbox:
    """Runs within `with`; its records can be had afterwards too."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary, self.folder = binary, folder

    def __enter__(self) -> LiveSandbox:
        command = [self.binary, "sandbox", "--listen", "127.0.0.1:0", "--data-dir", self.folder]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment()
        )
        self.url = self._line("listening on ")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def code(self) -> str:
        """The next enrolment code: the first at the start, another when that was used."""
        return self._line("enrolment code ")

    def records(self) -> list[dict]:
        """Every Immunization that it holds."""
        text = run(self.binary, "sandbox", "--dump", "--data-dir", self.folder)
        return [json.loads(line) for line in text.splitlines()]

    def _line(self, start: str) -> str:
        line = self.process.stdout.readline()
        if not line.startswith(start):
            raise Unexpected(f"uketsuke sandbox: {line!r}, not {start!r}")
        return line.removeprefix(start).strip()
