"""The contents page of the engine: every table of the waist and what it is made of."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir

from shnor_analysis import tables
from shnor_analysis.engine.backends import Engine
from shnor_analysis.engine.cells import cells, class_cells
from shnor_analysis.engine.limits import sum_rules, work_limits
from shnor_analysis.engine.outcomes import all_outcomes
from shnor_analysis.engine.pupils import cohort_pairs, pupil_sums
from shnor_analysis.engine.scores import cell_scores
from shnor_analysis.engine.sources import cell_sources
from shnor_analysis.engine.tasks import cell_tasks
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.methodology import Methodology

WAIST = (
    tables.CLASS_CELLS,
    tables.CELLS,
    tables.CELL_SCORES,
    tables.CELL_TASKS,
    tables.PUPIL_SUMS,
    tables.COHORT_PAIRS,
    tables.CELL_SOURCES,
)
_OF_WORKS = (
    tables.VPR_RESULTS,
    tables.WORK_TASKS,
    tables.GIA_RESULTS,
    tables.GROUP_STATISTICS,
    tables.GROUP_ITEMS,
    tables.PARTICIPATION,
)


def open_tidy(
    folder: Path, methodology: Methodology, engine: Engine, last_year: int | None = None
) -> Tidy:
    """Open the tidy tables of a place with the limits its works are judged by.

    Parameters
    ----------
    folder : Path
        Where the tables lie: files, or folders by year. Only ``works`` must be there.
    methodology : Methodology
        Minimums and the rules of high results and of sums.
    engine : Engine
        Open.
    last_year : int, optional
        Leave works of later assessment years, and all that belongs to them, aside.

    Raises
    ------
    SchemaError
        If a table does not keep its contract.
    """
    works = engine.table(folder, tables.WORKS)
    known = engine.fetch(works)
    found = {
        contract.name: engine.table(folder, contract, may_be_absent=True) for contract in _OF_WORKS
    }
    if last_year is not None and (known["assessment_year"] > last_year).any():
        known = known[known["assessment_year"] <= last_year]
        works = works.filter(works.assessment_year <= last_year)
        found = {name: rows.semi_join(works, "work_id") for name, rows in found.items()}
    return Tidy(
        works=works,
        **found,
        limits=engine.memtable(work_limits(known, methodology)),
        sum_rules=engine.memtable(sum_rules(known, methodology)),
    )


def waist_expressions(tidy: Tidy, by_class: ir.Table | None = None) -> dict[str, ir.Table]:
    """Return contract name → expression for every table of the waist; no backend is named.

    ``by_class`` holds the cells of classes where they are made already; cells go on from them.
    """
    results = all_outcomes(tidy)
    classes = class_cells(results) if by_class is None else by_class
    return {
        tables.CLASS_CELLS.name: classes,
        tables.CELLS.name: cells(classes, tidy),
        tables.CELL_SCORES.name: cell_scores(results, classes, tidy),
        tables.CELL_TASKS.name: cell_tasks(tidy),
        tables.PUPIL_SUMS.name: pupil_sums(tidy),
        tables.COHORT_PAIRS.name: cohort_pairs(tidy),
        tables.CELL_SOURCES.name: cell_sources(tidy),
    }


def write_waist(
    folder: Path,
    target: Path,
    methodology: Methodology,
    engine: Engine,
    last_year: int | None = None,
) -> None:
    """Turn tidy tables into the tables of the waist.

    Parameters
    ----------
    folder, methodology, engine, last_year
        As in :func:`open_tidy`.
    target : Path
        Folder that gets a Parquet file per table, each under its contract: ``WAIST`` names them.
        A work whose minimum or scale is unknown makes no cell: nothing is guessed.

    Raises
    ------
    SchemaError
        If a tidy table does not keep its contract.
    EngineError
        If Spark gives up.
    """
    tidy = open_tidy(folder, methodology, engine, last_year)
    by_class = engine.write(class_cells(all_outcomes(tidy)), tables.CLASS_CELLS, target)
    expressions = waist_expressions(tidy, by_class)
    for contract in WAIST[1:]:
        engine.write(expressions[contract.name], contract, target)
