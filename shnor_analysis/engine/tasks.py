"""How a school did each task of a work."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.cells import AGGREGATE, PUPILS
from shnor_analysis.engine.groups import KEYS, task_sums
from shnor_analysis.engine.outcomes import count_where
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELL_TASKS, NO_ANSWER, NOT_BEGUN, NOT_TAUGHT

_DIGIT_ZERO, _LETTER_TEN = ord("0"), ord("a") - 10


def cell_tasks(tidy: Tidy) -> ir.Table:
    """Sum the scores of every task over the pupils of a school.

    Returns
    -------
    Table
        Contract ``cell_tasks``. A task that was not taught is no task of the pupil; an empty
        answer and a task not begun score 0, as ФИС ОКО counts them, and are counted beside.
        Where no row of a pupil tells the tasks of a work, the report on tasks does.
    """
    pupils = tidy.vpr_results.filter(tidy.vpr_results.task_scores.notnull())
    tasks = tidy.work_tasks.select("task_set", "position", "task", "max_score")
    rows = pupils.select(*KEYS, "task_set", "task_scores").inner_join(tasks, "task_set")
    # a row per pupil × task; taking one sign is some ten times cheaper than splitting into lists
    sign = rows.task_scores.substr(rows.position, 1)
    scored = rows.mutate(sign=sign, score=_score(sign)).drop("task_scores")
    by_pupil = scored.group_by(*KEYS, "task").agg(
        max_score=scored.max_score.max().cast("int64"),
        n_pupils=scored.score.count().cast("int64"),
        n_blank=count_where(scored.sign == NO_ANSWER),
        n_not_begun=count_where(scored.sign == NOT_BEGUN),
        n_not_taught=count_where(scored.sign == NOT_TAUGHT),
        n_full=count_where(scored.score == scored.max_score),
        sum_score=scored.score.sum(),
        sumsq_score=(scored.score * scored.score).sum(),
        basis=ibis.literal(PUPILS),
    )
    has_maximum = by_pupil.max_score.notnull()
    by_pupil = by_pupil.mutate(n_full=ibis.ifelse(has_maximum, by_pupil.n_full, ibis.null("int64")))
    reported = task_sums(tidy.group_items)
    by_group = reported.mutate(
        **dict.fromkeys(("n_blank", "n_not_begun", "n_not_taught", "n_full"), ibis.null("int64")),
        sumsq_score=ibis.null("float64"),
        basis=ibis.literal(AGGREGATE),
    )
    # asked of the rows and not of their sums, which would then be made twice
    told = pupils.semi_join(by_group, KEYS).select(*KEYS).distinct()
    by_group = by_group.anti_join(told, KEYS)
    columns = list(CELL_TASKS.columns)
    return by_pupil.select(columns).union(by_group.select(columns))


def _score(sign: ir.StringValue) -> ir.FloatingValue:
    """Score of one task: that of the sign, 0 where the pupil gave no answer, else missing."""
    code = sign.ascii_str()
    digit = ibis.ifelse(sign >= "a", code - _LETTER_TEN, code - _DIGIT_ZERO)
    has_no_score = (sign == NO_ANSWER) | (sign == NOT_BEGUN)
    return (
        ibis.cases(
            (sign == NOT_TAUGHT, ibis.null("int64")), (has_no_score, 0), else_=digit.cast("int64")
        )
    ).cast("float64")
