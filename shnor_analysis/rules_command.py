"""What ``shnor rules`` prints: the regulations, one of them, the difference of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology import (
    PURPOSES,
    Regulation,
    compare_regulations,
    load_low_results_rule,
    load_place,
    load_regulation,
    load_regulations,
    load_subjects,
    low_results_list,
    low_results_rule,
)
from shnor_analysis.new_place import PLACE_FILE
from shnor_analysis.report import russian
from shnor_analysis.report.rules import indicator_titles, printed_rules, rule_label, rule_value
from shnor_analysis.report.texts import text
from shnor_analysis.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from shnor_analysis.decisions.rule_change import ListChange
    from shnor_analysis.monitoring import Monitoring
    from shnor_analysis.report.labels import Labels

# Lists of schools that two regulations can be compared by.
LISTED = ("low_results", "low_results_indicators", "adverse_conditions")
NOTHING = "—"


def show_all(workspace: Workspace, console: Console) -> None:
    """Print which regulations there are, which are broken, and which every place applies."""
    table = _table("Правила в methodology/regulations", "Правило", "Территория", "Что в нём есть")
    found = load_regulations(workspace.methodology)
    for one in found.usable:
        blocks = "\n".join(f"• {text('rule_block', block)}" for block in one.blocks)
        table.add_row(one.id, escape(one.territory), blocks or NOTHING)
    console.print(table)
    if found.broken:
        console.print("\n[bold]Не читаются, применить их нельзя:[/bold]")
        for sentence in found.broken.values():
            console.print(f"  {escape(sentence)}", soft_wrap=True)
    for path in sorted(workspace.raw(".").glob(f"*/{PLACE_FILE}")):
        console.print(f"\nТерритория [bold]{escape(path.parent.name)}[/bold] применяет:")
        try:
            applied = load_place(path).regulations
        except MethodologyError as broken:
            console.print(f"  {escape(str(broken))}")
            continue
        for purpose in PURPOSES:
            names = ", ".join(applied.names(purpose))
            console.print(f"  {text('rule_block', purpose)}: {escape(names)}")


def show_one(workspace: Workspace, name: str, console: Console) -> None:
    """Print every rule of a regulation with its value, clause, source and confidence.

    Raises
    ------
    MethodologyError
        If the regulation cannot be loaded.
    """
    regulation = load_regulation(workspace.methodology, name)
    _print_document(regulation, console)
    names = _subject_names(workspace)
    for title, rules in printed_rules(regulation, names).items():
        table = _table(title, "Правило", "Значение", "Откуда")
        for rule in rules:
            origin = [rule.clause, rule.source, f"({rule.confidence})"]
            table.add_row(
                escape(rule.label),
                escape(rule.value),
                escape("\n".join(line for line in origin if line)),
            )
        console.print(table)
    if regulation.not_stated:
        table = _table("Чего документ не называет", "О чём", "Что не названо", "Откуда")
        for gap in regulation.not_stated:
            table.add_row(
                text("rule_block", gap.block),
                escape(gap.text),
                escape(f"{gap.clause}\n{gap.source}"),
            )
        console.print(table)


def show_difference(workspace: Workspace, old: str, new: str, console: Console) -> None:
    """Print in what two regulations differ.

    Raises
    ------
    MethodologyError
        If one of them cannot be loaded.
    """
    sides = [load_regulation(workspace.methodology, name) for name in (old, new)]
    names = _subject_names(workspace)
    diff = compare_regulations(*sides)
    for title, blocks in (
        (f"Есть только в {old}", diff.only_old),
        (f"Есть только в {new}", diff.only_new),
    ):
        if blocks:
            console.print(f"[bold]{title}:[/bold]")
            for block in blocks:
                console.print(f"  {text('rule_block', block)}")
    if not diff.changed:
        has_common = set(sides[0].blocks) & set(sides[1].blocks)
        console.print("Общие правила совпадают." if has_common else "Общих правил нет.")
        return
    table = _table("Что различается", "Правило", "В А", "В Б", "Пункт в А, в Б")
    table.caption = f"А — {old}, Б — {new}"
    for one in diff.changed:
        known = [item for item in (one.old, one.new) if item]
        titles = [indicator_titles(getattr(side, one.block)) for side in sides]
        own = titles[0 if one.old else 1]
        label = f"{text('rule_block', one.block)}.\n{rule_label(known[0], own)}"
        values = [
            escape(rule_value(item.entry, names, of_side)) if item else NOTHING
            for item, of_side in zip((one.old, one.new), titles, strict=True)
        ]
        # A number without a clause stands in no document: its confidence says what it rests on.
        clauses = [item.entry.clause or text("confidence", item.entry.confidence) for item in known]
        table.add_row(escape(label), *values, escape("\n".join(dict.fromkeys(clauses))))
    console.print(table)


def show_difference_and_schools(
    workspace: Workspace, old: str, new: str, place: str, year: int, console: Console
) -> None:
    """Print the difference, and which schools the second regulation puts on a list or takes off it.

    Lists that only one of the two gives are not compared. Both rules are applied before anything
    is printed: a mistake in the name of the place is said alone and not below a table that looks
    like the whole answer.

    Raises
    ------
    ShnorError
        If the regulations have no list in common, or the place or its results are missing.
    """
    from shnor_analysis.monitoring import Monitoring

    sides = [load_regulation(workspace.methodology, name) for name in (old, new)]
    common = [block for block in LISTED if all(getattr(one, block) for one in sides)]
    if not common:
        for name in (old, new):
            load_low_results_rule(workspace.methodology, name)  # says which list is not there
    with console.status("Применяю оба правила"):
        monitoring = Monitoring.open(place, year)
        changes = [_changes(monitoring, sides, block) for block in common]
    show_difference(workspace, old, new, console)
    head = f"Территория [bold]{escape(place)}[/bold], {russian.school_year(year)} учебный год"
    for block, (whole, single, reason) in zip(common, changes, strict=True):
        console.print(f"\n{head}. {text('rule_block', block)}: {new} вместо {old}.")
        for title, rows in (("Входят в перечень", whole.entering), ("Выходят", whole.leaving)):
            _print_schools(title, rows, reason, monitoring.labels, console)
        if len(single) > 1:
            table = _table("Каждое изменение по отдельности", "Изменение", "Входят", "Выходят")
            for change in single:
                table.add_row(
                    escape(_parameters(change)),
                    _names(change.entering, monitoring.labels),
                    _names(change.leaving, monitoring.labels),
                )
            console.print(table)


def _changes(
    monitoring: Monitoring, sides: list[Regulation], block: str
) -> tuple[ListChange, Sequence[ListChange], Callable[[Any], str]]:
    """The whole change, changes one by one where they are tried, and the words for a reason."""
    from shnor_analysis.report.tables.indicator_lists import index_reason
    from shnor_analysis.report.tables.low_results import decision_reason

    if block == "low_results":
        before, after = (low_results_rule(one) for one in sides)
        whole, *single = monitoring.list_changes(before, after)
        return whole, single, partial(decision_reason, rule=after)
    if block == "low_results_indicators":
        lists = [low_results_list(one) for one in sides]
        change = monitoring.indicator_list_change(*lists)
        return change, (), partial(index_reason, rules=lists[1])
    return (
        monitoring.adverse_conditions_change(*sides),
        (),
        lambda row: text("decision", row.decision),
    )


def _print_schools(
    title: str, rows: pd.DataFrame, reason: Callable[[Any], str], labels: Labels, console: Console
) -> None:
    from shnor_analysis.report.labels import by_school

    console.print(f"[bold]{title}: {len(rows)}[/bold]")
    for row in by_school(rows, labels).itertuples(index=False):
        console.print(f"  {escape(labels.school(row.school_id))} — {escape(reason(row))}")


def _parameters(change: ListChange) -> str:
    """Printed name of a changed parameter."""
    code = "share" if len(change.parameters) > 1 else change.parameters[0]
    return text("rule_parameter", code)


def _names(rows: pd.DataFrame, labels: Labels) -> str:
    from shnor_analysis.report.labels import by_school

    names = [labels.school(code) for code in by_school(rows, labels)["school_id"]]
    return escape("\n".join(names)) or NOTHING


def _subject_names(workspace: Workspace) -> dict[str, str]:
    subjects = load_subjects(workspace.methodology / "subjects.csv")
    return {subject.subject: subject.name for subject in subjects}


def _print_document(regulation: Regulation, console: Console) -> None:
    console.print(f"[bold]{escape(regulation.title)}[/bold]")
    date = regulation.date.strftime("%d.%m.%Y") if regulation.date else "даты в документе нет"
    console.print(escape(f"{regulation.document}; {date}"))
    console.print(escape(f"Территория: {regulation.territory}"))
    confidence = text("confidence", regulation.confidence)
    console.print(escape(f"Источник: {regulation.source} ({confidence})"))


def _table(title: str, *headings: str) -> Table:
    table = Table(*headings, title=title, title_justify="left", show_lines=True, expand=True)
    for column in table.columns:
        column.ratio = 1
        column.overflow = "fold"
    return table
