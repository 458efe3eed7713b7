"""Hand-made cells of several years for tests of dynamics."""

import pandas as pd

from shnor_analysis.measures.comparability import SERIES
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import CELLS, COMPARABILITY, WORK_NORMS
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULES = METHODOLOGY.dynamics
NO_MERGERS = pd.DataFrame(columns=["old_school", "new_school", "assessment_year"])
WORK_PARTS = ("procedure", "assessment_year", "season", "subject", "grade")


def parts(work):
    """«vpr-2025-spring-rus-5» as columns."""
    found = dict(zip(WORK_PARTS, work.split("-"), strict=True))
    return {
        **found, "assessment_year": int(found["assessment_year"]), "grade": int(found["grade"]),
        "work_id": work, "level": "none",
    }  # fmt: skip


def cell(school, work, x, n, high=None):
    """Of ``n`` participants ``x`` below the minimum and ``high`` with a 4 or 5; None: no marks."""
    marks = {} if high is None else {
        "n_mark_2": x, "n_mark_3": n - x - high, "n_mark_4": high, "n_mark_5": 0,
    }  # fmt: skip
    return {
        "school_id": school, **parts(work), "basis": "pupils", "n_participants": n,
        "n_below_minimum": x, "n_score_raw": 0, "n_score_scaled": 0, "n_high_known": 0, **marks,
    }  # fmt: skip


def cells(rows):
    return CELLS.conform(pd.DataFrame(rows))


def compared(table, verdicts=None, reasons=None):
    """Every series of some cells year by year; ``verdicts`` and ``reasons`` by the later year."""
    rows = []
    for key, group in table.groupby(list(SERIES)):
        years = sorted(group["assessment_year"].unique())
        for before, year in zip([None, *years], years, strict=False):
            verdict = "first" if before is None else (verdicts or {}).get(year, "comparable")
            rows.append(
                {
                    **dict(zip(SERIES, key, strict=True)), "assessment_year": year,
                    "compared_year": before, "verdict": verdict,
                    "reasons": (reasons or {}).get(year) if before else None, "n_participants": 1,
                }
            )  # fmt: skip
    return COMPARABILITY.conform(pd.DataFrame(rows))


def norms(shares):
    """Share below the minimum of the region by work; the share of high marks is one minus it."""
    return WORK_NORMS.conform(
        pd.DataFrame(
            [
                {
                    **parts(work), "source": "fisoko_region",
                    "norm_year": parts(work)["assessment_year"], "below_minimum_share": share,
                    "high_mark_share": 1 - share, "has_leniency": False, "has_quantiles": False,
                }
                for work, share in shares.items()
            ],
            columns=list(WORK_NORMS.columns),
        )
    )  # fmt: skip
