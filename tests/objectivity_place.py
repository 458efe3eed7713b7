"""Tables of a few schools for tests of objectivity: cells of scores, histograms, norms."""

import numpy as np
import pandas as pd

from shnor_analysis.tables import CELL_SCORES, CELLS, WORK_NORMS


def work(code):
    """Columns of a work from its id."""
    procedure, year, season, subject, grade = code.split("-")
    return {
        "work_id": code, "assessment_year": int(year), "procedure": procedure, "season": season,
        "subject": subject, "grade": int(grade), "level": "none",
    }  # fmt: skip


def cell(school, code, scores=(), n=None, pairs=(None, None, None)):
    """One cell with the primary scores of its pupils (test scores at ЕГЭ)."""
    kind, other = ("scaled", "raw") if code.startswith("ege") else ("raw", "scaled")
    values = np.asarray(scores, dtype=float)
    lowered, confirmed, raised = pairs
    return {
        "school_id": school, **work(code), "basis": "pupils",
        "n_participants": len(values) if n is None else n, "n_below_minimum": 0,
        "n_high_known": 0,
        f"n_score_{kind}": len(values), f"sum_score_{kind}": values.sum() if len(values) else None,
        f"sumsq_score_{kind}": (values**2).sum() if len(values) else None,
        f"n_score_{other}": 0,
        "n_mark_pairs": None if lowered is None else sum(pairs),
        "n_lowered": lowered, "n_confirmed": confirmed, "n_raised": raised,
    }  # fmt: skip


def cells(*rows):
    return CELLS.conform(pd.DataFrame(rows)) if rows else CELLS.empty()


def histogram(school, code, pupils):
    """Rows of ``cell_scores`` from (score, mark for the work, journal mark) of every pupil."""
    counted = pd.DataFrame(pupils, columns=["score_raw", "test_mark", "school_mark"])
    counted = counted.value_counts().rename("n_pupils").reset_index()
    return counted.assign(school_id=school, work_id=code, basis="pupils")


def cell_scores(*frames):
    return CELL_SCORES.conform(pd.concat(frames)) if frames else CELL_SCORES.empty()


def region(code, n, mean, sd, source="fisoko_region", year=None):
    """One row of ``work_norms``."""
    kind = "scaled" if code.startswith("ege") else "raw"
    own = work(code)
    return {
        **own, "source": source, "norm_year": year or own["assessment_year"],
        "n_participants": n, f"mean_score_{kind}": mean, f"total_sd_score_{kind}": sd,
        "has_leniency": False, "has_quantiles": False,
    }  # fmt: skip


def norms(*rows):
    return WORK_NORMS.conform(pd.DataFrame(rows)) if rows else WORK_NORMS.empty()
