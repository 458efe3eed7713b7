"""Methodology as data: strict loading of rules, scales, subjects and column maps."""

from shnor_analysis.methodology.column_maps import ColumnMap, HeadingRule
from shnor_analysis.methodology.loading import (
    PROCEDURE_NAMES,
    Methodology,
    load_low_results_rule,
    load_methodology,
    load_place,
)
from shnor_analysis.methodology.place import (
    Place,
    PlacePublication,
    PlaceRegulations,
    PlaceResponsible,
    PlaceTerms,
)
from shnor_analysis.methodology.records import (
    AnswerRank,
    CardIndicator,
    CatalogueIndicator,
    ExplanationReason,
    FormAddress,
    Scale,
    Subject,
)
from shnor_analysis.methodology.rules import (
    Comparability,
    LowResultsRule,
    PartNeed,
    ProcedureSet,
    RandomSubjects,
    ReportPart,
    ReportParts,
    RuleMode,
    SeriesBreak,
    SourcedInt,
    SourcedShare,
    SourceFamily,
)
from shnor_analysis.methodology.sourced import Confidence, Sourced, StrictModel
from shnor_analysis.methodology.text import normal_text
from shnor_analysis.methodology.yaml_files import load_model

__all__ = [
    "PROCEDURE_NAMES",
    "AnswerRank",
    "CardIndicator",
    "CatalogueIndicator",
    "ColumnMap",
    "Comparability",
    "Confidence",
    "ExplanationReason",
    "FormAddress",
    "HeadingRule",
    "LowResultsRule",
    "Methodology",
    "PartNeed",
    "Place",
    "PlacePublication",
    "PlaceRegulations",
    "PlaceResponsible",
    "PlaceTerms",
    "ProcedureSet",
    "RandomSubjects",
    "ReportPart",
    "ReportParts",
    "RuleMode",
    "Scale",
    "SeriesBreak",
    "SourceFamily",
    "Sourced",
    "SourcedInt",
    "SourcedShare",
    "StrictModel",
    "Subject",
    "load_low_results_rule",
    "load_methodology",
    "load_model",
    "load_place",
    "normal_text",
]
