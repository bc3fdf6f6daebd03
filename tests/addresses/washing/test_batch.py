"""Answers as columns of a table."""

from gridgeo.addresses.washing import batch
from gridgeo.addresses.washing.wash import wash
from tests.addresses.town import Town

TEXTS = ["海曲区东山花园4栋501", "海曲区东山花园3栋501", "无", None, "海曲区老供销社1203", "海曲区荷塘社区"]


def test_blocks_of_any_size_give_the_same_answers_in_order(conn):
    town = Town(conn)
    whole = wash(conn, TEXTS, town.base)
    assert [list(batch.washed(conn, iter(TEXTS), town.base, block=size)) for size in (1, 2, 100)] == [whole] * 3


def test_cells_hold_codes_as_text_and_no_code_where_it_is_unsure(conn):
    town = Town(conn)
    sure, unsure, nothing, _, former, community = (
        dict(zip(batch.COLUMNS, batch.cells(one), strict=True)) for one in wash(conn, TEXTS, town.base)
    )
    assert sure["wash_house_code"] == town.house(town.estate4, "501") and sure["wash_building_code"] == town.estate4.code
    assert (sure["wash_category"], sure["wash_street"], sure["wash_grid_code"]) == ("A", "东泽街道", "44039900100101")
    assert unsure["wash_house_code"] == "" and unsure["wash_candidates"].count("东山花园3栋") == 2
    assert (nothing["wash_category"], nothing["wash_lon"]) == ("none", None)
    assert former["wash_faults"] == "former-name" and former["wash_faults_zh"] == "使用了曾用名"
    assert "老供销社 → 金辉大厦" in former["wash_edits"]
    assert (community["wash_level"], community["wash_house_code"], community["wash_building_code"]) == ("community", "", "")


def test_a_batch_is_a_few_statements_whatever_its_size(conn):
    town = Town(conn)

    def statements(texts: list[str]) -> int:
        counted = Counting(conn)
        wash(counted, texts, town.base)
        return counted.asked

    few, many = (statements([f"海曲区东山花园{3 + n % 2}栋{500 + n}" for n in range(size)]) for size in (5, 500))
    assert many == few <= 8


def test_a_text_written_twice_is_answered_twice(conn):
    town = Town(conn)
    assert wash(conn, [*TEXTS, *TEXTS], town.base) == 2 * wash(conn, TEXTS, town.base)


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, conn) -> None:
        self._conn, self.asked = conn, 0

    def cursor(self):
        self.asked += 1
        return self._conn.cursor()
