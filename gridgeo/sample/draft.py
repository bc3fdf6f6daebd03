"""A noisy address in the making: its parts, what of them leads to the house, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .addresses import block_name
from .town import Meant, Town


@dataclass
class Draft:
    """A string in the making: what is written of each part, what of it leads to the house, and how it is put together."""

    row: int
    kind: str
    address: dict[str, str]
    meant: Meant
    words: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    before: str = ""
    after: str = ""
    dashed: bool = False
    late: list[tuple[str, Callable[[str], str]]] = field(default_factory=list)

    def write(self, part: str, text: str | None, meant: set[str] | None = None) -> None:
        """Write a part otherwise, or not at all; what is `meant` by it, None: it says nothing of the house."""
        self.address[part] = text or ""
        if meant is None:
            self.meant.pop(part, None)
        else:
            self.meant[part] = meant

    def text(self) -> str:
        """Return the string; of the changes of the whole, those that changed anything are counted."""
        divisions = "".join(self.address[part] for part in ("province", "city", "district", "street", "community"))
        text = self.before + divisions + self._place() + self._door() + self.after
        for kind, change in self.late:
            before, text = text, change(text)
            self.kinds += [kind] if text != before else []
        return text

    def _place(self) -> str:
        plate = self.address["plate"] + ("号" if self.address["plate"] else "")
        road, compound = self.address["road"] + plate, self.address["compound"]
        return compound + road if self.kind == "village" else road + compound

    def _door(self) -> str:
        block, unit, room = (self.address[part] for part in ("block", "unit", "room"))
        if self.dashed:
            return "-".join(part for part in (block, unit, room) if part)
        parts = [self._named(block), unit + (self.words.get("unit", "单元") if unit else "")]
        floor = self.address["floor"] + self.words.get("floor", "楼") if self.address["floor"] else ""
        return "".join(parts) + floor + room + (self.words.get("room", "") if room else "")

    def _named(self, block: str) -> str:
        word = self.words.get("block")
        named = block_name(block)
        return f"{block}{word}" if word and named[-1:] in ("栋", "座") else self.words.get("named", named) if block else ""


def drafted(town: Town, row: int, rng) -> Draft:
    """Return the address of a house in full, without any noise; some write the word for a room, some do not."""
    house = town.houses.iloc[row]
    parts = ("province", "city", "district", "street", "community", "road", "plate", "compound", "block", "unit", "floor", "room")
    address = {part: house[part] if isinstance(house[part], str) else "" for part in parts}
    meant = {part: {address[part]} for part in parts[3:] if address[part]}
    if address["room"]:
        meant.pop("floor", None)
        address["floor"] = ""
    draft = Draft(row, house["kind"], address, meant)
    draft.words["room"] = "" if rng.random() < 0.5 or "-" in address["room"] else "室"
    return draft
