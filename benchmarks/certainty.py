"""How often the words «уверенно» and «вероятно» are given, by size and true share.

Run: ``python benchmarks/certainty.py``. Schools with ten procedures in each of two years, every
procedure with the same true share; the threshold is 30 %.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.methodology import LowResultsRule, load_low_results_rule
from shnor_analysis.tables import CELLS
from shnor_analysis.workspace import find_workspace

SEED = 1
N_SCHOOLS = 400
PROCEDURES = [
    (procedure, subject, grade)
    for subject in ("rus", "math")
    for procedure, grade in (("vpr", 4), ("vpr", 5), ("vpr", 6), ("vpr", 7), ("oge", 9))
]
CASES = [(10, 0.25), (15, 0.25), (25, 0.25), (50, 0.25), (25, 0.30), (25, 0.40), (50, 0.40)]


def simulated_cells(n: int, true_share: float, rng: np.random.Generator) -> pd.DataFrame:
    """One row per school × work of a region in which all shares are equal."""
    rows = [
        {
            "school_id": f"99{school:04d}",
            "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
            "assessment_year": year,
            "procedure": procedure,
            "season": "main",
            "subject": subject,
            "grade": grade,
            "level": "none",
            "basis": "pupils",
            "n_participants": n,
            "n_score_raw": 0,
            "n_score_scaled": 0,
        }
        for school in range(N_SCHOOLS)
        for year in (2024, 2025)
        for procedure, subject, grade in PROCEDURES
    ]
    return CELLS.conform(
        pd.DataFrame(rows).assign(n_below_minimum=rng.binomial(n, true_share, len(rows)))
    )


def classes(n: int, true_share: float, rule: LowResultsRule) -> pd.Series:
    """Shares of schools by evidence class."""
    cells = simulated_cells(n, true_share, np.random.default_rng(SEED))
    results = procedure_results(cells, rule.report_participants.value)
    schools = cells[["school_id"]].drop_duplicates()
    decisions = decide_low_results(results, schools, rule, 2025).decisions
    return decisions["evidence"].value_counts(normalize=True)


def main() -> None:
    """Print one line per size and true share."""
    rule = load_low_results_rule(find_workspace().methodology, "federal-low-results")
    print("участников  доля  в перечне  уверенно  вероятно")
    for n, true_share in CASES:
        found = classes(n, true_share, rule)
        listed = 1 - found.get("none", 0.0)
        print(
            f"{n:10d}  {true_share:.2f}  {listed:9.3f}  "
            f"{found.get('sure', 0.0):8.3f}  {found.get('likely', 0.0):8.3f}"
        )


if __name__ == "__main__":
    main()
