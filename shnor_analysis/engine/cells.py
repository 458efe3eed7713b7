"""Cells: school × work, from classes of pupils or from group reports, whichever knows more."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.groups import KEYS, journal_counts, mark_counts, score_counts
from shnor_analysis.engine.outcomes import count_where
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELLS

PUPILS, AGGREGATE = "pupils", "aggregate"
NO_CLASS = ""
MARKS = (2, 3, 4, 5)
_MARKS = tuple(f"n_mark_{mark}" for mark in MARKS)
_PAIRS = ("n_mark_pairs", "n_lowered", "n_confirmed", "n_raised")
_SCALED = ("sum_score_scaled", "sumsq_score_scaled")
_SUMS = (
    "n_participants", *_MARKS, "n_below_minimum", "n_high_known", "n_high",
    "n_score_raw", "sum_score_raw", "sumsq_score_raw", "n_score_scaled", *_SCALED, *_PAIRS,
)  # fmt: skip
_SCORES = ("n_high_known", "n_high", "n_score_raw", "sum_score_raw", "sumsq_score_raw")
_WORK = ("work_id", "assessment_year", "procedure", "season", "subject", "grade", "level")


def class_cells(results: tuple[ir.Table, ...]) -> ir.Table:
    """Count and sum the pupils of every class in every work.

    Parameters
    ----------
    results : tuple of Table
        Made by :func:`shnor_analysis.engine.outcomes.outcomes`; no work is in two of them.

    Returns
    -------
    Table
        Contract ``class_cells``. Pupils whose class is unknown stand under an empty label. Where
        a class has no mark, no pair of marks or no known limit, the counts of these are missing,
        not zero.
    """
    return ibis.union(*(_count_classes(rows) for rows in results))


def _count_classes(results: ir.Table) -> ir.Table:
    rows = results.mutate(class_label=results.class_label.fill_null(NO_CLASS))
    marks, raw = rows.test_mark, rows.score_raw
    sums = {
        "n_participants": rows.count().cast("int64"),
        "n_marks": marks.count().cast("int64"),
        **{f"n_mark_{mark}": count_where(marks == mark) for mark in MARKS[:-1]},
        "n_below_minimum": count_where(rows.is_below_minimum),
        "n_high_known": rows.is_high.count().cast("int64"),
        "n_high": count_where(rows.is_high),
        "n_score_raw": raw.count().cast("int64"),
        "sum_score_raw": raw.sum(),
        "sumsq_score_raw": (raw * raw).sum(),
    }
    if "score_scaled" in rows.columns:
        scaled = rows.score_scaled
        sums |= {
            "n_score_scaled": scaled.count().cast("int64"),
            "sum_score_scaled": scaled.sum(),
            "sumsq_score_scaled": (scaled * scaled).sum(),
        }
    if "school_mark" in rows.columns:
        shift = marks - rows.school_mark
        sums |= {
            "n_mark_pairs": shift.count().cast("int64"),
            "n_lowered": count_where(shift < 0),
            "n_raised": count_where(shift > 0),
        }
    counted = rows.group_by(*KEYS, "class_label").agg(**sums)
    return _complete(counted).select(*KEYS, "class_label", *_SUMS)


def _complete(counted: ir.Table) -> ir.Table:
    """Add the counts that follow from others; make counts of what nobody knows missing."""
    no_integer, no_real = ibis.null("int64"), ibis.null("float64")
    if "n_score_scaled" not in counted.columns:
        zero = ibis.literal(0, "int64")
        counted = counted.mutate(n_score_scaled=zero, **dict.fromkeys(_SCALED, no_real))
    if "n_mark_pairs" in counted.columns:
        rest = counted.n_mark_pairs - counted.n_lowered - counted.n_raised
        counted = counted.mutate(n_confirmed=rest)
    else:
        counted = counted.mutate(**dict.fromkeys(_PAIRS, no_integer))
    others = counted.n_mark_2 + counted.n_mark_3 + counted.n_mark_4
    counted = counted.mutate(n_mark_5=counted.n_marks - others)
    base_of = {
        **dict.fromkeys(_MARKS, counted.n_marks),
        "n_high": counted.n_high_known,
        **dict.fromkeys(_PAIRS, counted.n_mark_pairs),
    }
    return counted.mutate(
        **{name: ibis.ifelse(base > 0, counted[name], no_integer) for name, base in base_of.items()}
    )


def cells(by_class: ir.Table, tidy: Tidy) -> ir.Table:
    """Join everything known of a school in a work.

    Parameters
    ----------
    by_class : Table
        Contract ``class_cells``.
    tidy : Tidy
        Group reports, attendance, works and limits.

    Returns
    -------
    Table
        Contract ``cells``. Where a school's work came both by pupil and as a group report, the
        one with more participants counts, by pupil when they are equal: rows may be missing or
        left out as errors, the report then knows more. A report on marks alone knows no scores:
        they, and high results, are then those of the pupils there are, and their number says of
        how many. Journal counts come from pupils, else from the comparison report, else from the
        pupils a fuller report left aside. Of several protocols that say who was absent the one that
        lists most pupils counts.
    """
    n = "n_participants"
    by_group = _of_groups(tidy)
    united = with_more_pupils(_of_pupils(by_class), by_group, by_class, n, n)
    joined = _left(united, journal_counts(tidy.group_statistics))
    pupils = _of_pupils(by_class.semi_join(by_group, KEYS)).rename(
        {f"{name}_of_pupils": name for name in (*_SCORES, *_PAIRS)}
    )
    joined = _left(joined, pupils.select(*KEYS, *(f"{n}_of_pupils" for n in (*_SCORES, *_PAIRS))))
    lacks = (joined.n_score_raw == 0) & (joined.n_score_raw_of_pupils > 0)
    complete = joined.mutate(
        **{name: ibis.ifelse(lacks, joined[f"{name}_of_pupils"], joined[name]) for name in _SCORES},
        # all four from one source, so that they add up
        **{
            name: ibis.cases(
                (joined.n_mark_pairs.notnull(), joined[name]),
                (joined.n_mark_pairs_reported.notnull(), joined[f"{name}_reported"]),
                else_=joined[f"{name}_of_pupils"],
            )
            for name in _PAIRS
        },
    )
    attended = complete.left_join(_absent(tidy.participation), KEYS)
    return attended.inner_join(tidy.works.select(*_WORK), "work_id").select(list(CELLS.columns))


def _left(table: ir.Table, other: ir.Table) -> ir.Table:
    return table.left_join(other, KEYS).drop("school_id_right", "work_id_right")


def with_more_pupils(
    by_pupil: ir.Table, by_group: ir.Table, by_class: ir.Table, n: str, n_of_class: str
) -> ir.Table:
    """One source for every school × work: the one that counts more pupils, else the pupils'.

    Parameters
    ----------
    by_pupil, by_group : Table
        The same columns from both sources, ``KEYS`` among them; one or several rows per
        school × work.
    by_class : Table
        Contract ``class_cells``: tells how many pupils ``by_pupil`` counts without going through
        it twice, since group reports are few and results of pupils many.
    n, n_of_class : str
        The count in ``by_group`` and in ``by_class``.
    """
    group_total = by_group.group_by(*KEYS).agg(n_group=by_group[n].sum())
    classes = by_class.semi_join(group_total, KEYS)
    pupil_total = classes.group_by(*KEYS).agg(n_pupil=classes[n_of_class].sum())
    both = group_total.inner_join(pupil_total, KEYS)
    kept = by_pupil.anti_join(both.filter(both.n_group > both.n_pupil), KEYS)
    return kept.union(by_group.anti_join(both.filter(both.n_group <= both.n_pupil), KEYS))


def _of_pupils(by_class: ir.Table) -> ir.Table:
    summed = by_class.group_by(*KEYS).agg(
        **{name: by_class[name].sum().cast(by_class[name].type()) for name in _SUMS}
    )
    return summed.select(*KEYS, *_SUMS, basis=ibis.literal(PUPILS))


def _of_groups(tidy: Tidy) -> ir.Table:
    marks = mark_counts(tidy.group_statistics)
    scores = score_counts(tidy.group_items).left_join(
        tidy.limits.select("work_id", "high_limit_raw", "high_includes_limit"), "work_id"
    )
    limit, n, score = scores.high_limit_raw, scores.n_pupils, scores.score_raw
    is_high = ibis.ifelse(scores.high_includes_limit, score >= limit, score > limit)
    no_integer = ibis.null("int64")
    sums = scores.group_by(*KEYS).agg(
        n_scores=n.sum().cast("int64"),
        sum_score_raw=(score * n).sum(),
        sumsq_score_raw=(score * score * n).sum(),
        n_judged=ibis.ifelse(limit.notnull(), n, no_integer).sum().cast("int64"),
        n_above=ibis.ifelse(is_high, n, no_integer).sum().cast("int64"),
    )
    joined = marks.left_join(sums, KEYS)
    n_judged = joined.n_judged.coalesce(0)
    return joined.select(
        *KEYS,
        "n_participants",
        *_MARKS,
        n_below_minimum=joined.n_mark_2,
        n_high_known=n_judged,
        n_high=ibis.ifelse(n_judged > 0, joined.n_above.coalesce(0), no_integer),
        n_score_raw=joined.n_scores.coalesce(0),
        sum_score_raw=joined.sum_score_raw,
        sumsq_score_raw=joined.sumsq_score_raw,
        n_score_scaled=ibis.literal(0, "int64"),
        **dict.fromkeys(_SCALED, ibis.null("float64")),
        **dict.fromkeys(_PAIRS, no_integer),
        basis=ibis.literal(AGGREGATE),
    )


def _absent(participation: ir.Table) -> ir.Table:
    widest = participation.group_by(*KEYS).agg(n_widest=participation.n_listed.max())
    rows = participation.inner_join(widest, [*KEYS, ("n_listed", "n_widest")])
    return rows.group_by(*KEYS).agg(n_absent=rows.n_absent.max().cast("int64"))
