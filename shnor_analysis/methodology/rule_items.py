"""The rules of a regulation one by one, and in what two regulations differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shnor_analysis.methodology.regulations import BlockName, Regulation
from shnor_analysis.methodology.sourced import Sourced, StrictModel

ORIGIN = frozenset(Sourced.model_fields)


@dataclass(frozen=True)
class RuleItem:
    """One rule: the block, its key within the block, the field it stands in and what it says.

    The key of a block itself is empty; members of a list are named by their ``id`` or procedure:
    ``index.cut_percent``, ``indicators.truancy``, ``procedures.oge``. The field of these is
    ``cut_percent``, ``indicators``, ``procedures``; that of a block is its name.
    """

    block: BlockName
    key: str
    field: str
    entry: Sourced


@dataclass(frozen=True)
class RuleDifference:
    """One rule that two regulations word differently; None where a side lacks it."""

    block: BlockName
    old: RuleItem | None
    new: RuleItem | None


@dataclass(frozen=True)
class RegulationDiff:
    """In what two regulations differ: whole blocks of one side, and rules of common blocks."""

    only_old: tuple[BlockName, ...]
    only_new: tuple[BlockName, ...]
    changed: tuple[RuleDifference, ...]


def rule_items(regulation: Regulation) -> tuple[RuleItem, ...]:
    """Every rule of a regulation, in the order of the models.

    What the document does not give (``not_stated``) and the document itself are not rules.
    """
    return tuple(
        item
        for block in regulation.blocks
        for item in rule_items_of(block, getattr(regulation, block))
    )


def rule_items_of(block: BlockName, value: object) -> tuple[RuleItem, ...]:
    """Every rule of one block, the block itself first when it has an origin of its own."""
    return tuple(_walk(block, "", block, value))


def compare_regulations(old: Regulation, new: Regulation) -> RegulationDiff:
    """Say in what two regulations differ; clauses, sources and confidence are not compared.

    Parameters
    ----------
    old, new : Regulation
        The two sides.

    Returns
    -------
    RegulationDiff
        Rules in the order of the models, those of ``new`` only after those of ``old``.
    """
    common = [block for block in old.blocks if block in new.blocks]
    sides = [
        {(item.block, item.key): item for item in rule_items(one) if item.block in common}
        for one in (old, new)
    ]
    before, after = sides
    keys = dict.fromkeys([*before, *after])
    return RegulationDiff(
        tuple(block for block in old.blocks if block not in common),
        tuple(block for block in new.blocks if block not in common),
        tuple(
            RuleDifference(key[0], before.get(key), after.get(key))
            for key in sorted(keys, key=lambda key: common.index(key[0]))
            if key not in before
            or key not in after
            or rule_content(before[key].entry) != rule_content(after[key].entry)
        ),
    )


def rule_content(value: object) -> object:
    """What a rule itself says: no origin, and no rules inside it that have origins of their own.

    A tuple of rules says what its members say, in any order.
    """
    if isinstance(value, tuple) and all(isinstance(one, Sourced) for one in value):
        return sorted(repr(rule_content(one)) for one in value)
    if not isinstance(value, Sourced):
        return value
    return {
        name: getattr(value, name)
        for name in type(value).model_fields
        if name not in ORIGIN and not any(_walk("low_results", "", name, getattr(value, name)))
    }


def _walk(block: BlockName, key: str, field: str, value: object) -> Iterator[RuleItem]:
    if isinstance(value, Sourced):
        yield RuleItem(block, key, field, value)
    if isinstance(value, StrictModel):
        for name in type(value).model_fields:
            yield from _walk(block, f"{key}.{name}".strip("."), name, getattr(value, name))
    elif isinstance(value, tuple):
        names = [_member(one) for one in value]
        for one, name in zip(value, names, strict=True):
            unique = name if names.count(name) == 1 else f"{name} {_scope(one)}"
            yield from _walk(block, f"{key}.{unique}".strip("."), field, one)


def _member(entry: object) -> str:
    """Name of a member of a list; members without one hold no rules of their own."""
    for field in ("id", "procedure", "indicator", "part"):
        if hasattr(entry, field):
            return str(getattr(entry, field))
    return ""


def _scope(entry: object) -> str:
    parts = [
        ",".join(map(str, values))
        for values in (getattr(entry, "grades", None), getattr(entry, "subjects", None))
        if values
    ]
    border = getattr(entry, "at_least", None)
    return " ".join(parts if border is None else [*parts, str(border)])
