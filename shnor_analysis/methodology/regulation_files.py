"""Finding, loading and checking the files of ``regulations/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.csv_files import load_subjects
from shnor_analysis.methodology.objectivity import Objectivity, ObjectivityRules
from shnor_analysis.methodology.place import PlaceRegulations
from shnor_analysis.methodology.regulation_checks import mistakes
from shnor_analysis.methodology.regulations import (
    LowResultsIndicators,
    LowResultsList,
    LowResultsParameters,
    LowResultsRule,
    Regulation,
)
from shnor_analysis.methodology.yaml_files import load_model

_Block = TypeVar("_Block")

FOLDER = "regulations"
PURPOSES = tuple(PlaceRegulations.model_fields)


@dataclass(frozen=True)
class Regulations:
    """All files of ``regulations/``: those that can be used and, of the others, why not.

    Parameters
    ----------
    usable : tuple of Regulation
        In the order of their names.
    broken : dict of str to str
        File stem → what is wrong, one Russian sentence.
    """

    usable: tuple[Regulation, ...]
    broken: dict[str, str]


def regulation_names(folder: Path) -> list[str]:
    """File stems of all regulations in a methodology folder, sorted."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.yaml"))


def load_regulations(folder: Path, ready: Iterable[Regulation] = ()) -> Regulations:
    """Load every regulation; one that is being written does not stand in the way of the others.

    Those that are ``ready`` are not read again.

    Raises
    ------
    MethodologyError
        If ``subjects.csv`` cannot be used.
    """
    loaded = {one.id: one for one in ready}
    subjects = _subject_codes(folder)
    usable: list[Regulation] = []
    broken: dict[str, str] = {}
    for name in regulation_names(folder):
        try:
            usable.append(loaded[name] if name in loaded else _load(folder, name, subjects))
        except MethodologyError as mistake:
            broken[name] = str(mistake)
    return Regulations(tuple(usable), broken)


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
        If there is no such file, a key is unknown or missing, or the content does not hold
        together; see :func:`~shnor_analysis.methodology.regulation_checks.mistakes`.
    """
    return _load(folder, name, _subject_codes(folder))


def _subject_codes(folder: Path) -> list[str]:
    return [one.subject for one in load_subjects(folder / "subjects.csv")]


def _load(folder: Path, name: str, subjects: Sequence[str]) -> Regulation:
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
    for mistake in mistakes(loaded, subjects):
        raise MethodologyError(f"{where}, {mistake}.")
    return loaded


def applied_regulations(
    folder: Path, regulations: PlaceRegulations
) -> dict[str, tuple[Regulation, ...]]:
    """Load the regulations a place names; purpose → regulations that have the block.

    Raises
    ------
    MethodologyError
        If a regulation cannot be loaded, lacks the block it is named for or is named twice.
    """
    names = {purpose: regulations.names(purpose) for purpose in PURPOSES}
    loaded = {
        name: load_regulation(folder, name)
        for name in dict.fromkeys(name for named in names.values() for name in named)
    }
    for purpose, named in names.items():
        for name in named:
            if getattr(loaded[name], purpose) is None:
                raise _lacks(loaded[name], purpose, folder)
            if named.count(name) > 1:
                raise MethodologyError(
                    f"Описание территории, regulations.{purpose}: правило «{name}» названо дважды; "
                    "оставьте его один раз."
                )
    return {purpose: tuple(loaded[name] for name in named) for purpose, named in names.items()}


def _lacks(regulation: Regulation, block: str, folder: Path) -> MethodologyError:
    gap = next(
        (f" (не названо: {gap.text})" for gap in regulation.not_stated if gap.block == block), ""
    )
    able = [one.id for one in load_regulations(folder).usable if getattr(one, block)]
    return MethodologyError(
        f"{FOLDER}/{regulation.id}.yaml: нет блока {block}{gap}; назовите другое правило, "
        f"этот блок есть у {', '.join(able) or 'ни одного правила'}."
    )


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
    regulation = load_regulation(folder, name)
    if regulation.low_results is None:
        raise _lacks(regulation, "low_results", folder)
    return low_results_rule(regulation)


def low_results_rule(regulation: Regulation) -> LowResultsRule:
    """Give the low-results rule of a regulation, which must have one, the name of its document."""
    block = required_block(regulation.low_results)
    parameters = {name: getattr(block, name) for name in LowResultsParameters.model_fields}
    return LowResultsRule(
        id=regulation.id,
        document=regulation.document,
        document_source=regulation.source,
        **parameters,
    )


def low_results_list(regulation: Regulation) -> LowResultsList:
    """Give the indicators of a regulation, which must have some, the name of its document."""
    block = required_block(regulation.low_results_indicators)
    parts = {name: getattr(block, name) for name in LowResultsIndicators.model_fields}
    return LowResultsList(id=regulation.id, document=regulation.document, **parts)


def objectivity_rules(regulation: Regulation) -> ObjectivityRules:
    """Give what a regulation, which must speak of objectivity, says the name of its document."""
    block = required_block(regulation.objectivity)
    parts = {name: getattr(block, name) for name in Objectivity.model_fields}
    return ObjectivityRules(
        regulation_id=regulation.id,
        document_title=regulation.title,
        document=regulation.document,
        **parts,
    )
