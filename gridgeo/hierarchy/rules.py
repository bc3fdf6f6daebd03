"""What must hold of schemes, frames and editions; nothing here touches a database."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from ..errors import Conflict, InvalidInput
from ..moments import shown
from .model import UNIT_COLUMNS, Edition, Scheme, Status, keys

_SCHEME_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def scheme_name(name: str) -> str:
    """Return the name of a scheme or level as it may be stored; raises InvalidInput."""
    if not _SCHEME_NAME.fullmatch(name):
        raise InvalidInput("scheme", name, "small letters, digits and _ only, a letter first, at most 32")
    return name


def fit(frame: geopandas.GeoDataFrame, scheme: Scheme) -> None:
    """Raise InvalidInput unless a frame can be staged in a scheme at all.

    The columns of :data:`UNIT_COLUMNS`, levels the scheme has, a name for each unit, no key twice, no parent
    that is not there or not of a level above: what would be no tree. All else is for the topology check to report.
    """
    lacking = [column for column in UNIT_COLUMNS if column not in frame]
    if lacking:
        raise InvalidInput("frame", lacking[0], f"a frame of units has the columns {', '.join(UNIT_COLUMNS)}")
    known = {level.level for level in scheme.levels}
    for level in frame.loc[~frame["level"].isin(known), "level"].head(1):
        raise InvalidInput("level", level, f"scheme {scheme.scheme} has the levels {', '.join(sorted(known))}")
    if frame["name_zh"].isna().any():
        raise InvalidInput("name_zh", None, "each unit has a name")
    key = keys(frame)
    for twice in key[key.duplicated()].head(1):
        raise InvalidInput("code", twice, "a code stands for one unit of a scheme")
    for parent in frame.loc[frame["parent"].notna() & ~frame["parent"].isin(key), "parent"].head(1):
        raise InvalidInput("parent", parent, "no such unit in this edition")
    rank = frame["level"].map({level.level: level.rank for level in scheme.levels})
    rank_of_parent = frame["parent"].map(dict(zip(key, rank, strict=True)))
    for parent in frame.loc[rank_of_parent >= rank, "parent"].head(1):
        raise InvalidInput("parent", parent, "a parent is of a level above")


def digest(frame: geopandas.GeoDataFrame, members: pd.DataFrame | None = None) -> str:
    """Return what tells the content of two frames apart: order of rows, of rings and of vertices does not count."""
    order = np.argsort(keys(frame).to_numpy(str), kind="stable")
    ordered = frame.iloc[order]
    text = ordered[[column for column in UNIT_COLUMNS if column != "geometry"]].astype(object)
    total = hashlib.sha256(orjson.dumps(text.where(text.notna(), None).to_numpy().tolist()))
    for wkb in shapely.to_wkb(shapely.normalize(ordered.geometry.to_numpy())):
        total.update(wkb or b"-")
    if members is not None:
        total.update(orjson.dumps(sorted(zip(members["unit"].tolist(), members["member"].tolist(), strict=True))))
    return total.hexdigest()


def activation(edition: Edition, open_edition: Edition | None, when: datetime) -> None:
    """Raise Conflict unless a draft may become valid at a moment, the open edition of its scheme ending there.

    Parameters
    ----------
    open_edition
        The edition of the scheme that has no end yet, if any.
    when
        Timezone-aware.
    """
    if edition.status(when) is not Status.DRAFT:
        raise Conflict(f"edition {edition.edition_id} is valid from {shown(edition.valid_from)}; only a draft can be activated")
    if open_edition is not None and when <= open_edition.valid_from:
        since = shown(open_edition.valid_from)
        raise Conflict(f"edition {open_edition.edition_id} of scheme {edition.scheme} is valid from {since}: choose a later moment")


def withdrawal(edition: Edition, now: datetime) -> None:
    """Raise Conflict unless an edition's activation may be taken back: only while it is still to come."""
    if edition.status(now) is not Status.SCHEDULED:
        raise Conflict(f"edition {edition.edition_id} is {edition.status(now)}; only a scheduled one can be withdrawn")
