"""Codes sealed and found: equal ones alike, none of them readable, moved or reversed without the keys."""

import hashlib
import pickle
from itertools import pairwise

import pytest

from gridgeo.codes.model import Kind
from gridgeo.errors import Conflict, InvalidCode
from gridgeo.linkage.vault import Vault
from tests.linkage import making

PERSON = making.person_code(1)


@pytest.fixture
def vault():
    return Vault(b"i" * 32, b"a" * 32, {1: b"s" * 32, 2: b"t" * 32}, 2, [2, 3, 4])


def sealed(vault, kind, *codes):
    tokens = vault.tokens(kind, codes)
    return list(zip([kind] * len(codes), tokens, [vault.seal_key_id] * len(codes), vault.seal_many(Kind(kind), tokens, codes), strict=True))


def test_a_code_has_one_token_however_it_is_written(vault):
    assert (
        vault.token("person", "110105491231002")
        == vault.token("person", "11010519491231002X")
        == vault.token("person", " 11010519491231002x")
    )
    assert vault.token("phone", "13800138000") == vault.token("phone", "+86 138-0013-8000")
    assert len(vault.token("person", PERSON)) == 16


def test_tokens_of_many_are_those_of_each(vault):
    codes = [making.person_code(number) for number in range(50)]
    assert vault.tokens("person", [*codes, "wrong"]) == [*(vault.token("person", code) for code in codes), None]


def test_the_same_text_of_another_kind_has_another_token(vault):
    assert vault.token("event", "11010519491231002X") != vault.token("person", "11010519491231002X")


def test_a_token_is_nothing_anybody_can_make_without_the_key(vault):
    other = Vault(b"j" * 32, b"a" * 32, {1: b"s" * 32}, 1, [1])
    plain = {hashlib.sha256(text.encode()).digest()[:16] for text in (PERSON, f"person{PERSON}", f"person\0{PERSON}")}
    assert vault.token("person", PERSON) not in plain | {other.token("person", PERSON)}


def test_what_is_sealed_is_opened_again_and_never_sealed_twice_alike(vault):
    codes = [making.person_code(number) for number in range(20)]
    rows = sealed(vault, "person", *codes)
    assert vault.open_many(rows) == codes
    again = sealed(vault, "person", *codes)
    assert all(one[3] != two[3] for one, two in zip(rows, again, strict=True))
    assert all(one[3][:12] != two[3][:12] for one, two in pairwise(rows)), "a nonce came twice"
    assert not any(code.encode() in row[3] for code, row in zip(codes, rows, strict=True))


def test_what_an_older_key_sealed_can_still_be_opened(vault):
    older = Vault(b"i" * 32, b"a" * 32, {1: b"s" * 32}, 1, [1])
    assert vault.open_many(sealed(older, "person", PERSON)) == [PERSON]


@pytest.mark.parametrize("change", ["swapped", "of another kind", "cut", "turned", "unknown key", "empty"])
def test_a_sealed_code_opens_in_its_own_row_alone(vault, change):
    """Whoever may write to the table cannot put one person's code under another's token."""
    one, two = sealed(vault, "person", PERSON, making.person_code(2))
    kind, token, key_id, code = one
    broken = {
        "swapped": (kind, token, key_id, two[3]),
        "of another kind": ("event", token, key_id, code),
        "cut": (kind, token, key_id, code[:-1]),
        "turned": (kind, token, key_id, code[:20] + bytes([code[20] ^ 1]) + code[21:]),
        "unknown key": (kind, token, 9, code),
        "empty": (kind, token, key_id, b""),
    }[change]
    with pytest.raises(Conflict, match="cannot be opened"):
        vault.open_many([broken])


def test_a_faulty_code_has_no_token_and_is_not_repeated(vault):
    with pytest.raises(InvalidCode) as refused:
        vault.token("person", PERSON[:-1] + "?")
    assert PERSON[3:14] not in str(refused.value)


def test_a_vault_shows_nothing_and_goes_to_other_processes(vault):
    assert "iiii" not in repr(vault) and "ssss" not in repr(vault)
    assert pickle.loads(pickle.dumps(vault)).token("person", PERSON) == vault.token("person", PERSON)
