"""Strips with a label's printed headings, for the heading reader.

Same canvas, faults and rectifier as `lines`; the line is a heading (接種券, 予診のみ,
3回目), a field (券番号, 請求先) or any other text.  Labels are places in `ALPHABET`
counted from 1; the last place, '?', stands for every glyph that is not in it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import lines
from .fonts import Face
from .lines import DIGIT, Glyph, Mix, Strip

ALPHABET = "0123456789接種券予診のみ回目請求先番号?"
OTHER = len(ALPHABET)

MIX = Mix(kinds={"heading": 0.42, "dose": 0.16, "field": 0.24, "text": 0.18}, covered=0.0, inverted=0.0,
          digit_rows=(10.0, 50.0), rows=(18.5, 13.0, 24.0), other=OTHER)
"""Kanji are a third taller than the digits beside them: 17–31 of 32 rows."""

EASY = replace(MIX, easy=1.0)
HARD = replace(MIX, easy=0.0)

_KINDS = ("接種券", "予診のみ")
_BEFORE = ("", "", "", "", "新型コロナウイルスワクチン ", "新型コロナウイルスワクチン接種 ", "券種 ", "新型コロナワクチン ", "COVID-19 ", "種類 ")
_CITIES = ("大阪府大阪市", "東京都中央区", "北海道札幌市", "神奈川県横浜市", "茨城県水戸市", "京都府京都市", "青森県五所川原市",
           "三重県四日市市", "沖縄県那覇市", "鹿児島県南種子町", "千葉県八千代市", "長野県千曲市")
_TEXTS = ("氏 名 仮名 陽子 様", "氏名 空野 星子", "ここに貼ってください", "医師記入欄", "体温 度 分", "令和 4年 3月 10日",
          "接種を受けたことがありますか", "予防接種の予診票", "新型コロナウイルスワクチン接種の予診票", "本人確認書類", "電話番号",
          "市町村コード", "ロット番号", "接種年月日", "使用期限", "問合せ先", "クーポン貼付", "口目日田曰回四", "請願 諸求 光先元",
          "卷 拳 番地 号車", "種類 積種", "ののあみめぬお", "はい いいえ", "住民票に記載されている住所", "接種証明 予約番号 受付",
          "診察 診療 予定", "券面 金券 旅券", "回復 目的 項目 回答", "Vaccination Coupon")


def _heading(rng: np.random.Generator) -> str:
    kind = str(rng.choice(_KINDS)) + (str(rng.choice(["", "", "(再)", "用"])) if rng.random() < 0.2 else "")
    gap = " " * int(rng.integers(0, 4))
    dose = f"{rng.integers(1, 10)}回目"
    draw = rng.random()
    if draw < 0.25:
        return f"{kind}{gap}{dose}"
    if draw < 0.35:
        return f"{dose}{gap}{kind}"
    return str(rng.choice(_BEFORE)) + kind


def _field(rng: np.random.Generator) -> str:
    gap = " " * int(rng.integers(0, 4))
    if rng.random() < 0.5:
        label = "券番号" if rng.random() < 0.8 else "券 番 号"
        return label + gap + (lines.digits(rng, 10) if rng.random() < 0.7 else "")
    name = str(rng.choice(_CITIES)) if rng.random() < 0.7 else ""
    return "請求先" + gap + name + gap + (lines.digits(rng, 6) if rng.random() < 0.6 else "")


def _text(rng: np.random.Generator) -> str:
    draw = rng.random()
    if draw < 0.2:
        return lines.digits(rng, int(rng.integers(1, 19)))
    if draw < 0.4:  # the alphabet's own characters in any order, so that none is read from its neighbours
        return "".join(rng.choice(list(ALPHABET[10:-1]), int(rng.integers(1, 8))))
    text = str(rng.choice(_TEXTS))
    start = int(rng.integers(0, max(1, len(text) - 2)))
    return text[start:start + int(rng.integers(2, 18))]


_CONTENT = {"heading": _heading, "dose": lambda rng: f"{rng.integers(1, 10)}回目" + ("用" if rng.random() < 0.1 else ""),
            "field": _field, "text": _text}


def compose(ink: np.ndarray, kind: str, face: Face, other: Face, x: float, baseline: int,
            rng: np.random.Generator) -> tuple[list[Glyph], str]:
    """Writes one heading line; digits are set in the same face or, now and then, spread apart."""
    text = _CONTENT[kind](rng)
    glyphs: list[Glyph] = []
    spread = rng.uniform(0, 0.25) * DIGIT if rng.random() < 0.25 else 0.0
    for char in text:
        written = lines.write(ink, char, other, x, baseline, 1.0)
        glyphs += written
        x = lines.advance(other, char) + x + spread
    for glyph in glyphs:
        glyph.label = ALPHABET.find(glyph.char) + 1 or OTHER
    return glyphs, ""


def render(rng: np.random.Generator, faces: tuple[Face, ...], mix: Mix = MIX) -> Strip:
    """Draws one heading strip in one of `faces`, all of which hold Japanese glyphs.

    The reader pads strips on the right with black to a common width; so does this.
    """
    strip = lines.render(rng, faces, mix, compose)
    pad = int(rng.integers(2, 50))
    margin = strip.image[:, :pad // 2]
    if rng.random() < 0.4 or margin.std() > 4:
        return strip
    width = strip.image.shape[1]
    return replace(strip, image=np.pad(strip.image, ((0, 0), (0, pad)))[:, pad // 2:pad // 2 + width])
