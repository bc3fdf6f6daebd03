"""Bearer tokens: whom they are believed from, and the ways in which they are not."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gridgeo.access import tokens
from gridgeo.access.tokens import Claims, Issuer
from gridgeo.errors import ConfigError, Unauthenticated
from gridgeo.settings import Settings
from tests.api import callers
from tests.api.callers import AUDIENCE, ISSUER, PRIVATE, STRANGER, hour, jwks, token, written


@pytest.fixture
def issuer(tmp_path):
    return Issuer(ISSUER, AUDIENCE, written(tmp_path))


def refused(issuer, given: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        issuer.read(given)
    assert len(given) < 20 or given not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kid", PRIVATE)
def test_a_token_says_name_scopes_and_area(issuer, kid):
    given = token(kid, sub="clerk", scope="openid read link READ profile", gridgeo_area=["440306", "440305001"])
    assert issuer.read(given) == Claims("clerk", frozenset({"read", "link"}), ("440306", "440305001"))
    assert issuer.read(token(kid)) == Claims("clerk", frozenset({"read"}), None)
    assert issuer.read(token(kid, gridgeo_area=[], without="scope")) == Claims("clerk", frozenset(), ())
    assert issuer.read(token(kid, aud=["other", AUDIENCE])).name == "clerk"


NOT_BELIEVED = {
    "expired": lambda: token(exp=hour(-1)),
    "not yet": lambda: token(nbf=hour(1)),
    "another audience": lambda: token(aud="another"),
    "another issuer": lambda: token(iss="https://evil.example"),
    **{f"without {claim}": lambda claim=claim: token(without=claim) for claim in ("exp", "nbf", "iss", "aud", "sub")},
    "alg none": callers.unsigned,
    "HS256 with the public key": callers.signed_with_the_public_key,
    "a stranger's key": lambda: token(key=STRANGER),
    "a stranger's key in its header": lambda: token(
        key=STRANGER, headers={"kid": "rsa", "jwk": jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)}
    ),
    "a stranger's address of keys": lambda: token(key=STRANGER, headers={"kid": "rsa", "jku": "https://evil.example/jwks.json"}),
    "unknown kid": lambda: token(headers={"kid": "other"}),
    "kid that is a path": lambda: token(headers={"kid": "../../../dev/null"}),
    "kid of another algorithm's key": lambda: token("ec", headers={"kid": "rsa"}),
    "algorithm not taken": lambda: token(algorithm="RS512"),
    "algorithm with padding of another kind": lambda: token(algorithm="PS256"),
    "critical extension": lambda: token(headers={"kid": "rsa", "crit": ["x"], "x": 1}),
    "exp that is a word": lambda: jwt.encode({"exp": "never"}, PRIVATE["rsa"][1], "RS256", {"kid": "rsa"}),
    "sub that is empty": lambda: token(sub=""),
    "sub of two lines": lambda: token(sub="a\nb"),
    "sub too long": lambda: token(sub="a" * 201),
    "scope that is a list": lambda: token(scope=["read"]),
    "area that is a text": lambda: token(gridgeo_area="440306"),
    "area of numbers": lambda: token(gridgeo_area=[440306]),
    "10,000 scopes": lambda: token(scope=" ".join(f"s{i}" for i in range(10_000))),
    "signature cut off": lambda: token().rpartition(".")[0] + ".",
    "altered": lambda: token()[:-2] + "AA",
    "empty": lambda: "",
    "no token": lambda: "abc",
    "dots": lambda: "..",
    "not base64": lambda: "!.!.!",
    "Chinese": lambda: "令牌.令牌.令牌",
    "nested deep": lambda: "W1tb" * 3000 + "..",
}


@pytest.mark.parametrize("made", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_what_is_not_believed(issuer, made):
    refused(issuer, made())


def test_a_claim_altered_under_its_signature_is_not_believed(issuer):
    head, _, mark = token().split(".")
    more = token(scope="read link unmask admin").split(".")[1]
    refused(issuer, f"{head}.{more}.{mark}")


def test_why_is_told_where_it_helps(issuer):
    assert refused(issuer, token(exp=hour(-1))) == "the token has expired"
    assert refused(issuer, token(nbf=hour(1))) == "the token is not valid yet"
    assert "expired" not in refused(issuer, token(exp=hour(-1), key=STRANGER))


def test_without_a_kid_the_only_key_of_the_algorithm_is_meant(tmp_path):
    given = token("ec", headers={})
    assert Issuer(ISSUER, AUDIENCE, written(tmp_path)).read(given).name == "clerk"
    two = jwks("ec")["keys"] + [{**jwks("ec")["keys"][0], "kid": "second"}]
    refused(Issuer(ISSUER, AUDIENCE, written(tmp_path, {"keys": two})), given)


def test_new_keys_are_taken_and_withdrawn_ones_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(tokens, "_LOOK_S", 0)
    issuer = Issuer(ISSUER, AUDIENCE, written(tmp_path, jwks("rsa")))
    refused(issuer, token("ed"))
    written(tmp_path, jwks("ed"))
    assert issuer.read(token("ed")).name == "clerk"
    refused(issuer, token("rsa"))


def test_while_the_file_is_broken_or_away_the_last_keys_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(tokens, "_LOOK_S", 0)
    file = written(tmp_path)
    issuer = Issuer(ISSUER, AUDIENCE, file)
    file.write_text("{half", encoding="utf-8")
    assert issuer.read(token()).name == "clerk"
    file.unlink()
    assert issuer.read(token()).name == "clerk"
    written(tmp_path, jwks("ec"))
    refused(issuer, token())


def _weak() -> dict:
    small = rsa.generate_private_key(65537, 1024).public_key()
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(small, as_dict=True), "kid": "rsa"}


def _other_curve() -> dict:
    return jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)


BROKEN = {
    "empty": "",
    "no JSON": "{",
    "a list": [],
    "no keys": {},
    "keys of nothing": {"keys": []},
    "keys for sealing only": {"keys": [{**jwks("rsa")["keys"][0], "use": "enc"}]},
    "a shared secret": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "rsa"}]},
    "an RSA key for HS256": {"keys": [{**jwks("rsa")["keys"][0], "alg": "HS256"}]},
    "a key of 1024 bits": {"keys": [_weak()]},
    "another curve": {"keys": [_other_curve()]},
    "half a key": {"keys": [{"kty": "RSA", "n": "AQAB"}]},
    "a text for a key": {"keys": ["rsa"]},
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_file_of_keys_is_looked_at_when_the_server_starts(tmp_path, content):
    file = tmp_path / "jwks.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigError, match="GRIDGEO_JWT_KEYS"):
        Issuer(ISSUER, AUDIENCE, file)


def test_a_file_with_private_keys_serves_no_more_than_its_public_halves(tmp_path):
    whole = {**jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE["rsa"][1], as_dict=True), "kid": "rsa"}
    assert "d" in whole
    issuer = Issuer(ISSUER, AUDIENCE, written(tmp_path, {"keys": [whole]}))
    assert issuer.read(token()).name == "clerk"
    assert not any(hasattr(key.key, "private_numbers") for _, key in issuer._keys)


def test_settings_are_whole_or_refused(tmp_path):
    file = str(written(tmp_path))
    assert Issuer.of(Settings()) is None
    assert Issuer.of(Settings(jwt_keys=file, jwt_issuer=ISSUER, jwt_audience=AUDIENCE)) is not None
    for given in ({"jwt_issuer": ISSUER}, {"jwt_audience": AUDIENCE}):
        with pytest.raises(ConfigError, match="required of every token"):
            Issuer.of(Settings(jwt_keys=file, **given))
    with pytest.raises(ConfigError, match="no such file"):
        Issuer.of(Settings(jwt_keys=f"{file}.away", jwt_issuer=ISSUER, jwt_audience=AUDIENCE))
