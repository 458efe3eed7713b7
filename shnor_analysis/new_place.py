"""A new territory: its folder and its description, ready for the files."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from shnor_analysis.errors import ParameterError
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_low_results_rule, load_place
from shnor_analysis.place_settings import (
    ALIASES_FILE,
    ALIASES_HEADINGS,
    MERGERS_FILE,
    MERGERS_HEADINGS,
)
from shnor_analysis.workspace import Workspace

PLACE_FILE = "monitoring.yaml"
_EMPTY_TABLES = {ALIASES_FILE: ALIASES_HEADINGS, MERGERS_FILE: MERGERS_HEADINGS}
FOLDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
# A share among fewer people tells about single children; the office may ask for more.
MIN_PARTICIPANTS = 5
# Two working weeks, counted in days; the office may give more.
ANSWER_DAYS = 14
HEADER = """\
# Описание территории.
# municipality_id — код в скобках после названия района в отчётах ФИС ОКО, вида reg99_m012;
#   нет такой строки — территория означает весь регион.
# region_name — регион так, как он назван в тех же отчётах.
# regulations — какое правило из methodology/regulations для чего применяется; имя файла без .yaml.
#   Перечней показателей (low_results_indicators) и документов об объективности (objectivity)
#   может быть несколько: они показываются рядом.
#   Что сказано в каждом правиле, показывает команда shnor rules.
# terms — как в регионе зовут школы с низкими результатами и в неблагоприятных условиях.
# responsible — должности или организации, не фамилии: кто ведёт мониторинг, кто решает.
# publication.min_participants — доля среди меньшего числа участников не печатается.
# answer_days — сколько дней даётся школе на ответ по замечаниям.
"""


def create_place(
    workspace: Workspace,
    place: str,
    name: str,
    region_name: str,
    municipality_id: str | None,
    rule: str,
) -> Path:
    """Create ``data/raw/PLACE``: a checked ``monitoring.yaml``, empty aliases and mergers.

    Parameters
    ----------
    workspace : Workspace
        Where things lie.
    place : str
        Folder name: small Latin letters, digits, ``-`` and ``_``.
    name, region_name, municipality_id, rule : str
        The values of ``monitoring.yaml``; without ``municipality_id`` the place is a region.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ParameterError
        If the folder's name does not fit or the place exists already.
    MethodologyError
        If a value does not fit or there is no such rule; nothing is written then.
    """
    if not FOLDER_NAME.fullmatch(place):
        raise ParameterError(
            f"Имя папки «{place}» не подходит: ожидались строчные латинские буквы, цифры, «-» и "
            "«_», например primersk."
        )
    path = workspace.raw(place) / PLACE_FILE
    if path.exists():
        raise ParameterError(
            f"Территория «{place}» уже есть; исправьте файл data/raw/{place}/{PLACE_FILE}."
        )
    load_low_results_rule(workspace.methodology, rule)
    text = StringIO()
    own_municipality = {"municipality_id": municipality_id} if municipality_id else {}
    YAML().dump(
        {
            "name": name,
            "region_name": region_name,
            **own_municipality,
            "regulations": {**DEFAULT_REGULATIONS.model_dump(mode="json"), "low_results": rule},
            "terms": {"low_results": "ШНОР", "adverse_conditions": "ШНСУ"},
            "responsible": {
                "monitoring": "методический центр",
                "decisions": "управление образования",
            },
            "publication": {"min_participants": MIN_PARTICIPANTS},
            "answer_days": ANSWER_DAYS,
        },
        text,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(HEADER + text.getvalue(), encoding="utf-8")
    try:
        load_place(draft)
        for name_, headings in _EMPTY_TABLES.items():
            table = path.with_name(name_)
            if not table.exists():
                # with a signature and semicolons, so that Excel opens it as a table
                table.write_text(";".join(headings) + "\r\n", encoding="utf-8-sig", newline="")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
