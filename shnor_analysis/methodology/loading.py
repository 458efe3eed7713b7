"""Everything in ``methodology/`` that a run needs, loaded and checked together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.certainty import CertaintyRules
from shnor_analysis.methodology.column_maps import ColumnMap
from shnor_analysis.methodology.csv_files import (
    load_catalogue,
    load_column_map,
    load_context_answers,
    load_expert_card,
    load_explanation_reasons,
    load_oo1_mapping,
    load_scales,
    load_subjects,
    refuse_duplicates,
)
from shnor_analysis.methodology.dynamics import DynamicsRules
from shnor_analysis.methodology.norms import NormRules
from shnor_analysis.methodology.place import Place, PlaceRegulations
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
    applied_regulations,
    load_regulations,
    low_results_list,
    low_results_rule,
    required_block,
)
from shnor_analysis.methodology.regulations import (
    AdverseConditions,
    HighResults,
    LowResultsList,
    LowResultsRule,
    PupilSums,
    Regulation,
)
from shnor_analysis.methodology.rules import Comparability, ReportParts, SeriesBreak
from shnor_analysis.methodology.social_context import SocialContextRules
from shnor_analysis.methodology.text import normal_text
from shnor_analysis.methodology.yaml_files import load_model

PROCEDURE_NAMES = {"vpr": "ВПР", "oge": "ОГЭ", "ege": "ЕГЭ", "gve9": "ГВЭ-9", "gve11": "ГВЭ-11"}


@dataclass(frozen=True)
class Methodology:
    """Everything in ``methodology/`` that a run needs, checked on loading.

    Passed as an argument; no module keeps it as a global. ``regulations`` holds, for every purpose
    of ``PlaceRegulations``, the regulations the place applies: they have the block of that name,
    and only for lists of indicators there may be several. ``condition_sets`` holds the indicators
    of adverse conditions of every regulation that has them: those the place does not apply stand
    beside its own; ``condition_titles`` names them.
    """

    folder: Path
    regulations: dict[str, tuple[Regulation, ...]]
    low_results: LowResultsRule
    comparability: Comparability
    report_parts: ReportParts
    social_context: SocialContextRules
    condition_sets: dict[str, AdverseConditions]
    condition_titles: dict[str, str]
    certainty: CertaintyRules
    dynamics: DynamicsRules
    norms: NormRules
    explanation_reasons: tuple[ExplanationReason, ...]
    subjects: tuple[Subject, ...]
    scales: tuple[Scale, ...]
    column_maps: dict[str, ColumnMap]
    expert_card: tuple[CardIndicator, ...]
    catalogue: tuple[CatalogueIndicator, ...]
    oo1_mapping: tuple[FormAddress, ...]
    context_answers: tuple[AnswerRank, ...]

    @property
    def low_results_lists(self) -> tuple[LowResultsList, ...]:
        """Lists of indicators of low results that the place looks at, side by side."""
        return tuple(map(low_results_list, self.regulations["low_results_indicators"]))

    @property
    def adverse_conditions(self) -> AdverseConditions:
        """Indicators of adverse conditions."""
        return required_block(self.regulations["adverse_conditions"][0].adverse_conditions)

    @property
    def high_results(self) -> HighResults:
        """What counts as a high result."""
        return required_block(self.regulations["high_results"][0].high_results)

    @property
    def pupil_sums(self) -> PupilSums:
        """Sums over the works of one pupil that are enough."""
        return required_block(self.regulations["pupil_sums"][0].pupil_sums)

    @property
    def breaks(self) -> tuple[SeriesBreak, ...]:
        """Known breaks in series."""
        return self.comparability.breaks

    @cached_property
    def _subject_by_name(self) -> dict[str, Subject]:
        return {
            normal_text(name): subject
            for subject in self.subjects
            for name in (subject.name, *subject.aliases)
        }

    def subject(self, code: str) -> Subject:
        """Return the subject of a code.

        Raises
        ------
        MethodologyError
            If the code is not in ``subjects.csv``.
        """
        for subject in self.subjects:
            if subject.subject == code:
                return subject
        raise MethodologyError(
            f"methodology/subjects.csv: нет предмета с кодом «{code}»; добавьте строку."
        )

    def work_name(self, procedure: str, subject: str, grade: int) -> str:
        """A work in words for messages: «ВПР, математика, 7 класс»."""
        return f"{PROCEDURE_NAMES[procedure]}, {self.subject(subject).name.lower()}, {grade} класс"

    def subject_by_name(self, name: str) -> Subject | None:
        """Return the subject printed under a Russian name, or None."""
        return self._subject_by_name.get(normal_text(name))

    def subject_by_rcoi_code(self, code: str) -> Subject | None:
        """Return the subject of a two-digit РЦОИ code, or None."""
        return next((s for s in self.subjects if s.rcoi_code == code), None)

    def column_map(self, form: str) -> ColumnMap:
        """Return the column map of a source form.

        Raises
        ------
        MethodologyError
            If ``methodology/column_maps/<form>.csv`` does not exist.
        """
        try:
            return self.column_maps[form]
        except KeyError:
            raise MethodologyError(
                f"methodology/column_maps: нет файла {form}.csv с заголовками этой формы."
            ) from None

    def max_score(self, procedure: str, subject: str, grade: int, year: int) -> int | None:
        """Return the highest primary score by ``scales.csv``, or None when it is not known there.

        Scales of several levels that disagree tell nothing.
        """
        found = {
            scale.max_score_raw
            for scale in self.scales
            if (scale.procedure, scale.subject, scale.grade) == (procedure, subject, grade)
            and scale.year_from <= year <= scale.year_to
        } - {None}
        return found.pop() if len(found) == 1 else None

    def ege_minimum(self, subject: str, assessment_year: int) -> int | None:
        """Minimum ЕГЭ test score of a subject in a year, or None when the scale is unknown."""
        return next(
            (
                scale.min_score_scaled
                for scale in self.scales
                if scale.procedure == "ege"
                and scale.subject == subject
                and scale.year_from <= assessment_year <= scale.year_to
            ),
            None,
        )


def load_methodology(folder: Path, regulations: PlaceRegulations) -> Methodology:
    """Load and check everything a run needs from ``methodology/``.

    Parameters
    ----------
    folder : Path
        The methodology folder.
    regulations : PlaceRegulations
        Which regulation the place applies to what.

    Returns
    -------
    Methodology

    Raises
    ------
    MethodologyError
        One Russian sentence with file, place, found and expected.
    """
    applied = applied_regulations(folder, regulations)
    with_conditions = [one for one in load_regulations(folder) if one.adverse_conditions]
    maps = sorted((folder / "column_maps").glob("*.csv"))
    return Methodology(
        folder=folder,
        regulations=applied,
        low_results=low_results_rule(applied["low_results"][0]),
        comparability=load_model(folder / "comparability.yaml", Comparability),
        report_parts=load_report_parts(folder / "report_parts.yaml"),
        social_context=load_model(folder / "social_context.yaml", SocialContextRules),
        condition_sets={one.id: required_block(one.adverse_conditions) for one in with_conditions},
        condition_titles={one.id: one.title for one in with_conditions},
        certainty=load_certainty_rules(folder / "certainty.yaml"),
        dynamics=load_model(folder / "dynamics.yaml", DynamicsRules),
        norms=load_norm_rules(folder / "norms.yaml"),
        explanation_reasons=load_explanation_reasons(folder / "explanation_reasons.csv"),
        subjects=load_subjects(folder / "subjects.csv"),
        scales=load_scales(folder / "scales.csv"),
        column_maps={path.stem: load_column_map(path) for path in maps},
        expert_card=load_expert_card(folder / "expert_card.csv"),
        catalogue=load_catalogue(folder / "catalogue.csv"),
        oo1_mapping=load_oo1_mapping(folder / "oo1_mapping.csv"),
        context_answers=load_context_answers(folder / "context_answers.csv"),
    )


def load_place(path: Path) -> Place:
    """Load ``monitoring.yaml`` of a territory; see :func:`load_methodology` for errors."""
    return load_model(path, Place)


def load_report_parts(path: Path) -> ReportParts:
    """Load ``report_parts.yaml``: which files every part of the report needs."""
    loaded = load_model(path, ReportParts)
    refuse_duplicates(path, [entry.family for entry in loaded.families])
    refuse_duplicates(path, [entry.part for entry in loaded.parts])
    known = {entry.family for entry in loaded.families}
    for part in loaded.parts:
        refuse_duplicates(path, [f"{part.part}, {need.family}" for need in part.needs])
        named = {name for need in part.needs for name in (need.family, *need.replaced_by)}
        if named - known:
            raise MethodologyError(
                f"{path.name}, {part.part}: вида файлов {', '.join(sorted(named - known))} нет "
                "в перечне families; допишите его или исправьте код."
            )
    return loaded


def load_certainty_rules(path: Path) -> CertaintyRules:
    """Load ``certainty.yaml``: borders of certainty and the changes of the rule that are tried.

    Raises
    ------
    MethodologyError
        Also when the core of a list would begin below its border.
    """
    loaded = load_model(path, CertaintyRules)
    core, border = loaded.core_probability.value, loaded.borderline_probability.value
    if core < border:
        raise MethodologyError(
            f"{path.name}, core_probability: найдено {core}, ожидалось не меньше "
            f"borderline_probability ({border}); исправьте одно из чисел."
        )
    return loaded


def load_norm_rules(path: Path) -> NormRules:
    """Load ``norms.yaml``: numbers norms need and verdicts that need norms."""
    loaded = load_model(path, NormRules)
    refuse_duplicates(path, [need.verdict for need in loaded.needs])
    refuse_duplicates(path, [str(level) for level in loaded.quantiles])
    return loaded
