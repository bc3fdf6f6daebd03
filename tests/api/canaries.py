"""Codes that may never come back, put wherever somebody might put them."""

import json

import httpx

from gridgeo.codes.model import Kind

#: The standard's own samples and persons that cannot be.
CANARIES = ["11010519491231002X", "440524188001010014", "449901199002300012", "13800138000", "449901900101001"]


def leaked(canary: str, text: str) -> bool:
    """Return whether more of a canary stands in a text than a mask shows: seven characters in a row, which no number of a request has."""
    return any(canary[at : at + 7] in text for at in range(len(canary) - 6))


def send(client: httpx.Client, canary: str) -> tuple[httpx.Response, list[httpx.Response]]:
    """Send a canary as every kind of code; and where it is refused: in broken bodies, as names, in headers and addresses."""

    def post(content, kind="application/json", path="/codes/validate"):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return client.post(path, content=body, headers={"Content-Type": kind})

    taken = post([{"kind": kind, "code": text} for kind in Kind for text in (canary, f" {canary}", f"a{canary}")])
    bodies = [
        {canary: 1},
        {"kind": canary, "codes": [canary]},
        {"kind": "person", "codes": [int(canary[:11])]},
        {"kind": "person", "codes": [canary * 20]},
        [{"kind": canary, "code": canary}],
        f'{{"kind":"person","codes":["{canary}'.encode(),
        f'{{"kind":"person","codes":[{canary}]}}x'.encode(),
        canary.encode(),
    ]
    refused = [post(body) for body in bodies]
    refused += [post(b"{}", f"application/json; charset={canary}"), post(b"{}", canary)]
    refused += [post(b"{}", path=f"/codes/validate?{query}") for query in (canary, f"code={canary}", f"{canary}=1")]
    refused += [client.get(f"/codes/{canary}"), client.get(f"/codes/validate/{canary}")]
    return taken, refused
