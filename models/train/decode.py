"""Greedy CTC decoding with a peak for every glyph, as the reader does it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLANK = 0
DIGITS = "0123456789?"
"""Alphabet of the digit recognisers: class k is its k-th character, counted from 1."""


@dataclass(frozen=True)
class Reading:
    """What a recogniser says of one strip."""

    text: str                    # characters of the alphabet
    peaks: tuple[float, ...]     # per glyph: greatest softmax over the frames of its run

    @property
    def confidence(self) -> float:
        """The smallest peak of the line; 0 for an empty line."""
        return min(self.peaks, default=0.0)


def greedy(log_softmax: np.ndarray, alphabet: str = DIGITS) -> list[Reading]:
    """Decodes ``T×N×C`` log-softmax, C = 1 + len(alphabet)."""
    best = log_softmax.argmax(axis=2)
    peak = np.exp(log_softmax.max(axis=2))
    readings = []
    for classes, values in zip(best.T, peak.T):
        text, peaks, previous = [], [], BLANK
        for cls, value in zip(classes, values):
            if cls != BLANK and cls != previous:
                text.append(alphabet[cls - 1])
                peaks.append(float(value))
            elif cls != BLANK:
                peaks[-1] = max(peaks[-1], float(value))
            previous = cls
        readings.append(Reading("".join(text), tuple(peaks)))
    return readings


def spell(labels: np.ndarray, alphabet: str = DIGITS) -> str:
    """Labels (0-padded) as text."""
    return "".join(alphabet[label - 1] for label in labels if label != BLANK)
