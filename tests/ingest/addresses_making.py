"""A base of two buildings as files, and loads of it."""

from pathlib import Path

from gridgeo.ingest import addresses
from tests.addresses.making import CODES

ONE, TWO = f"{CODES['A']}00001", f"{CODES['B']}00001"
BUILDINGS = f"""building_code,road,plate,compound,block,short_name,building_use,status,floors,lon,lat,valid_from
{ONE},前进一路,12,东山新村,3,村委楼,住宅,在用,7,113.005,22.895,2010-01-01
{TWO},,,碧海富通城,A,,商住,在用,30,113.025,22.895,2012-05-06
"""
HOUSES = f"""house_code,unit,floor,room,house_use,status,area_m2,valid_from
{ONE}000001,1,5,501,住宅,在用,88.5,2010-01-01
{ONE}000002,1,5,502,,在用,,2010-01-01
{TWO}000001,,12,1203,办公,核查中,120,2012-05-06
"""
NAMES = f"""code,kind,name,valid_from,valid_to,source
{ONE},俗称,老村委,2011-01-01,,测试
{ONE}000001,曾用名,东山村3号5楼,2010-01-01,2015-01-01,
"""


def write(path: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def plan(conn, kind: str, *paths: Path, **how) -> addresses.Plan:
    return addresses.plan(conn, kind, paths, **({"datum": "cgcs2000"} if kind == "buildings" else {}) | how)


def load(conn, kind: str, *paths: Path, accepted=(), **how) -> addresses.Stored:
    return addresses.commit(conn, plan(conn, kind, *paths, storing=True, **how), accepted)


def codes(made: addresses.Plan, severity: str = "error") -> list[str]:
    return sorted({issue.code for issue in made.issues if issue.severity == severity})


def found(made: addresses.Plan, code: str):
    return [issue for issue in made.issues if issue.code == code]


def written(folder: Path) -> dict[str, Path]:
    """The files of the base, by kind."""
    texts = {"buildings": BUILDINGS, "houses": HOUSES, "names": NAMES}
    return {kind: write(folder / f"{kind}.csv", text) for kind, text in texts.items()}


def loaded(conn, files, *kinds: str) -> None:
    for kind in kinds or ("buildings", "houses", "names"):
        load(conn, kind, files[kind])
