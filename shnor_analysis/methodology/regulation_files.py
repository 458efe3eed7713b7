"""Finding, loading and checking the files of ``regulations/``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.csv_files import load_subjects
from shnor_analysis.methodology.place import PlaceRegulations
from shnor_analysis.methodology.regulations import (
    HighThreshold,
    LowResultsParameters,
    LowResultsRule,
    PupilSum,
    Regulation,
)
from shnor_analysis.methodology.yaml_files import load_model

_Block = TypeVar("_Block")

FOLDER = "regulations"
PURPOSES = tuple(PlaceRegulations.model_fields)


def regulation_names(folder: Path) -> list[str]:
    """File stems of all regulations in a methodology folder, sorted."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.yaml"))


def load_regulations(folder: Path) -> tuple[Regulation, ...]:
    """Load every regulation, in the order of their names; see :func:`load_regulation`."""
    return tuple(load_regulation(folder, name) for name in regulation_names(folder))


def load_regulation(folder: Path, name: str) -> Regulation:
    """Load one regulation and check what it refers to.

    Parameters
    ----------
    folder : Path
        The methodology folder.
    name : str
        File stem in ``regulations/``; the file says the same in ``id``.

    Raises
    ------
    MethodologyError
        If there is no such file, a key is unknown or missing, a subject is not in
        ``subjects.csv`` or two entries speak of the same work.
    """
    path = folder / FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(regulation_names(folder))
        raise MethodologyError(f"methodology/regulations: нет правила «{name}»; есть: {known}.")
    loaded = load_model(path, Regulation)
    where = f"{FOLDER}/{path.name}"
    if loaded.id != name:
        raise MethodologyError(
            f"{where}, id: найдено '{loaded.id}', ожидалось имя файла '{name}'; исправьте id."
        )
    _refuse_unknown(
        f"{where}: предмета",
        _subjects(loaded),
        [one.subject for one in load_subjects(folder / "subjects.csv")],
        "methodology/subjects.csv",
    )
    _refuse_overlaps(f"{where}, high_results", _thresholds(loaded))
    _refuse_overlaps(f"{where}, pupil_sums", _sums(loaded))
    return loaded


def applied_regulations(folder: Path, regulations: PlaceRegulations) -> dict[str, Regulation]:
    """Load the regulations a place names; purpose → regulation that has the block.

    Raises
    ------
    MethodologyError
        If a regulation cannot be loaded or lacks the block it is named for.
    """
    names = regulations.model_dump()
    loaded = {name: load_regulation(folder, name) for name in dict.fromkeys(names.values())}
    for purpose, name in names.items():
        if getattr(loaded[name], purpose) is None:
            able = [one.id for one in load_regulations(folder) if getattr(one, purpose)]
            raise MethodologyError(
                f"{FOLDER}/{name}.yaml: нет блока {purpose}, для которого правило названо в "
                f"описании территории; этот блок есть у {', '.join(able) or 'ни одного правила'}."
            )
    return {purpose: loaded[name] for purpose, name in names.items()}


def required_block(block: _Block | None) -> _Block:
    """Return a block that :func:`applied_regulations` has found there."""
    if block is None:
        raise ValueError("the regulation was not checked for the block it is applied for")
    return block


def load_low_results_rule(folder: Path, name: str) -> LowResultsRule:
    """Load the low-results rule of one regulation.

    Raises
    ------
    MethodologyError
        If the regulation cannot be loaded or has no such rule.
    """
    return low_results_rule(load_regulation(folder, name))


def low_results_rule(regulation: Regulation) -> LowResultsRule:
    """Give the low-results rule of a regulation the name of its document.

    Raises
    ------
    MethodologyError
        If the regulation has no such rule.
    """
    block = regulation.low_results
    if block is None:
        raise MethodologyError(
            f"{FOLDER}/{regulation.id}.yaml: нет блока low_results; правило не применить."
        )
    parameters = {name: getattr(block, name) for name in LowResultsParameters.model_fields}
    return LowResultsRule(
        id=regulation.id, title=regulation.title, document=regulation.document, **parameters
    )


def _subjects(regulation: Regulation) -> Iterator[str]:
    if regulation.low_results:
        for entry in regulation.low_results.procedures:
            yield from entry.subjects
    for threshold in _thresholds(regulation):
        yield from threshold.subjects or ()


def _thresholds(regulation: Regulation) -> tuple[HighThreshold, ...]:
    return regulation.high_results.thresholds if regulation.high_results else ()


def _sums(regulation: Regulation) -> tuple[PupilSum, ...]:
    return regulation.pupil_sums.sums if regulation.pupil_sums else ()


def _refuse_unknown(where: str, found: Iterable[str], known: Iterable[str], table: str) -> None:
    """Refuse codes that are not in their table."""
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise MethodologyError(
            f"{where} с кодом «{unknown[0]}» нет в {table}; исправьте код или допишите строку."
        )


def _refuse_overlaps(where: str, entries: Sequence[HighThreshold | PupilSum]) -> None:
    """Refuse two entries that would speak of the same work."""
    for second, one in enumerate(entries):
        for first, other in enumerate(entries[:second]):
            if one.procedure == other.procedure and all(
                a is None or b is None or set(a) & set(b)
                for a, b in zip(_scope(one), _scope(other), strict=True)
            ):
                raise MethodologyError(
                    f"{where}: записи {first + 1} и {second + 1} говорят об одной и той же работе; "
                    "оставьте одну или разделите их по классам и предметам."
                )


def _scope(entry: HighThreshold | PupilSum) -> tuple[tuple[int | str, ...] | None, ...]:
    """Grades and subjects an entry speaks of; None is all of them."""
    return entry.grades, entry.subjects if isinstance(entry, HighThreshold) else None
