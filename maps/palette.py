"""The colours of the map: one accent, one ramp that survives colour blindness and printing, quiet everything else.

The ramp's lightness falls in even steps, so that it is read in grey as well; the categories differ in lightness, too.
"""

from __future__ import annotations

ACCENT = "#c2401c"

RAMP = ("#ede6c6", "#c5dcbf", "#82bdb0", "#4da0ae", "#1c5271")

#: Grid types in the colours of the map; a scheme's own types follow in the order of SPARE.
CATEGORIES = {"urban": "#a9c8dd", "enterprise": "#dcae57", "village": "#a48bbc"}
SPARE = ("#7fae8c", "#c98a86", "#5d7f99", "#b7b08a", "#8f6f5a")

#: Events in time, due soon, overdue, over: told apart by colour-blind readers and in grey; each has a shape of its own besides.
EVENTS = ("#2b7bba", "#f2a93b", "#a11a33", "#8f9ca3")

#: Hot spots: surely, likely, only the grid itself, not significant.
HEAT = ("#8f2a1c", "#d9794a", "#f0cd97", "#eceae4")

MOST = len(RAMP)

ZERO = "#dfdcd6"
NO_DATA = "#ffffff"
HATCH = "#b9c0c4"
FADED = "#f3f2ee"

SEA = "#e3ebef"
INK = "#1f2b33"


def ramp(classes: int) -> list[str]:
    """Return that many colours, light to dark, spread over the whole ramp."""
    if classes <= 1:
        return [RAMP[2]] * classes
    return [RAMP[round(i * (len(RAMP) - 1) / (classes - 1))] for i in range(classes)]


def categories(keys: list[str]) -> dict[str, str]:
    """Return a colour for each category."""
    spare = iter(SPARE * (1 + len(keys) // len(SPARE)))
    return {key: CATEGORIES.get(key) or next(spare) for key in keys}


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 black to 1 white. Source: WCAG 2.2, relative luminance."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
