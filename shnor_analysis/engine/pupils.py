"""What needs one pupil in several works: sums over subjects, a cohort in two grades."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.outcomes import FAIL_MARK, count_where
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import COHORT_PAIRS, PUPIL_SUMS

_PUPIL = ("school_id", "assessment_year", "procedure", "grade", "pupil_id")


def pupil_sums(tidy: Tidy) -> ir.Table:
    """Count pupils whose best results over several subjects reach a sum.

    Parameters
    ----------
    tidy : Tidy
        Results of pupils and the rules of sums.

    Returns
    -------
    Table
        Contract ``pupil_sums``: one row per school × year × procedure × grade that a rule
        speaks of. Of a pupil with more subjects the best count; ``no_fail`` looks at all of
        them. Subjects without the measure (base maths has no test score) do not count.
    """
    columns = ("work_id", "school_id", "pupil_id", "test_mark", "score_scaled")
    vpr = tidy.vpr_results.mutate(score_scaled=ibis.null("float64")).select(*columns)
    results = vpr.union(tidy.gia_results.select(*columns))
    work = tidy.works.select("work_id", "assessment_year", "procedure", "grade")
    rows = results.inner_join(work, "work_id").inner_join(tidy.sum_rules, ["procedure", "grade"])
    value = ibis.ifelse(
        rows.measure == "score_scaled", rows.score_scaled, rows.test_mark.cast("float64")
    )
    known = rows.mutate(value=value).filter(value.notnull())
    place = ibis.row_number().over(
        ibis.window(group_by=[known[name] for name in _PUPIL], order_by=known.value.desc())
    )
    ranked = known.mutate(place=place)
    pupils = ranked.group_by(*_PUPIL, "n_subjects", "minimum", "no_fail").agg(
        n_works=ranked.count(),
        total=ibis.ifelse(ranked.place < ranked.n_subjects, ranked.value, 0.0).sum(),
        n_failed=count_where(ranked.test_mark == FAIL_MARK),
    )
    full = pupils.filter(pupils.n_works >= pupils.n_subjects)
    reached = (full.total >= full.minimum) & ~(full.no_fail & (full.n_failed > 0))
    return (
        full.group_by(*_PUPIL[:-1])
        .agg(n_pupils=full.count().cast("int64"), n_reached=count_where(reached))
        .select(list(PUPIL_SUMS.columns))
    )


def cohort_pairs(tidy: Tidy) -> ir.Table:
    """Link the same pupils in one grade and in the next one a year later.

    Returns
    -------
    Table
        Contract ``cohort_pairs``: one row per school × later work × earlier work of the same
        subject. Empty where pupils' codes do not survive from year to year, as in ВПР protocols
        of ФИС ОКО. The school is that of the later work.
    """
    work = tidy.works.select("work_id", "assessment_year", "subject", "grade")
    known = tidy.vpr_results.filter(tidy.vpr_results.score_raw.notnull())
    results = known.select("work_id", "school_id", "pupil_id", "score_raw", "test_mark")
    later = results.inner_join(work, "work_id")
    earlier = later.select(
        "pupil_id",
        "subject",
        earlier_work_id=later.work_id,
        earlier_school_id=later.school_id,
        earlier_score=later.score_raw,
        earlier_mark=later.test_mark,
        next_year=later.assessment_year + 1,
        next_grade=later.grade + 1,
    )
    pairs = later.inner_join(
        earlier,
        ["pupil_id", "subject", ("assessment_year", "next_year"), ("grade", "next_grade")],
    )
    x, y = pairs.earlier_score, pairs.score_raw
    return (
        pairs.group_by("school_id", "work_id", "earlier_work_id")
        .agg(
            n_pupils=pairs.count().cast("int64"),
            n_from_other_school=count_where(pairs.earlier_school_id != pairs.school_id),
            sum_earlier=x.sum(),
            sum_later=y.sum(),
            sumsq_earlier=(x * x).sum(),
            sumsq_later=(y * y).sum(),
            sum_product=(x * y).sum(),
            n_marks=count_where(pairs.earlier_mark.notnull() & pairs.test_mark.notnull()),
            n_mark_fell=count_where(pairs.test_mark < pairs.earlier_mark),
            n_mark_rose=count_where(pairs.test_mark > pairs.earlier_mark),
        )
        .select(list(COHORT_PAIRS.columns))
    )
