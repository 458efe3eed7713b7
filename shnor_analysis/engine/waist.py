"""The contents page of the engine: every table of the waist and what it is made of."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from shnor_analysis import tables
from shnor_analysis.engine.backends import Engine
from shnor_analysis.engine.cells import cells, class_cells
from shnor_analysis.engine.limits import sum_rules, work_limits
from shnor_analysis.engine.outcomes import outcomes
from shnor_analysis.engine.pupils import cohort_pairs, pupil_sums
from shnor_analysis.engine.scores import cell_scores
from shnor_analysis.engine.sources import cell_sources
from shnor_analysis.engine.tasks import cell_tasks
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.methodology import Methodology


def open_tidy(folder: Path, methodology: Methodology, engine: Engine) -> Tidy:
    """Open the tidy tables of a place with the limits its works are judged by.

    Parameters
    ----------
    folder : Path
        Where the tables lie: files, or folders by year. Only ``works`` must be there.
    methodology : Methodology
        Minimums and the rules of high results and of sums.
    engine : Engine
        Open.

    Raises
    ------
    SchemaError
        If a table does not keep its contract.
    """
    works = engine.table(folder, tables.WORKS)
    known = engine.fetch(works)
    return Tidy(
        works=works,
        **{
            contract.name: engine.table(folder, contract, may_be_absent=True)
            for contract in (
                tables.VPR_RESULTS,
                tables.WORK_TASKS,
                tables.GIA_RESULTS,
                tables.GROUP_STATISTICS,
                tables.GROUP_ITEMS,
                tables.PARTICIPATION,
            )
        },
        limits=engine.memtable(work_limits(known, methodology)),
        sum_rules=engine.memtable(sum_rules(known, methodology)),
    )


def waist_expressions(tidy: Tidy) -> dict[str, ir.Table]:
    """Return contract name → expression for every table of the waist; no backend is named."""
    results = outcomes(tidy.vpr_results, tidy.gia_results, tidy.limits)
    by_class = class_cells(results)
    return {
        tables.CLASS_CELLS.name: by_class,
        tables.CELLS.name: cells(by_class, tidy),
        tables.CELL_SCORES.name: cell_scores(results, tidy),
        tables.CELL_TASKS.name: cell_tasks(tidy),
        tables.PUPIL_SUMS.name: pupil_sums(tidy),
        tables.COHORT_PAIRS.name: cohort_pairs(tidy),
        tables.CELL_SOURCES.name: cell_sources(tidy),
    }


def waist(folder: Path, methodology: Methodology, engine: Engine) -> dict[str, pd.DataFrame]:
    """Turn tidy tables into the tables of the waist.

    Parameters
    ----------
    folder : Path
        As in :func:`open_tidy`.
    methodology : Methodology
        Minimums and rules.
    engine : Engine
        Open; runs the expressions.

    Returns
    -------
    dict of str to DataFrame
        Contract name → table that keeps it. A work whose minimum or scale is unknown makes no
        cell: nothing is guessed.
    """
    expressions = waist_expressions(open_tidy(folder, methodology, engine))
    return {
        name: tables.CONTRACTS[name].conform(engine.fetch(expression))
        for name, expression in expressions.items()
    }
