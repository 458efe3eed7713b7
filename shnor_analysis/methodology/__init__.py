"""Methodology as data: strict loading of rules, scales, subjects and column maps."""

from shnor_analysis.methodology.column_maps import ColumnMap, HeadingRule
from shnor_analysis.methodology.loading import (
    PROCEDURE_NAMES,
    Methodology,
    load_methodology,
    load_place,
)
from shnor_analysis.methodology.place import (
    DEFAULT_REGULATIONS,
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
from shnor_analysis.methodology.regulation_files import (
    load_low_results_rule,
    load_regulation,
    load_regulations,
)
from shnor_analysis.methodology.regulations import (
    AdaptedProgrammes,
    HighResults,
    HighThreshold,
    LowResultsParameters,
    LowResultsRule,
    ProcedureSet,
    PupilSum,
    PupilSums,
    Regulation,
    RuleMode,
)
from shnor_analysis.methodology.rules import (
    Comparability,
    PartNeed,
    RandomSubjects,
    ReportPart,
    ReportParts,
    SeriesBreak,
    SourcedInt,
    SourcedShare,
    SourceFamily,
)
from shnor_analysis.methodology.sourced import Confidence, Sourced, StrictModel
from shnor_analysis.methodology.text import normal_text
from shnor_analysis.methodology.yaml_files import load_model

__all__ = [
    "DEFAULT_REGULATIONS",
    "PROCEDURE_NAMES",
    "AdaptedProgrammes",
    "AnswerRank",
    "CardIndicator",
    "CatalogueIndicator",
    "ColumnMap",
    "Comparability",
    "Confidence",
    "ExplanationReason",
    "FormAddress",
    "HeadingRule",
    "HighResults",
    "HighThreshold",
    "LowResultsParameters",
    "LowResultsRule",
    "Methodology",
    "PartNeed",
    "Place",
    "PlacePublication",
    "PlaceRegulations",
    "PlaceResponsible",
    "PlaceTerms",
    "ProcedureSet",
    "PupilSum",
    "PupilSums",
    "RandomSubjects",
    "Regulation",
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
    "load_regulation",
    "load_regulations",
    "normal_text",
]
