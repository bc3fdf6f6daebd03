"""Reads vector tiles (MVT 2.1) in as few lines as will do, so that tests see what a client sees."""

from __future__ import annotations

import struct
from typing import Any


def layers(body: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the features of each layer: id, properties, kind (1 point, 2 line, 3 area) and parts as lists of (x, y)."""
    return dict(_layer(value) for number, value in _fields(body) if number == 3)


def _layer(body: bytes) -> tuple[str, list[dict[str, Any]]]:
    name, keys, values, features = "", [], [], []
    for number, value in _fields(body):
        if number == 1:
            name = value.decode()
        elif number == 2:
            features.append(value)
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
    return name, [_feature(feature, keys, values) for feature in features]


def _feature(body: bytes, keys: list[str], values: list[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": None, "properties": {}, "kind": 0, "parts": []}
    for number, value in _fields(body):
        if number == 1:
            told["id"] = value
        elif number == 2:
            tags = _packed(value)
            told["properties"] = {keys[key]: values[of] for key, of in zip(tags[::2], tags[1::2], strict=True)}
        elif number == 3:
            told["kind"] = value
        elif number == 4:
            told["parts"] = _parts(_packed(value))
    return told


def _parts(commands: list[int]) -> list[list[tuple[int, int]]]:
    parts: list[list[tuple[int, int]]] = []
    x = y = at = 0
    while at < len(commands):
        what, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if what == 7:
            parts[-1].append(parts[-1][0])
            continue
        for _ in range(count):
            x, y = x + _signed(commands[at]), y + _signed(commands[at + 1])
            at += 2
            if what == 1:
                parts.append([])
            parts[-1].append((x, y))
    return parts


def _value(body: bytes) -> Any:
    number, value = next(iter(_fields(body)))
    if number == 1:
        return value.decode()
    return {2: lambda: struct.unpack("<f", value)[0], 3: lambda: struct.unpack("<d", value)[0], 6: lambda: _signed(value)}.get(
        number, lambda: bool(value) if number == 7 else value
    )()


def _fields(body: bytes):
    at = 0
    while at < len(body):
        key, at = _varint(body, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(body, at)
        else:
            size, at = _varint(body, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = body[at : at + size], at + size
        yield key >> 3, value


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _packed(body: bytes) -> list[int]:
    found, at = [], 0
    while at < len(body):
        value, at = _varint(body, at)
        found.append(value)
    return found


def _signed(value: int) -> int:
    return value >> 1 ^ -(value & 1)
