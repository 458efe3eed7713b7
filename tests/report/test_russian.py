"""Numbers and words the way a Russian reader expects them."""

import pandas as pd
import pytest

from shnor_analysis.report import russian


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (12345.678, 1, "12\u202f345,7"),
        (-3, 1, "−3,0"),
        (-0.04, 1, "0,0"),
        (0.25, 1, "0,3"),
        (2.675, 2, "2,68"),
        (1000000, 0, "1\u202f000\u202f000"),
        (float("nan"), 1, "нет данных"),
        (None, 1, "нет данных"),
        (pd.NA, 1, "нет данных"),
    ],
)
def test_number(value, decimals, expected):
    assert russian.number(value, decimals) == expected


@pytest.mark.parametrize(
    ("share", "decimals", "expected"),
    [
        (0.3, 1, "30,0\u00a0%"),
        (0.285, 0, "29\u00a0%"),
        (0, 1, "0,0\u00a0%"),
        (None, 1, "нет данных"),
    ],
)
def test_percent(share, decimals, expected):
    assert russian.percent(share, decimals) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "школ"), (1, "школа"), (2, "школы"), (5, "школ"), (11, "школ"), (14, "школ"),
     (21, "школа"), (24, "школы"), (111, "школ"), (112, "школ")],
)  # fmt: skip
def test_plural(count, expected):
    assert russian.plural(count, "школа", "школы", "школ") == expected


def test_school_year():
    assert russian.school_year(2025) == "2024/25"
    assert russian.school_year(2000) == "1999/00"


def test_natural_alphabetical_order():
    names = ["СОШ № 10", "Ёлкино", "СОШ № 2", "Енот", "Жуково"]
    assert sorted(names, key=russian.sort_key) == [
        "Ёлкино", "Енот", "Жуково", "СОШ № 2", "СОШ № 10",
    ]  # fmt: skip


def test_listing():
    assert russian.listing([]) == "—"
    assert russian.listing(["А"]) == "А"
    assert russian.listing(["А", "Б", "В"]) == "А, Б и В"
