"""Everything in ``methodology/`` that a run needs, loaded and checked together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
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
from shnor_analysis.methodology.objectivity import MedalRules, ObjectivityRules
from shnor_analysis.methodology.objectivity_signs import ObjectivitySignRules
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
    objectivity_rules,
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

FOREVER = 9999  # a year later than any
PROCEDURE_NAMES = {"vpr": "ВПР", "oge": "ОГЭ", "ege": "ЕГЭ", "gve9": "ГВЭ-9", "gve11": "ГВЭ-11"}


@dataclass(frozen=True)
class Methodology:
    """Everything in ``methodology/`` that a run needs, checked on loading.

    Passed as an argument; no module keeps it as a global. ``regulations`` holds, for every purpose
    of ``PlaceRegulations``, the regulations the place applies: they have the block of that name,
    and only for lists of indicators and for objectivity there may be several. ``condition_sets``
    holds the indicators of adverse conditions of every regulation that has them: those the place
    does not apply stand beside its own. ``broken_regulations`` says, of regulations that the place
    does not apply and that cannot be used, what is wrong: they stand beside nothing.
    """

    folder: Path
    regulations: dict[str, tuple[Regulation, ...]]
    low_results: LowResultsRule
    comparability: Comparability
    report_parts: ReportParts
    social_context: SocialContextRules
    condition_sets: dict[str, AdverseConditions]
    broken_regulations: tuple[str, ...]
    certainty: CertaintyRules
    dynamics: DynamicsRules
    norms: NormRules
    medals: MedalRules
    objectivity_signs: ObjectivitySignRules
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
    def objectivity(self) -> tuple[ObjectivityRules, ...]:
        """What the documents the place looks at say of objectivity, side by side."""
        return tuple(map(objectivity_rules, self.regulations["objectivity"]))

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
                f"methodology/column_maps: нет файла {form}.csv с заголовками этой формы; "
                "верните его из поставки программы."
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
        One Russian sentence with file, place, found and expected. Regulations that the place does
        not apply stop nothing.
    """
    applied = applied_regulations(folder, regulations)
    known = load_regulations(folder, ready=chain.from_iterable(applied.values()))
    with_conditions = [one for one in known.usable if one.adverse_conditions]
    maps = sorted((folder / "column_maps").glob("*.csv"))
    return Methodology(
        folder=folder,
        regulations=applied,
        low_results=low_results_rule(applied["low_results"][0]),
        comparability=load_model(folder / "comparability.yaml", Comparability),
        report_parts=load_report_parts(folder / "report_parts.yaml"),
        social_context=load_model(folder / "social_context.yaml", SocialContextRules),
        condition_sets={one.id: required_block(one.adverse_conditions) for one in with_conditions},
        broken_regulations=tuple(known.broken.values()),
        certainty=load_certainty_rules(folder / "certainty.yaml"),
        dynamics=load_model(folder / "dynamics.yaml", DynamicsRules),
        norms=load_norm_rules(folder / "norms.yaml"),
        medals=load_medal_rules(folder / "medals.yaml"),
        objectivity_signs=load_objectivity_signs(folder / "objectivity.yaml"),
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
        Also when the core of a list would begin below its border, or «sure» below «likely».
    """
    loaded = load_model(path, CertaintyRules)
    words = loaded.indicator_lists
    for place, higher, lower_name, lower in (
        (
            "core_probability",
            loaded.core_probability,
            "borderline_probability",
            loaded.borderline_probability,
        ),
        (
            "indicator_lists.sure_probability",
            words.sure_probability,
            "likely_probability",
            words.likely_probability,
        ),
    ):
        if higher.value < lower.value:
            raise MethodologyError(
                f"{path.name}, {place}: найдено {higher.value}, ожидалось не меньше "
                f"{lower_name} ({lower.value}); исправьте одно из чисел."
            )
    return loaded


def load_objectivity_signs(path: Path) -> ObjectivitySignRules:
    """Load ``objectivity.yaml``: what our own statistical signs need and where levels begin.

    Raises
    ------
    MethodologyError
        Also when an observation would begin above a sign.
    """
    loaded = load_model(path, ObjectivitySignRules)
    sign, observation = loaded.family_q.value, loaded.observation_q.value
    if observation < sign:
        raise MethodologyError(
            f"{path.name}, observation_q: найдено {observation}, ожидалось не меньше family_q "
            f"({sign}); исправьте одно из чисел."
        )
    return loaded


def load_norm_rules(path: Path) -> NormRules:
    """Load ``norms.yaml``: numbers norms need and verdicts that need norms."""
    loaded = load_model(path, NormRules)
    refuse_duplicates(path, [need.verdict for need in loaded.needs])
    refuse_duplicates(path, [str(level) for level in loaded.quantiles])
    return loaded


def load_medal_rules(path: Path) -> MedalRules:
    """Load ``medals.yaml``: what the ЕГЭ must show for a medal, by year.

    Raises
    ------
    MethodologyError
        Also when two thresholds speak of one degree and year, or of years out of order.
    """
    loaded = load_model(path, MedalRules)
    seen = loaded.thresholds
    for place, one in enumerate(seen):
        last = one.year_to or one.year_from
        if last < one.year_from:
            raise MethodologyError(
                f"{path.name}, thresholds, запись {place + 1}: year_to {one.year_to} раньше "
                f"year_from {one.year_from}; исправьте годы."
            )
        for other in seen[:place]:
            is_apart = (one.year_to or FOREVER) < other.year_from or (
                other.year_to or FOREVER
            ) < one.year_from
            if not is_apart and (None in (one.degree, other.degree) or one.degree == other.degree):
                raise MethodologyError(
                    f"{path.name}, thresholds, запись {place + 1}: на те же годы и степень порог "
                    "уже дан; оставьте один."
                )
    return loaded
