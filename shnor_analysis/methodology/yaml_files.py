"""Strict loading of one YAML file into a model; every mistake is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.sourced import StrictModel

_Model = TypeVar("_Model", bound=StrictModel)


def load_model(path: Path, model: type[_Model]) -> _Model:
    """Load one YAML file into a strict model.

    Raises
    ------
    MethodologyError
        One Russian sentence with file, place, found and expected.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as broken:
        raise MethodologyError(
            f"{where}: файл не в кодировке UTF-8; сохраните его в UTF-8 и повторите."
        ) from broken
    except YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f", строка {mark.line + 1}" if mark is not None else ""
        raise MethodologyError(
            f"{where}{line}: не читается как YAML; проверьте отступы (пробелы, не табуляция), "
            "двоеточия, кавычки и повторы ключей."
        ) from broken
    except OSError as broken:
        raise MethodologyError(
            f"{where}: файл не открывается ({broken.strerror}); проверьте, что он есть и что "
            "его можно читать."
        ) from broken
    try:
        return model.model_validate(data)
    except ValidationError as broken:
        raise MethodologyError(f"{where}, {model_sentence(broken)}") from broken


# What a value should have been, by pydantic's kind of error.
_EXPECTED = {
    "int_type": "ожидалось целое число",
    "float_type": "ожидалось число",
    "finite_number": "ожидалось конечное число",
    "string_type": "ожидался текст",
    "string_too_short": "ожидался непустой текст",
    "enum": "ожидалось одно из: {expected}",
    "literal_error": "ожидалось одно из: {expected}",
    "greater_than_equal": "ожидалось не меньше {ge}",
    "less_than_equal": "ожидалось не больше {le}",
    "model_type": "ожидались ключи со значениями",
    "tuple_type": "ожидался перечень",
    "too_short": "ожидался непустой перечень",
    "bool_type": "ожидалось true или false",
    "dict_type": "ожидались ключи со значениями",
    "date_type": "ожидалась дата вида 2021-07-05 без кавычек",
    "date_from_datetime_inexact": "ожидалась дата вида 2021-07-05 без кавычек",
}


# What a patterned text should look like, by its key.
_PATTERNS = {
    "municipality_id": "ожидался код вида reg99_m012",
    "id": "ожидались строчные латинские буквы, цифры и «-»",
    "part": "ожидался код из строчных латинских букв, цифр и «_»",
    "starts": 'ожидался месяц или месяц и день, вида "09" или "09-30" в кавычках',
    "ends": 'ожидался месяц или месяц и день, вида "09" или "09-30" в кавычках',
}


def model_sentence(broken: ValidationError) -> str:
    """Say in Russian where a model's first mistake is, what was found and what is expected."""
    first = broken.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "весь файл"
    kind = first["type"]
    if kind == "missing":
        return f"{place}: обязательный ключ отсутствует; допишите его."
    if kind == "extra_forbidden":
        return f"{place}: такой ключ не предусмотрен; проверьте написание или уберите его."
    if kind == "clause_missing":
        return f"{place}: надёжность regulation без пункта документа; допишите ключ clause."
    known = _PATTERNS.get(str(first["loc"][-1])) if kind == "string_pattern_mismatch" else None
    expected = (known or _EXPECTED.get(kind, "значение не подходит")).format(
        **{name: str(value).replace(" or ", ", ") for name, value in first.get("ctx", {}).items()}
    )
    return f"{place}: найдено {first['input']!r}, {expected}; исправьте значение."
