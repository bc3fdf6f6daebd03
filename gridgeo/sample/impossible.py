"""Codes of persons, companies, telephones and cases that cannot be, by the million: sound in form, never issued to anyone.

Region 449999 was never a division. 179 is no segment of mobile numbers, 9 begins no subscriber's number in Shenzhen,
142 is not in use for machines. No number stands twice: numbers walk through their space by a step that shares no
factor with it.
"""

from __future__ import annotations

from math import gcd

import numpy as np

from ..codes import credit
from .columns import byte_matrix, digits

REGION = "449999"
DEPARTMENTS = ("G4499990", "G4499991", "G4499992")

_BORN = (np.datetime64("1938-01-01"), np.datetime64("2021-12-31"))
_PERSON_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_PERSON_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_ALPHABET = np.frombuffer(credit.ALPHABET.encode(), np.uint8)
_CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION_CHECKS = np.frombuffer(b"0X987654321", np.uint8)


def scattered(count: int, space: int, seed: int) -> np.ndarray:
    """Return `count` different numbers below `space`, in no order anyone sees."""
    step = int(space * 0.6180339887) | 1
    while gcd(step, space) != 1:
        step += 2
    return (np.arange(count, dtype=np.int64) * step + seed * 7919) % space


def persons(count: int, seed: int) -> np.ndarray:
    """Return ID numbers (n, 18), bytes. Source of the check: ISO 7064 MOD 11-2."""
    born = np.arange(*_BORN)
    number = scattered(count, len(born) * 999, seed)
    out = np.empty((count, 18), np.uint8)
    out[:, :6] = np.frombuffer(REGION.encode(), np.uint8)
    out[:, 6:14] = byte_matrix([str(day).replace("-", "") for day in born])[number // 999]
    out[:, 14:17] = digits(number % 999 + 1, 3)
    out[:, 17] = _PERSON_CHECKS[_weighted(out[:, :17] - 48, _PERSON_WEIGHTS) % 11]
    return out


def companies(count: int, seed: int) -> np.ndarray:
    """Return credit codes (n, 18), bytes: registered by 9, of kind 1. Source of the checks: GB 32100-2015, GB 11714-1997."""
    number = scattered(count, 31**5, seed)
    value = np.empty((count, 18), np.int64)
    value[:, :11] = [credit.ALPHABET.index(sign) for sign in f"91{REGION}MA5"]
    for place in range(5):
        value[:, 11 + place] = number // 31**place % 31
    signs = _ALPHABET[value[:, 8:16]]
    base_36 = np.where(signs < 65, signs - 48, signs - 55)
    inner = _ORGANISATION_CHECKS[_weighted(base_36, _ORGANISATION_WEIGHTS) % 11]
    value[:, 16] = np.searchsorted(_ALPHABET, inner)
    value[:, 17] = -_weighted(value[:, :17], _CREDIT_WEIGHTS) % 31
    return _ALPHABET[value]


def mobiles(count: int, seed: int) -> np.ndarray:
    """Return mobile numbers (n, 12), bytes, a zero at the end."""
    return _numbers("179", scattered(count, 10**8, seed), 8, 12)


def landlines(count: int, seed: int) -> np.ndarray:
    """Return landline numbers (n, 12), bytes: 0755-9xxxxxxx without the hyphen."""
    return _numbers("07559", scattered(count, 10**7, seed), 7, 12)


def devices(count: int, seed: int) -> np.ndarray:
    """Return numbers of machines (n, 13), bytes."""
    return _numbers("142", scattered(count, 10**10, seed), 10, 13)


def events(count: int, first: str, last: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return codes of cases (n, 23), bytes, in our own pattern, and the day of each, days since 1970."""
    days = np.arange(np.datetime64(first), np.datetime64(last))
    number = scattered(count, len(days) * 999_999, seed)
    department = byte_matrix([body + credit.organisation_check(body) for body in DEPARTMENTS])
    day = number % len(days)
    written = byte_matrix([str(one).replace("-", "") for one in days])[day]
    return np.concatenate([department[number % 3], written, digits(number // len(days) + 1, 6)], axis=1), days[day].astype(np.int64)


def _numbers(head: str, number: np.ndarray, width: int, room: int) -> np.ndarray:
    out = np.zeros((len(number), room), np.uint8)
    out[:, : len(head)] = np.frombuffer(head.encode(), np.uint8)
    out[:, len(head) : len(head) + width] = digits(number, width)
    return out


def _weighted(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    total = np.zeros(len(values), np.int32)
    for column, weight in zip(values.T, weights.tolist(), strict=True):
        total += column.astype(np.int32) * weight
    return total
