"""Greedy CTC decoding with a peak for every glyph, as the reader does it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLANK, OTHER = 0, 11
_CHARS = " 0123456789?"


@dataclass(frozen=True)
class Reading:
    """What a recogniser says of one strip."""

    text: str                    # digits and '?'
    peaks: tuple[float, ...]     # per glyph: greatest softmax over the frames of its run

    @property
    def confidence(self) -> float:
        """The smallest peak of the line; 0 for an empty line."""
        return min(self.peaks, default=0.0)


def greedy(log_softmax: np.ndarray) -> list[Reading]:
    """Decodes ``T×N×12`` log-softmax."""
    best = log_softmax.argmax(axis=2)
    peak = np.exp(log_softmax.max(axis=2))
    readings = []
    for classes, values in zip(best.T, peak.T):
        text, peaks, previous = [], [], BLANK
        for cls, value in zip(classes, values):
            if cls != BLANK and cls != previous:
                text.append(_CHARS[cls])
                peaks.append(float(value))
            elif cls != BLANK:
                peaks[-1] = max(peaks[-1], float(value))
            previous = cls
        readings.append(Reading("".join(text), tuple(peaks)))
    return readings


def spell(labels: np.ndarray) -> str:
    """Labels (0-padded) as text."""
    return "".join(_CHARS[label] for label in labels if label != BLANK)
