"""What lies around a label: the sheet it is on and the desk under that sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from . import fonts
from .canvas import Sheet

A4 = (210.0, 297.0)

QUESTIONS = (
    "新型コロナワクチンの接種を受けたことがありますか。", "現時点で住民票のある市町村と、接種券に記載されている市町村は同じですか。",
    "「新型コロナワクチンの説明書」を読んで、効果や副反応などについて理解しましたか。",
    "接種順位の上位となる対象グループに該当しますか。", "現在、何らかの病気にかかって、治療（投薬など）を受けていますか。",
    "その病気を診てもらっている医師に今日の予防接種を受けてよいと言われましたか。",
    "最近1ヶ月以内に熱が出たり、病気にかかったりしましたか。", "今日、体に具合が悪いところがありますか。",
    "けいれん（ひきつけ）を起こしたことがありますか。", "薬や食品などで、重いアレルギー症状を起こしたことがありますか。",
    "これまでに予防接種を受けて具合が悪くなったことはありますか。", "現在妊娠している可能性はありますか。または、授乳中ですか。",
)  # fmt: skip
LABELS = ("住所", "氏名", "フリガナ", "生年月日", "電話番号", "性別　□男　□女", "診察前の体温　　度　　分", "医師記入欄", "体温",
          "接種年月日", "メーカー／Lot", "医師署名又は記名押印", "被接種者自署", "実施場所", "（クーポン貼付）", "接種量　　ml",
          "（令和　年　月　日）", "予防接種済証（臨時）", "シール貼付位置", "回答欄", "□はい　□いいえ")  # fmt: skip
NOTES = ("はがさないで", "ください", "接種券は切り離さずに会場へお持ちください", "本券は再発行できません。転出の際は返却してください。",
         "お問い合わせ　ワクチン接種コールセンター", "新型コロナウイルスワクチン在中", "親展", "料金後納郵便", "重要書類", "市役所　健康増進課",
         "点線に沿って切り取ってください", "太枠の中をボールペンで記入してください", "裏面の注意事項をお読みください")  # fmt: skip
FORM_TITLES = ("新型コロナワクチン接種の予診票", "予防接種予診票", "新型コロナウイルス感染症予防接種予診票")


@dataclass(frozen=True)
class Page:
    """A sheet of paper under or around the label: its outline in paper mm and its colour (BGR)."""

    outline: np.ndarray
    colour: tuple[int, int, int]


Painter = Callable[[Sheet, fonts.Face, fonts.Face, np.random.Generator, float], None]


def rectangle(x: float, y: float, width: float, height: float) -> np.ndarray:
    """Corners of an upright rectangle."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], float)


def white(rng: np.random.Generator) -> tuple[int, int, int]:
    """White paper: recycled greys, warm and cool whites."""
    level = rng.uniform(222, 250)
    warm = rng.normal(0, 2.5)
    return (int(np.clip(level - warm * 1.4, 0, 255)), int(level), int(np.clip(level + warm, 0, 255)))


def _muted(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """A colour of a desk top: mostly grey, seldom strong."""
    grey, strength = rng.uniform(low, high), rng.uniform(0, 0.6) ** 1.5
    return grey * (1 - strength) + rng.uniform(low, high, 3) * strength


def desk(sheet: Sheet, rng: np.random.Generator) -> None:
    """Covers the base with wood, cloth, plastic or a dark top."""
    height, width = sheet.ink.shape
    kind = rng.choice(["wood", "cloth", "plain", "dark", "marble"])
    if kind == "plain":
        sheet.base[:] = _muted(rng, 60, 235)
        return
    h, w = max(8, height // 2), max(8, width // 2)
    if kind == "wood":
        colour = np.array([rng.uniform(50, 130), rng.uniform(90, 170), rng.uniform(130, 210)])
        grain = rng.standard_normal((h, 5)).astype(np.float32)
        grain = cv2.resize(cv2.GaussianBlur(grain, (1, 9), 0, None, 1.6), (w, h), interpolation=cv2.INTER_CUBIC)
        texture = 1 + 0.09 * np.sin(grain * 4) + 0.03 * grain
        if rng.random() < 0.5:
            texture = cv2.resize(np.ascontiguousarray(texture.T), (w, h))
    elif kind == "cloth":
        colour = _muted(rng, 40, 220)
        y, x = np.mgrid[0:h, 0:w]
        thread = sheet.px_per_mm * rng.uniform(0.15, 0.45)
        texture = 1 + 0.07 * np.sin(x * 2 * np.pi / thread) * np.sin(y * 2 * np.pi / thread)
    else:
        colour = _muted(rng, 15, 75) if kind == "dark" else _muted(rng, 150, 230)
        small = rng.standard_normal((max(2, h // 12), max(2, w // 12))).astype(np.float32)
        texture = 1 + 0.08 * cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)
    field = cv2.resize(np.clip(texture, 0.3, 1.6).astype(np.float32), (width, height))
    sheet.base = cv2.merge([cv2.convertScaleAbs(field, alpha=float(c)) for c in colour])


# -- pages; each draws around a label whose top-left corner is at (0, 0) ------------------------------
def form(sheet: Sheet, face: fonts.Face, strong: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """An A4 pre-screening form: title, ruled table, questions with boxes."""
    left, right = -rng.uniform(10, 130), 63 + rng.uniform(10, 80)
    if rng.random() < 0.7:
        pad = rng.uniform(0.8, 4)
        sheet.box(-pad, -pad, 63 + 2 * pad, height + 2 * pad, rng.uniform(0.15, 0.5))
    sheet.text("other_text", strong, str(rng.choice(FORM_TITLES)), left + rng.uniform(0, 60), -rng.uniform(12, 22), rng.uniform(4, 6.5))
    sheet.text("other_text", face, "（クーポン貼付）", rng.uniform(0, 50), -rng.uniform(5.5, 9), rng.uniform(2.4, 3.4))
    step = rng.uniform(6.5, 10)
    for i in range(-2, 9):
        y = i * step + rng.uniform(-0.4, 0.4)
        em = rng.uniform(2.2, 3.0)
        inner, outer = -rng.uniform(5, 9), 63 + rng.uniform(5, 9)
        if rng.random() < 0.75:
            sheet.rule(left, y, inner, y, rng.uniform(0.1, 0.3))
        if rng.random() < 0.75:
            sheet.rule(outer, y, right + 60, y, rng.uniform(0.1, 0.3))
        sheet.text("other_text", face, str(rng.choice(LABELS)), inner - 1, y + step * 0.25, em, anchor=1)
        sheet.text("other_text", face, str(rng.choice(LABELS)), outer + 1, y + step * 0.25, em)
    if rng.random() < 0.7:
        x = -rng.uniform(14, 28)
        sheet.rule(x, -step, x, 8 * step, 0.15)
    _questions(sheet, face, rng, left, right, height + rng.uniform(5, 9))
    _digit_note(sheet, face, rng, height)


def _questions(sheet: Sheet, face: fonts.Face, rng: np.random.Generator, left: float, right: float, y: float) -> None:
    em = rng.uniform(2.3, 3.1)
    step = em * rng.uniform(1.8, 2.6)
    for i in range(8):
        row = y + i * step
        sheet.text("other_text", face, str(rng.choice(QUESTIONS)), left + 2, row, em)
        sheet.text("other_text", face, "□はい　□いいえ", right - 28, row, em)
        sheet.rule(left, row - (step - em) / 2, right + 10, row - (step - em) / 2, 0.12)


def _digit_note(sheet: Sheet, face: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """Other digits near the label: dates, form numbers, telephone numbers."""
    roll = rng.random()
    x, em = rng.uniform(-20, 60), rng.uniform(2.2, 3.0)
    if roll < 0.25:
        sheet.text("other_text", face, f"令和{rng.integers(3, 6)}年{rng.integers(1, 13)}月{rng.integers(1, 29)}日", x, -rng.uniform(16, 26), em)
    elif roll < 0.45:
        sheet.text("digits", face, f"{rng.integers(0, 10**6):06d}", x, -rng.uniform(14, 24), em)
    elif roll < 0.65:
        sheet.text("other_text", face, f"TEL 0120-000-{rng.integers(100, 1000)}（9時〜17時）", x, height + rng.uniform(8, 16), em)


def plain(sheet: Sheet, face: fonts.Face, strong: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """A sheet with a few lines of text, or with nothing."""
    for i in range(int(rng.integers(0, 4))):
        above = rng.random() < 0.5
        y = -rng.uniform(5, 8) - 6 * i if above else height + rng.uniform(4, 7) + 6 * i
        sheet.text("other_text", strong if i == 0 else face, str(rng.choice(NOTES)), rng.uniform(-25, 30), y, rng.uniform(2.4, 4.2))
    _digit_note(sheet, face, rng, height)


def side_notes(sheet: Sheet, face: fonts.Face, strong: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """A cut-out sheet: notes at all sides, a certificate column to the left, dashed cut lines."""
    plain(sheet, face, strong, rng, height)
    for text, x in zip(("予防接種済証", "メーカー／Lot", "接種年月日"), -rng.uniform(24, 34, 3), strict=True):
        sheet.text("other_text", face, text, x, rng.uniform(0, height), rng.uniform(2.0, 2.8))
    sheet.text("other_text", face, "はがさないで", 63 + rng.uniform(5, 9), rng.uniform(4, 20), rng.uniform(2.2, 3))
    for x in (-rng.uniform(3, 8), 63 + rng.uniform(2, 5)):
        if rng.random() < 0.6:
            sheet.rule(x, -40, x, height + 40, 0.15, dash=(1.5, 1.5))
    for y in (-rng.uniform(2.5, 5), height + rng.uniform(2, 5)):
        if rng.random() < 0.6:
            sheet.rule(-60, y, 130, y, 0.15, dash=(1.5, 1.5))


def envelope(sheet: Sheet, face: fonts.Face, strong: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """An envelope: postcode boxes, large words, the sender's address."""
    sheet.text("other_text", strong, str(rng.choice(["新型コロナウイルスワクチン接種券在中", "接種券在中", "重要・親展"])), rng.uniform(-10, 10),
               -rng.uniform(9, 14), rng.uniform(3.5, 6))  # fmt: skip
    for i in range(7):
        sheet.box(70 + i * 6, -rng.uniform(18, 18.2), 5, 7, 0.25)
    sheet.text("other_text", face, "〒000-0000　見本県例示市架空町一丁目", rng.uniform(-15, 20), height + rng.uniform(5, 9), rng.uniform(2.3, 3.2))
    sheet.text("other_text", face, "例示市役所　健康推進課", rng.uniform(-15, 20), height + rng.uniform(11, 15), rng.uniform(2.3, 3.5))


def bare(sheet: Sheet, face: fonts.Face, strong: fonts.Face, rng: np.random.Generator, height: float) -> None:
    """Nothing: a label cut out of its sheet."""


PAGES: dict[str, Painter] = {"form": form, "plain": plain, "notes": side_notes, "envelope": envelope, "bare": bare, "labels": bare}


def card(width: float, height: float, rng: np.random.Generator, least: float = 0.5, most: float = 5.0) -> Page:
    """A piece of paper a little larger than what is printed on it from (0, 0) on."""
    pads = rng.uniform(least, most, 4)
    return Page(rectangle(-pads[0], -pads[1], width + pads[0] + pads[2], height + pads[1] + pads[3]), white(rng))


def page(kind: str, height: float, rng: np.random.Generator) -> Page:
    """Outline and colour of a page on which the label's top-left corner is at (0, 0)."""
    if kind == "bare":
        return card(63, height, rng)
    if kind == "envelope":
        colour = ((120, 165, 190), (200, 215, 225), (225, 235, 235), (190, 220, 205), (215, 205, 235))[int(rng.integers(5))]
        return Page(rectangle(-rng.uniform(8, 80), -rng.uniform(15, 60), 235, 120), colour)
    left = rng.uniform(5, A4[0] - 63 - 5)
    top = rng.uniform(5, 60) if rng.random() < 0.7 else rng.uniform(5, A4[1] - 40)
    return Page(rectangle(-left, -top, *A4), white(rng))
