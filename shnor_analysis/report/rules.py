"""Rules of a regulation in words: what each says, where it stands, how well it is known."""

from __future__ import annotations

from dataclasses import dataclass

from shnor_analysis.codes import DIAGNOSTIC_PROCEDURES
from shnor_analysis.methodology import (
    AdverseConditions,
    CalendarEvent,
    Coefficient,
    ConditionIndicator,
    Edition,
    HighThreshold,
    LowResultsIndicators,
    LowResultsParameters,
    MarkerCorrelation,
    ObjectivityIndicator,
    ObjectivityMarker,
    OwnPart,
    Percentile,
    PointBand,
    ProcedureSet,
    PupilSum,
    Quantile,
    Regulation,
    RequiredReport,
    RequiredWeight,
    ResultIndicator,
    RuleItem,
    RuleMode,
    Sourced,
    SourcedInt,
    SourcedShare,
    SourceOrder,
    Terms,
    Weights,
    rule_items,
)
from shnor_analysis.report import russian
from shnor_analysis.report.texts import text

_GRADE = "n_pupils_grade_"
_TITLED = (
    ConditionIndicator, ResultIndicator, CalendarEvent, RequiredReport, ObjectivityMarker,
    ObjectivityIndicator,
)  # fmt: skip


@dataclass(frozen=True)
class PrintedRule:
    """One rule in words: what it is, its value, where it stands and how well it is known."""

    label: str
    value: str
    clause: str
    source: str
    confidence: str


def printed_rules(regulation: Regulation, names: dict[str, str]) -> dict[str, list[PrintedRule]]:
    """Every rule of a regulation by the printed name of its block; ``names`` are of subjects."""
    blocks: dict[str, list[PrintedRule]] = {
        text("rule_block", block): [] for block in regulation.blocks
    }
    for item in rule_items(regulation):
        titles = indicator_titles(getattr(regulation, item.block))
        blocks[text("rule_block", item.block)].append(
            PrintedRule(
                rule_label(item, titles),
                rule_value(item.entry, names, titles),
                item.entry.clause,
                item.entry.source,
                text("confidence", item.entry.confidence),
            )
        )
    return blocks


def indicator_titles(block: object) -> dict[str, str]:
    """Printed names of the indicators of a block by their codes; empty where it has none."""
    return {one.id: one.title for one in getattr(block, "indicators", ())}


def rule_label(item: RuleItem, titles: dict[str, str]) -> str:
    """Printed name of a rule: its title in the regulation, or the words for its field.

    ``titles`` are of the indicators of its block, see :func:`indicator_titles`.
    """
    entry = item.entry
    if isinstance(entry, _TITLED):
        return entry.title
    fields = {}
    if isinstance(entry, ProcedureSet | HighThreshold | PupilSum):
        fields["procedure"] = text("procedure", entry.procedure)
    if isinstance(entry, PointBand):
        fields["indicator"] = titles[entry.indicator]
    if isinstance(entry, OwnPart):
        fields["part"] = text("own_part", entry.part)
    return text("rule_field", item.field, **fields)


def rule_value(entry: Sourced, names: dict[str, str], titles: dict[str, str]) -> str:
    """What a rule says, in words; a rule that only holds other rules is «—».

    ``names`` are of subjects, ``titles`` of the indicators of its block.
    """
    match entry:
        case SourcedInt():
            return str(entry.value)
        case SourcedShare():
            return russian.percent(entry.value, 0)
        case Coefficient():
            return russian.number(entry.value, 1)
        case Quantile():
            return russian.number(entry.value, 2)
        case MarkerCorrelation():
            return russian.number(entry.value, 1)
        case Percentile():
            return str(entry.value)
        case Edition():
            return entry.value
        case ObjectivityMarker():
            return text(
                "rule_value",
                "marker",
                kind=text("rule_choice", entry.kind),
                procedure=text("procedure", entry.procedure),
                works=_works((entry.subject,), (entry.grade,), names),
            )
        case ObjectivityIndicator():
            works = "".join(
                f"; {_procedure(one.procedure)}: {_works(one.subjects, one.grades, names)}"
                for one in entry.works
            )
            return text("rule_choice", entry.measure) + works
        case RuleMode():
            return text("rule_mode", entry.value)
        case ProcedureSet():
            return _works(entry.subjects, entry.grades, names)
        case HighThreshold():
            return text(
                "rule_value",
                "high",
                works=_works(entry.subjects, entry.grades, names),
                operator=text("rule_choice", entry.operator),
                share=russian.percent(entry.share_numerator / entry.share_denominator, 0),
            )
        case PupilSum():
            return text(
                "rule_value",
                "sum",
                grades=f"{_grades(entry.grades)}: " if entry.grades else "",
                minimum=str(entry.minimum),
                measure=text("rule_choice", entry.measure),
                n=str(entry.n_subjects),
                no_fail=text("rule_value", "no_fail") if entry.no_fail else "",
            )
        case ConditionIndicator():
            return text(
                "rule_value",
                entry.kind,
                numerator=text("rule_value", "joined").join(map(_context, entry.numerator)),
                denominator=_context(entry.denominator) if entry.denominator else "",
                direction=_direction(entry, entry.kind == "yes_no"),
            )
        case ResultIndicator():
            return _result_indicator(entry, names)
        case Weights():
            if entry.value == "equal":
                return text("rule_choice", "equal")
            return ", ".join(
                f"{titles[name]} — {weight}" for name, weight in entry.by_indicator.items()
            )
        case RequiredWeight():
            return text(
                "rule_value",
                "fraction",
                numerator=str(entry.numerator),
                denominator=str(entry.denominator),
            )
        case PointBand():
            return text(
                "rule_value",
                "points",
                at_least=russian.number(entry.at_least, 2),
                points=str(entry.points),
            )
        case SourceOrder():
            return ", ".join(text("rule_source", source) for source in entry.value)
        case OwnPart():
            return entry.value
        case LowResultsParameters() | LowResultsIndicators() | AdverseConditions():
            return entry.title
        case CalendarEvent():
            code = "until" if entry.starts is None else "between"
            days = {"starts": _day(entry.starts or ""), "ends": _day(entry.ends)}
            return text("rule_value", code, who=entry.who, **days)
        case RequiredReport():
            return text("rule_choice", entry.period)
        case Terms():
            code = "terms" if entry.adverse_conditions else "one_term"
            return text(
                "rule_value",
                code,
                low_results=entry.low_results,
                adverse_conditions=entry.adverse_conditions or "",
            )
    value = getattr(entry, "value", None)
    return text("rule_value", "whole") if value is None else text("rule_choice", value)


def _result_indicator(entry: ResultIndicator, names: dict[str, str]) -> str:
    works = "".join(
        f"; {_procedure(one.procedure)}: {_works(one.subjects, one.grades, names)}"
        for one in entry.works
    )
    n_years = entry.n_years
    years = russian.counted(n_years, "год", "года", "лет") if n_years else ""
    return text(
        "rule_value",
        "indicator",
        measure=text("rule_choice", entry.measure),
        works=works,
        years=text("rule_value", "years", n=years) if years else "",
        direction=_direction(entry, entry.measure == "fact"),
    )


def _direction(entry: ConditionIndicator | ResultIndicator, is_answer: bool) -> str:
    return text("rule_answer" if is_answer else "rule_choice", entry.direction)


def _procedure(code: str) -> str:
    return text("rule_procedure" if code in DIAGNOSTIC_PROCEDURES else "procedure", code)


def _works(
    codes: tuple[str, ...] | None, grades: tuple[int, ...] | None, names: dict[str, str]
) -> str:
    named = (
        ", ".join(names[code] for code in codes) if codes else text("rule_value", "all_subjects")
    )
    return f"{named}; {_grades(grades)}" if grades else named


def _grades(grades: tuple[int, ...]) -> str:
    code = "grades" if len(grades) > 1 else "grade"
    return text("rule_value", code, grades=", ".join(map(str, grades)))


def _context(code: str) -> str:
    """Printed name of a context indicator."""
    if code.startswith(_GRADE):
        return text("context_indicator", "n_pupils_grade", grade=code.removeprefix(_GRADE))
    return text("context_indicator", code)


def _day(day: str) -> str:
    """«30 сентября» of 09-30, «август» of 08, nothing of nothing."""
    month, _, number = day.partition("-")
    if number:
        return f"{int(number)} {text('month_genitive', month)}"
    return text("month", month) if month else ""
