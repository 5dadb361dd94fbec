"""Writes tests/pictures: one shipped sample in formats that are legal and rare.

Usage: python scripts/odd_pictures.py (with the environment of samples/requirements.txt)

Each file shows the same voucher, so the reader's answer to each is known.
"""

from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "samples/set/stills/n_00002.jpg"
TARGET = ROOT / "tests/pictures"

# EXIF tag 274 is the orientation; 6 means "turn 90° clockwise to see it upright".
ORIENTATION, TURN_CLOCKWISE = 274, 6


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    picture = Image.open(SOURCE).convert("RGB")
    picture.convert("CMYK").save(TARGET / "cmyk.jpg", quality=85)
    picture.quantize(64).save(TARGET / "palette.png", optimize=True)
    # Only the upper byte is used: noise below it would make the file large.
    grey = np.asarray(picture.convert("L")).astype(np.uint16) // 4 * 4 * 257
    Image.fromarray(grey).save(TARGET / "sixteen_bit.png", optimize=True)
    exif = Image.Exif()
    exif[ORIENTATION] = TURN_CLOCKWISE
    picture.transpose(Image.Transpose.ROTATE_90).save(
        TARGET / "turned_by_exif.jpg", quality=85, exif=exif
    )
    picture.convert("L").save(TARGET / "grey.webp", quality=80)
    picture.convert("L").save(TARGET / "grey.tiff", compression="tiff_lzw")


if __name__ == "__main__":
    main()
