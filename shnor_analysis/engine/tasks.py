"""How a school did each task of a work."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.cells import AGGREGATE, PUPILS
from shnor_analysis.engine.groups import KEYS, task_sums
from shnor_analysis.engine.outcomes import count_where
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELL_TASKS, NO_ANSWER, NOT_BEGUN, NOT_TAUGHT

SEPARATOR = " "


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
    split = pupils.select(*KEYS, "task_set", word=pupils.task_scores.split(SEPARATOR))
    rows = split.unnest("word", offset="position")
    named = rows.inner_join(
        tidy.work_tasks.select("task_set", "position", "task", "max_score"),
        ["task_set", "position"],
    )
    score = named.word.try_cast("float64")
    is_taught = named.word != NOT_TAUGHT
    scored = named.mutate(score=ibis.ifelse(is_taught, score.fill_null(0.0), ibis.null("float64")))
    by_pupil = scored.group_by(*KEYS, "task").agg(
        max_score=scored.max_score.max().cast("int64"),
        n_pupils=scored.score.count().cast("int64"),
        n_blank=count_where(scored.word == NO_ANSWER),
        n_not_begun=count_where(scored.word == NOT_BEGUN),
        n_not_taught=count_where(scored.word == NOT_TAUGHT),
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
    ).anti_join(by_pupil, KEYS)
    columns = list(CELL_TASKS.columns)
    return by_pupil.select(columns).union(by_group.select(columns))
