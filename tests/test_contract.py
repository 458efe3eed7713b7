"""What a table says that does not keep its contract: column, found, expected, what to do."""

import pandas as pd
import pytest

from shnor_analysis.errors import SchemaError
from shnor_analysis.tables.contract import Contract, choice, count, flag, share, text

CONTRACT = Contract(
    "cells",
    "Ячейки",
    "одна школа",
    ("school_id", "work"),
    {
        "school_id": text("Школа"),
        "work": choice("Работа", ("vpr", "oge")),
        "n": count("Участников"),
        "part": share("Доля"),
        "is_known": flag("Известно", nullable=True),
    },
)
ROW = {"school_id": "990001", "work": "vpr", "n": 1, "part": 0.5, "is_known": True}
ADVICE = (
    "; проверьте файлы, по которым она составлена, и составьте её заново (расчёт года — с ключом "
    "--from-scratch)."
)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"school_id": None}], "столбец «school_id»: найдено пусто, ожидалось непустое значение"),
        ([{"part": float("nan")}], "столбец «part»: найдено пусто, ожидалось непустое значение"),
        ([{"n": None}], "столбец «n»: найдено пусто, ожидалось непустое значение"),
        ([{"n": -1}], "столбец «n»: найдено «-1», ожидалось не меньше 0"),
        ([{"n": 4.5}], "столбец «n»: найдено «4.5», ожидалось целое число"),
        ([{}, {"n": float("inf")}], "столбец «n»: найдено «inf», ожидалось целое число"),
        ([{"part": 1.5}], "столбец «part»: найдено «1.5», ожидалось от 0 до 1"),
        ([{"work": "ege"}], "столбец «work»: найдено «ege», ожидалось одно из: 'vpr', 'oge'"),
        ([{"is_known": "да"}], "столбец «is_known»: найдено «да», ожидалось да или нет"),
        (
            [{}, {}],
            ": строк с ключом school_id 990001, work vpr найдено больше одной, ожидалась одна",
        ),
        (
            [{"more": 1}],
            ": найдены лишние столбцы more, ожидались school_id, work, n, part, is_known",
        ),
    ],
)
def test_a_table_that_breaks_its_contract_is_one_russian_sentence(rows, sentence):
    frame = pd.DataFrame([{**ROW, **row} for row in rows]).astype(object)
    with pytest.raises(SchemaError) as caught:
        CONTRACT.conform(frame)
    said = str(caught.value)
    assert said.startswith(f"Таблица «cells»{'' if sentence.startswith(':') else ', '}{sentence}")
    assert said.endswith(ADVICE)


def test_a_column_that_is_missing_is_named():
    with pytest.raises(SchemaError, match="Таблица «cells»: нет столбца «n», он обязателен; "):
        CONTRACT.conform(pd.DataFrame([ROW]).drop(columns="n"))
