"""Colours: read by everybody, on paper too."""

from itertools import pairwise

import pytest

from maps import palette

# Viénot, Brettel, Mollon (1999): what remains of red, green, blue (linear) for protanopes and deuteranopes.
BLIND = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def seen(colour, matrix):
    linear = [((int(colour[i : i + 2], 16) / 255 + 0.055) / 1.055) ** 2.4 for i in (1, 3, 5)]
    return [sum(weight * channel for weight, channel in zip(row, linear, strict=True)) for row in matrix]


def test_the_ramp_darkens_step_by_step():
    lights = [palette.luminance(colour) for colour in palette.RAMP]
    assert lights == sorted(lights, reverse=True)
    assert min(palette.contrast(one, other) for one, other in pairwise(palette.RAMP)) > 1.15


@pytest.mark.parametrize("kind", BLIND)
def test_neighbouring_classes_and_types_differ_for_colour_blind_readers(kind):
    for colours in (palette.RAMP, tuple(palette.CATEGORIES.values()), palette.EVENTS, palette.HEAT):
        for one, other in pairwise(colours):
            assert sum(abs(a - b) for a, b in zip(seen(one, BLIND[kind]), seen(other, BLIND[kind]), strict=True)) > 0.1


def test_states_of_events_differ_in_grey_from_those_beside_them():
    assert min(palette.contrast(one, other) for one, other in pairwise(palette.EVENTS)) > 1.5


@pytest.mark.parametrize("ground", ["#ffffff", "#fbfbf9", palette.SEA])
def test_text_and_accent_are_legible(ground):
    assert palette.contrast(palette.INK, ground) > 7
    assert palette.contrast("#56646d", ground) >= 4.5
    assert palette.contrast(palette.ACCENT, "#ffffff") >= 4.5


@pytest.mark.parametrize("colour", [*palette.RAMP, *palette.CATEGORIES.values(), palette.ZERO, palette.FADED])
def test_names_are_legible_on_every_fill_in_ink_or_in_white(colour):
    assert max(palette.contrast(colour, palette.INK), palette.contrast(colour, "#ffffff")) >= 4.5


@pytest.mark.parametrize("classes", range(palette.MOST + 1))
def test_fewer_classes_spread_over_the_ramp(classes):
    chosen = palette.ramp(classes)
    assert len(chosen) == classes == len(set(chosen))
    assert set(chosen) <= set(palette.RAMP)


def test_unknown_categories_have_colours_of_their_own():
    colours = palette.categories(["urban", "harbour", "airport"])
    assert len(set(colours.values())) == 3
