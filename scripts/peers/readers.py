"""The readers, each with its models loaded once and the pictures named one at a time.

Processor time, user and system, of each picture. Ours runs in a process of its own, whose clock is read; the others
run in this one. Decoding the file counts for everyone: ours decodes itself, the others get grey pixels from Pillow
(libjpeg-turbo, luma alone, no detour over RGB).
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from ctypes import POINTER, byref, c_uint
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ["OMP_THREAD_LIMIT"] = "1"  # before tesseract is loaded

import numpy as np  # noqa: E402
import tesserocr  # noqa: E402
import zxingcpp  # noqa: E402
from PIL import Image  # noqa: E402
from pyzbar import pyzbar, wrapper  # noqa: E402

from exam.sample_set import digits_of  # noqa: E402
from exam.scanner import Scanner  # noqa: E402

from .statements import Statement, of_text  # noqa: E402

OURS, ZXING, ZBAR, TESSERACT, DECODING = "uketsuke", "zxing-cpp", "zbar", "tesseract psm 11", "decoding alone"
# What a desk would put together from them.
TOGETHER = ((ZXING, TESSERACT), (ZBAR, TESSERACT))
# Debian's tesseract-ocr-eng.
TESSDATA = "/usr/share/tesseract-ocr/5/tessdata"

Pixels = tuple[bytes, int, int]
Timed = tuple[Statement, float]


def decode(path: Path) -> Pixels:
    """Grey pixels, row by row, with width and height."""
    with Image.open(path) as image:
        image.draft("L", image.size)
        grey = image.convert("L")
        return grey.tobytes(), *grey.size


def zxing(pixels: Pixels) -> Statement:
    """zxing-cpp as it comes: any rotation, downscaled and inverted pictures too; only our two kinds of marks."""
    data, width, height = pixels
    marks = zxingcpp.read_barcodes(np.frombuffer(data, np.uint8).reshape(height, width), formats=_ZXING_FORMATS)
    bars = {digits_of(mark.text) for mark in marks if mark.format == zxingcpp.BarcodeFormat.Codabar}
    return Statement(nw7=bars, qr={mark.text for mark in marks if mark.format != zxingcpp.BarcodeFormat.Codabar})


_ZXING_FORMATS = [zxingcpp.BarcodeFormat.Codabar, zxingcpp.BarcodeFormat.QRCode]


def zbar(pixels: Pixels) -> Statement:
    """zbar as it comes, with our two kinds of marks switched on."""
    marks = pyzbar.decode(pixels, symbols=[pyzbar.ZBarSymbol.CODABAR, pyzbar.ZBarSymbol.QRCODE])
    texts = [(mark.type, mark.data.decode("utf-8", "replace")) for mark in marks]
    return Statement(nw7={digits_of(text) for kind, text in texts if kind == "CODABAR"},
                     qr={text for kind, text in texts if kind == "QRCODE"})  # fmt: skip


def tesseract(api: tesserocr.PyTessBaseAPI) -> Callable[[Pixels], Statement]:
    """tesseract on the full frame; the page mode was chosen with the model."""

    def read(pixels: Pixels) -> Statement:
        data, width, height = pixels
        api.SetImageBytes(data, width, height, 1, width)
        return of_text(api.GetUTF8Text())

    return read


def ours(told: dict[str, Any]) -> Statement:
    """What `scan --jsonl --marks` states. A line counts only as a witness with all its digits."""
    marks = told["marks"]
    return Statement(
        nw7={digits_of(mark["text"]) for mark in marks if mark["kind"] == "nw7"},
        qr={mark["text"] for mark in marks if mark["kind"] == "qr"},
        lines={w["digits"] for w in told["witnesses"] if w["kind"] == "line" and "." not in w["digits"]},
        decides=True,
        voucher=told["number"],
    )


@dataclass
class Readers:
    """All readers, ready. `read` gives what each states of a picture, and its milliseconds."""

    scanner: Scanner
    others: dict[str, Callable[[Pixels], Statement]]

    def read(self, path: Path) -> dict[str, Timed]:
        """Everyone on the same file, one after another."""
        told, ms = self.scanner.read(path)
        pixels, decoding = timed(decode, path)
        found = {name: timed(read, pixels) for name, read in self.others.items()}
        alone = {name: (seen, decoding + own) for name, (seen, own) in found.items()}
        pairs = {f"{a} + {b}": (found[a][0] | found[b][0], decoding + found[a][1] + found[b][1]) for a, b in TOGETHER}
        return {OURS: (ours(told), ms), **alone, **pairs, DECODING: (Statement(), decoding)}


def timed(work: Callable, given: object) -> tuple:
    """The result of the work, and milliseconds of this process's time."""
    before = time.process_time_ns()
    result = work(given)
    return result, (time.process_time_ns() - before) / 1e6


def peers() -> dict[str, Callable[[Pixels], Statement]]:
    """The readers of others with their models loaded."""
    warnings.simplefilter("ignore", DeprecationWarning)
    api = tesserocr.PyTessBaseAPI(path=TESSDATA, lang="eng", psm=tesserocr.PSM.SPARSE_TEXT)
    return {ZXING: zxing, ZBAR: zbar, TESSERACT: tesseract(api)}


def versions() -> str:
    """Of the readers of others, in a line."""
    return (f"zxing-cpp {metadata.version('zxing-cpp')}, zbar {_zbar_version()}, "
            f"tesseract {tesserocr.tesseract_version().split()[1]} with Debian's model eng")  # fmt: skip


def _zbar_version() -> str:
    """Three numbers; pyzbar knows of an older call with two."""
    parts = [c_uint() for _ in range(3)]
    ask = wrapper.zbar_version
    ask.argtypes = [POINTER(c_uint)] * 3
    ask(*map(byref, parts))
    return ".".join(str(part.value) for part in parts)
