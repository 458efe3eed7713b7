"""Files of region norms: written so that a person can read them, read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shnor_analysis.errors import ParameterError
from shnor_analysis.methodology.norm_checks import contradictions
from shnor_analysis.methodology.region_norms import FORMAT, FORMAT_VERSION, RegionNorms
from shnor_analysis.methodology.yaml_files import model_sentence

SIGNIFICANT_DIGITS = 6


def norms_text(norms: RegionNorms) -> str:
    """Write norms as JSON: the same norms give the same text.

    Real numbers keep six significant digits; what is absent is left out; the innermost lists and
    objects stand on one line, so that a person can read the file.
    """
    data = _rounded(norms.model_dump(mode="json", exclude_defaults=True))
    return _lines(data, 0) + "\n"


def read_norms(path: Path) -> RegionNorms:
    """Read a norms file.

    Raises
    ------
    ParameterError
        One Russian sentence: not JSON, another kind of file, another version of the format, or a
        value that does not fit, with its place; or parts that contradict each other.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
        data = json.loads(content, object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as broken:
        raise ParameterError(
            f"{path.name}: файл норм не в кодировке UTF-8; получите его заново."
        ) from broken
    except json.JSONDecodeError as broken:
        raise ParameterError(
            f"{path.name}, строка {broken.lineno}: файл норм повреждён, это не JSON; получите его "
            "заново."
        ) from broken
    except (ValueError, RecursionError) as broken:
        raise ParameterError(
            f"{path.name}: файл норм повреждён (повторённая строка, слишком длинное число или "
            "вложенность); получите его заново."
        ) from broken
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ParameterError(
            f"{path.name}: это не файл норм региона (нет строки format: {FORMAT}); уберите его или "
            "получите файл, составленный командой shnor norms."
        )
    if data.get("format_version") != FORMAT_VERSION:
        raise ParameterError(
            f"{path.name}: версия файла норм {data.get('format_version')}, ожидалась "
            f"{FORMAT_VERSION}; составьте нормы и расчёт одной версией программы."
        )
    try:
        norms = RegionNorms.model_validate_json(content.removeprefix("\ufeff"))
    except ValidationError as broken:
        raise ParameterError(f"{path.name}, {model_sentence(broken)}") from broken
    if wrong := next(contradictions(norms), None):
        raise ParameterError(
            f"{path.name}: {wrong}; файл противоречит сам себе, получите его у региона заново."
        )
    return norms


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0  # no minus before nought
    return value


def _lines(value: Any, depth: int) -> str:
    """JSON with a line for every innermost object and list."""
    indent, outer = " " * (depth + 1), " " * depth
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()):
        parts = [f"{json.dumps(k)}: {_lines(one, depth + 1)}" for k, one in value.items()]
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        parts = [_lines(one, depth + 1) for one in value]
    else:
        return json.dumps(value, ensure_ascii=False)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = f",\n{indent}".join(parts)
    return f"{opening}\n{indent}{body}\n{outer}{closing}"
