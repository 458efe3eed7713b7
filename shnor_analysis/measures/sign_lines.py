"""One statistic per school for every sign, and the conditions its usual value depends on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.measures.sign_data import KnownWorks, SignTables, no_statistic
from shnor_analysis.measures.sign_levels import (
    drop_of_cohorts,
    drop_of_linked,
    linked_differences,
    mark_difference,
    standing,
    standing_before_drop,
)
from shnor_analysis.measures.sign_shapes import (
    bunching,
    misfit_of_schools,
    profiles,
    spread_in_classes,
    thresholds,
)
from shnor_analysis.methodology import ObjectivitySignRules, SignNorm
from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.contextual import contextual_effects

TESTED, EXAMS = ("vpr",), ("oge", "ege")
SOCIAL_INDEX, SIZE, EXAM = "social_index", "log_n_pupils", "exam"
STANDING, STANDING_SQUARED = "standing", "standing_squared"
# What the usual value of a statistic depends on; the others are compared as they are.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "exam": (SOCIAL_INDEX, SIZE),
    "level": (SOCIAL_INDEX, SIZE, EXAM),
    "grade4_level": (SOCIAL_INDEX, SIZE, EXAM),
    # pupils of a school differ, so far from the region's level a shift of logits is not exact
    "items": (STANDING, STANDING_SQUARED),
    "variance": (STANDING, STANDING_SQUARED),
    "marks": (STANDING, STANDING_SQUARED),
}


@dataclass(frozen=True)
class Span:
    """So many years up to one, and their works: those tested, and the exams beside them.

    A step from grade 4 to 5 ends in one of the years: ``handed_over`` are the works of both of its
    ends, ``earlier_exams`` the exams of the years it begins in.
    """

    n_years: int
    tested: KnownWorks
    handed_over: KnownWorks
    exams: KnownWorks
    earlier_exams: KnownWorks

    @classmethod
    def of(cls, works: KnownWorks, assessment_year: int, n_years: int) -> Span:
        """The span of the last ``n_years``; a step from grade 4 to 5 needs two years at least."""
        after = assessment_year + 1
        years = range(after - n_years, after)
        first = min(years.start, assessment_year - 1)
        return cls(
            n_years,
            works.of(TESTED, years),
            works.of(TESTED, range(first, after)),
            works.of(EXAMS, years),
            works.of(EXAMS, range(first, assessment_year)),
        )


@dataclass(frozen=True)
class Statistics:
    """Statistics of all signs but those that need a spread of pupils, which has its own method.

    Every frame is as of :func:`~shnor_analysis.measures.sign_data.statistic`.
    """

    span: Span
    plain: dict[str, pd.DataFrame]
    earlier_exams: pd.DataFrame
    pairs: pd.DataFrame
    differences: pd.DataFrame
    thresholds: pd.DataFrame
    profiles: pd.DataFrame

    def of(self, sign: str, pupil_sd: float | None) -> pd.DataFrame:
        """The statistic of a sign; no rows where its spread of pupils is not known."""
        if sign in self.plain:
            return self.plain[sign]
        if pupil_sd is None:
            return no_statistic()
        if sign == "marks":
            return mark_difference(self.pairs, self.span.tested, pupil_sd)
        return drop_of_linked(self.differences, pupil_sd)


def statistics(
    tables: SignTables, pairs: pd.DataFrame, span: Span, rules: ObjectivitySignRules
) -> Statistics:
    """Compute the statistics of all signs over one span of years.

    Parameters
    ----------
    tables : SignTables
        Of all schools of the place.
    pairs : DataFrame
        As of :func:`~shnor_analysis.measures.sign_levels.mark_pairs`.
    span : Span
        The years and the works whose norms are known.
    rules : ObjectivitySignRules
        Smallest class.

    Returns
    -------
    Statistics
        Also of schools with little data: who is judged is decided afterwards.
    """
    tested = tables.of_works(span.tested.norms)
    over = tables.of_works(span.handed_over.norms)
    around = thresholds(tested, span.tested)
    found = profiles(tested, span.tested, rules.min_class.value)
    return Statistics(
        span=span,
        plain={
            "exam": standing(tables.of_works(span.exams.norms), span.exams),
            "level": standing(tested, span.tested),
            "grade4_level": standing_before_drop(over, span.handed_over),
            "drop_cohort": drop_of_cohorts(over, span.handed_over),
            "bunching": bunching(around),
            "items": misfit_of_schools(found),
            "variance": spread_in_classes(tested, span.tested, rules.min_class.value),
        },
        earlier_exams=standing(tables.of_works(span.earlier_exams.norms), span.earlier_exams),
        pairs=pairs[pairs["work_id"].isin(list(span.tested.norms))],
        differences=linked_differences(over, span.handed_over),
        thresholds=around,
        profiles=found,
    )


@dataclass(frozen=True)
class Conditions:
    """What is known of schools, and how uncertainly: two frames, index ``school_id``.

    ``table`` has a column per condition, ``unknown`` the variance of what is not known of it.
    """

    table: pd.DataFrame
    unknown: pd.DataFrame

    def filled(self, schools: pd.Index, norm: SignNorm) -> tuple[FloatArray, FloatArray]:
        """Conditions of a line for some schools; what is missing is at the region's mean.

        Returns
        -------
        x, x_variance : ndarray of float, shape (n_schools, n_conditions)
            Where a value is missing its variance is that of the condition in the region.
        """
        columns, variances = [], []
        for one in norm.conditions:
            value = self._column(self.table, one.condition, schools)
            known = ~np.isnan(value)
            variance = self._column(self.unknown, one.condition, schools)
            columns.append(np.where(known, value, one.mean))
            variances.append(np.where(known, np.nan_to_num(variance), one.variance))
        shape = (len(schools), len(norm.conditions))
        return (
            np.array(columns).T.reshape(shape),
            np.array(variances).T.reshape(shape),
        )

    @staticmethod
    def _column(frame: pd.DataFrame, name: str, schools: pd.Index) -> FloatArray:
        if name not in frame:
            return np.full(len(schools), np.nan)
        return frame[name].reindex(schools).to_numpy(dtype=float)


def with_standing(known: Conditions, level: pd.DataFrame) -> Conditions:
    """The same conditions with where the school stands in the works that are tested."""
    value = level["value"].astype(float)
    told = pd.DataFrame({STANDING: value, STANDING_SQUARED: value**2})
    schools = known.table.index.union(told.index)
    return Conditions(known.table.reindex(schools).join(told), known.unknown.reindex(schools))


def with_exams(known: Conditions, exams: pd.DataFrame, norm: SignNorm) -> Conditions:
    """The same conditions with what a school's exams tell beyond them, shrunken.

    Parameters
    ----------
    known : Conditions
        With the conditions of the line of exams.
    exams : DataFrame
        The statistic ``exam``; schools without one get 0 and the whole variance between schools.
    norm : SignNorm
        The line of exams.

    Notes
    -----
    The noisy exam mean of a small school would flatten the slope of the level on it; the shrunken
    one does not (regression calibration).
    """
    schools = known.table.index.union(exams.index)
    x, _ = known.filled(schools, norm)
    rows = exams.reindex(schools)
    found = contextual_effects(
        rows["value"].to_numpy(dtype=float),
        rows["standard_error"].to_numpy(dtype=float),
        x,
        [norm.intercept, *(one.slope for one in norm.conditions)],
        norm.between_sd**2,
    )
    effect = pd.Series(found.effect, index=schools)
    variance = pd.Series(found.effect_sd**2, index=schools)
    return Conditions(
        known.table.reindex(schools).assign(**{EXAM: effect.fillna(0.0)}),
        known.unknown.reindex(schools).assign(**{EXAM: variance.fillna(norm.between_sd**2)}),
    )
