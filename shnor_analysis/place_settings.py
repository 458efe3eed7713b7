"""What an office says about its own place: other names of schools, mergers, corrections, norms."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.errors import ParameterError
from shnor_analysis.methodology import (
    KeptReference,
    Place,
    RegionNorms,
    Sourced,
    StrictModel,
    load_model,
    normal_text,
    read_norms,
)

ALIASES_FILE, MERGERS_FILE = "school_aliases.csv", "school_mergers.csv"
ALIASES_HEADINGS = ("Название в файле", "Код школы")
MERGERS_HEADINGS = ("Прежняя школа", "Новая школа", "С года оценки", "Примечание")
REFERENCE_FILE = "social_reference.yaml"
SETTINGS_FILES = frozenset({"monitoring.yaml", ALIASES_FILE, MERGERS_FILE, REFERENCE_FILE})

_NORMS_FILE = re.compile(r"norms.*\.json", re.IGNORECASE)
_SCHOOL = re.compile(r"^(?:edu|sch|ksh|spo)?(\d{6})$")
_YEAR = re.compile(r"^20\d{2}$")


@dataclass(frozen=True)
class Merger:
    """A school that became part of another one: its results count there from a year on."""

    old_school: str
    new_school: str
    assessment_year: int
    note: str


class Correction(Sourced):
    """One cell or row of one received file that is known to be wrong.

    ``expect`` is what the cell holds now: once the source is repaired it holds something else,
    the correction is not applied and an error says so. ``column`` is a letter, as in Excel.
    """

    id: str
    place: str
    file: str
    sheet: str
    row: int
    column: str
    expect: str
    action: Literal["replace", "drop_row"]
    value: str | None = None
    reason: str


class Corrections(StrictModel):
    """All corrections, in the order they are applied."""

    corrections: Annotated[tuple[Correction, ...], Field(strict=False)]


@dataclass(frozen=True)
class PlaceSettings:
    """What reading needs to know about a place beside its files.

    Parameters
    ----------
    municipality_id : str or None
        Keep the schools of this municipality only; None keeps all.
    aliases : dict of str to str
        Name as typed in files → six digits of the school.
    mergers : tuple of Merger
        In the order of years.
    corrections : tuple of Correction
        Corrections of this place.
    """

    municipality_id: str | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    mergers: tuple[Merger, ...] = ()
    corrections: tuple[Correction, ...] = ()


def load_place_settings(
    folder: Path, methodology_folder: Path, municipality_id: str | None
) -> PlaceSettings:
    """Load the settings of a place; every file but ``monitoring.yaml`` may be absent.

    Parameters
    ----------
    folder : Path
        Folder of the place in ``data/raw``; its name is the place of the corrections.
    methodology_folder : Path
        Holds ``corrections.yaml``.
    municipality_id : str or None
        From ``monitoring.yaml``.

    Raises
    ------
    ParameterError, MethodologyError
        One Russian sentence with file, line, found and expected.
    """
    path = methodology_folder / "corrections.yaml"
    corrections = load_model(path, Corrections).corrections if path.is_file() else ()
    return PlaceSettings(
        municipality_id,
        _load_aliases(folder / ALIASES_FILE),
        _load_mergers(folder / MERGERS_FILE),
        tuple(one for one in corrections if one.place == folder.name),
    )


def is_settings_file(path: Path) -> bool:
    """Whether a file of a place is not data but a setting; the path starts at the place's folder.

    A norms file counts beside ``monitoring.yaml`` only: elsewhere it would be passed over silently.
    """
    is_beside = path == Path(path.name)
    return path.name in SETTINGS_FILES or (is_beside and bool(_NORMS_FILE.fullmatch(path.name)))


def norms_files(folder: Path) -> list[Path]:
    """Norms files of a place, ``norms*.json`` beside ``monitoring.yaml``, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.is_file() and _NORMS_FILE.fullmatch(p.name))


def settings_files(folder: Path) -> list[Path]:
    """Files beside the data in which an office says something of its place, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.is_file() and is_settings_file(Path(p.name)))


def load_social_reference(folder: Path) -> KeptReference | None:
    """Load the frozen reference of the social index that a place keeps; None without the file.

    Parameters
    ----------
    folder : Path
        Folder of the place in ``data/raw``; the file must name it.

    Raises
    ------
    MethodologyError, ParameterError
        One Russian sentence with file, place, found and expected; a border off the scale, too.
    """
    path = folder / REFERENCE_FILE
    if not path.is_file():
        return None
    reference = load_model(path, KeptReference)
    if reference.place != folder.name:
        raise ParameterError(
            f"{folder.name}/{path.name}, place: найдена территория «{reference.place}», ожидалась "
            f"«{folder.name}»; возьмите файл из папки отчёта этой территории (reports/"
            f"{folder.name}) или уберите его."
        )
    if not reference.is_ordered:
        raise ParameterError(
            f"{folder.name}/{path.name}: край {reference.lowest}, граница {reference.cut}, край "
            f"{reference.highest}, ожидались по возрастанию; возьмите файл из папки отчёта заново."
        )
    return reference


def load_region_norms(folder: Path, place: Place, assessment_year: int) -> RegionNorms | None:
    """Load the norms of a place's region.

    Parameters
    ----------
    folder : Path
        Folder of the place in ``data/raw``.
    place : Place
        Its description: the norms must be of its region.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    RegionNorms or None
        Of several files the latest that is not later than the year; its year may be earlier, the
        tables then say so. None without a file.

    Raises
    ------
    ParameterError
        One Russian sentence: a file that cannot be read, of another region, two of one year, or
        norms of later years only.
    """
    found: dict[int, tuple[Path, RegionNorms]] = {}
    for path in norms_files(folder):
        norms = read_norms(path)
        _refuse_other_region(path, norms, place)
        if norms.assessment_year in found:
            raise ParameterError(
                f"{path.name} и {found[norms.assessment_year][0].name}: два файла норм за "
                f"{norms.assessment_year} год оценки; оставьте один."
            )
        found[norms.assessment_year] = path, norms
    fitting = [year for year in found if year <= assessment_year]
    if found and not fitting:
        first = min(found)
        raise ParameterError(
            f"{found[first][0].name}: нормы за {first} год оценки, а расчёт — за "
            f"{assessment_year}; положите нормы за {assessment_year} или более ранний год либо "
            "уберите файл."
        )
    return found[max(fitting)][1] if fitting else None


def _refuse_other_region(path: Path, norms: RegionNorms, place: Place) -> None:
    """The code in the municipality's id decides; without it the name of the region does."""
    if place.municipality_id:
        own, is_own = place.municipality_id[3:5], norms.region_code == place.municipality_id[3:5]
    else:
        own = place.region_name
        is_own = normal_text(norms.region_name) == normal_text(own)
    if not is_own:
        raise ParameterError(
            f"{path.name}: нормы региона {norms.region_code} («{norms.region_name}»), а территория "
            f"относится к региону {own}; положите файл норм своего региона."
        )


def _load_aliases(path: Path) -> tuple[tuple[str, str], ...]:
    schools: dict[str, str] = {}
    for number, (name, code) in _lines(path, ALIASES_HEADINGS):
        school = _school(path, number, code)
        if schools.setdefault(name, school) != school:
            raise ParameterError(
                f"{path.name}, строка {number}: название «{name}» уже отнесено к школе "
                f"{schools[name]}; оставьте одну строку."
            )
    return tuple(schools.items())


def _load_mergers(path: Path) -> tuple[Merger, ...]:
    mergers = []
    for number, (old, new, year, note) in _lines(path, MERGERS_HEADINGS):
        if not _YEAR.match(year):
            raise ParameterError(
                f"{path.name}, строка {number}: год «{year}», ожидался год оценки вида 2025; "
                "исправьте его."
            )
        one = Merger(_school(path, number, old), _school(path, number, new), int(year), note)
        if one.old_school == one.new_school:
            raise ParameterError(
                f"{path.name}, строка {number}: школа {one.old_school} присоединена к самой себе; "
                "исправьте код."
            )
        mergers.append(one)
    _refuse_circles(path, mergers)
    return tuple(sorted(mergers, key=lambda one: (one.assessment_year, one.old_school)))


def _refuse_circles(path: Path, mergers: list[Merger]) -> None:
    heir = {one.old_school: one.new_school for one in mergers}
    if len(heir) < len(mergers):
        twice = next(o.old_school for o in mergers if heir[o.old_school] != o.new_school or
                     sum(x.old_school == o.old_school for x in mergers) > 1)  # fmt: skip
        raise ParameterError(
            f"{path.name}: школа {twice} присоединена дважды; оставьте одну строку."
        )
    for start in heir:
        school, n_steps = start, 0
        while school in heir:
            school, n_steps = heir[school], n_steps + 1
            if n_steps > len(heir):
                raise ParameterError(
                    f"{path.name}: присоединения образуют круг (школа {start}); исправьте коды."
                )


def _school(path: Path, number: int, text: str) -> str:
    found = _SCHOOL.match(text.strip().lower())
    if not found:
        raise ParameterError(
            f"{path.name}, строка {number}: код школы «{text}», ожидались шесть цифр логина "
            "ФИС ОКО, например 990001; исправьте код."
        )
    return found.group(1)


def _lines(path: Path, headings: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """Rows of a small table that a person keeps in Excel: semicolons or commas, any encoding."""
    if not path.is_file():
        return []
    data = path.read_bytes()
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("cp1251", errors="replace")
    first = content.split("\n", 1)[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    found = tuple(cell.strip() for cell in rows[0]) if rows else ()
    if found != headings:
        raise ParameterError(
            f"{path.name}: столбцы {', '.join(found) or '—'}, ожидались "
            f"{', '.join(headings)}; исправьте заголовки."
        )
    filled = [(n, [cell.strip() for cell in row]) for n, row in enumerate(rows[1:], start=2)]
    filled = [(n, row) for n, row in filled if any(row)]
    for number, row in filled:
        if len(row) != len(headings):
            raise ParameterError(
                f"{path.name}, строка {number}: ячеек {len(row)}, ожидалось {len(headings)}; "
                "проверьте разделители строки."
            )
    return filled
