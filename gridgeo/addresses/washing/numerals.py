"""Numbers written with Chinese characters."""

from __future__ import annotations

#: every character a number is written with; the formal ones of contracts among them
DIGITS = {sign: number for row in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for number, sign in enumerate(row)}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SHORT = {"廿": 20, "卅": 30}
SIGNS = "".join([*DIGITS, *UNITS, *SHORT])


def value(written: str) -> int | None:
    """Return the number a text of `SIGNS` stands for; None when it is none.

    Both ways of writing are read: by place (二十三, 一百零七) and digit by digit (一〇七, 一零七).
    """
    if all(sign in DIGITS for sign in written):
        return int("".join(str(DIGITS[sign]) for sign in written)) if written else None
    total = pending = 0
    least = 10_000
    for sign in written:
        if sign in DIGITS:
            if pending:
                return None
            pending = DIGITS[sign]
        else:
            unit = UNITS.get(sign) or 10
            if unit >= least:
                return None
            total += SHORT.get(sign) or (pending or 1) * unit
            pending, least = 0, unit
    return total + pending


def written(number: int) -> str:
    """Return a number below 100 as it is written with Chinese characters; others digit by digit."""
    if number >= 100:
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else "一二三四五六七八九"[tens - 1]) + "十" if tens else ""
    return head + ("一二三四五六七八九"[ones - 1] if ones else "") or "〇"
