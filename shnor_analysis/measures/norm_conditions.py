"""Norms across works: slopes of results on conditions, quantiles of indicators over schools."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import WLS
from statsmodels.tools.tools import add_constant

from shnor_analysis.methodology import Absent, NormRules, Quantiles, Slope
from shnor_analysis.stats.intervals import share
from shnor_analysis.stats.shrinkage import between_school_variance
from shnor_analysis.tables import CONTEXT_SOURCES

SIZE = "log_n_pupils"
# Counts that are not parts of the school's pupils: what they are parts of, nothing for sizes.
_WHOLE = {
    "n_pupils": "", "n_teachers": "", "n_vacancies": "", "n_computers": "",
    "n_teachers_high_category": "n_teachers", "n_teachers_first_or_high": "n_teachers",
    "n_teachers_under_30": "n_teachers", "n_teachers_pension_age": "n_teachers",
    "n_computers_obsolete": "n_computers", "n_computers_online": "n_computers",
}  # fmt: skip
_GRADE_SIZE = "n_pupils_grade_"
_SHARES = ("below_minimum_share", "high_mark_share", "lowered_share")


def conditions(
    context: pd.DataFrame | None, schools: pd.DataFrame, assessment_year: int
) -> pd.DataFrame:
    """Conditions of every school as numbers that can be compared between schools.

    Parameters
    ----------
    context : DataFrame or None
        Keeps the contract ``context``. Of each indicator the latest year not after the one
        assessed counts, of its sources the most trusted.
    schools : DataFrame
        Keeps the contract ``schools``.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        Index ``school_id``, a column per indicator: counts of pupils as shares of the school's
        pupils (``n_low_income`` → ``low_income_share``), counts of teachers and computers as
        shares of them, yes = 1, ranks as they are, ``log_n_pupils``. Missing stays missing; a
        share of nothing or above one is missing.
    """
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    values = _latest(context, assessment_year).reindex(ids)
    registered = schools.set_index("school_id")["n_pupils"].reindex(ids).astype(float)
    pupils = values.get("n_pupils", registered).fillna(registered)
    totals = {name: values[name] for name in ("n_teachers", "n_computers") if name in values}
    totals["n_pupils"] = pupils
    found: dict[str, pd.Series] = {SIZE: np.log(pupils.where(pupils > 0))}
    for name in values.columns:
        whole = _WHOLE.get(name, "n_pupils")
        if not name.startswith("n_"):
            found[name] = values[name]
        elif whole in totals and not name.startswith(_GRADE_SIZE):
            fits = (totals[whole] > 0) & (values[name] <= totals[whole])
            found[f"{name.removeprefix('n_')}_share"] = (values[name] / totals[whole]).where(fits)
    return pd.DataFrame(found, index=ids).astype(float)


def _latest(context: pd.DataFrame | None, assessment_year: int) -> pd.DataFrame:
    if context is None or context.empty:
        return pd.DataFrame()
    rows = context[context["assessment_year"] <= assessment_year]
    trust = rows["source"].map({source: -rank for rank, source in enumerate(CONTEXT_SOURCES)})
    best = (
        rows.assign(trust=trust)
        .sort_values(["assessment_year", "trust"], kind="stable")
        .drop_duplicates(["school_id", "indicator"], keep="last")
    )
    return best.astype({"value": float}).pivot_table(
        index="school_id", columns="indicator", values="value", aggfunc="first"
    )


def slopes(
    results: pd.DataFrame, indicators: pd.DataFrame, rules: NormRules
) -> tuple[list[Slope], list[Absent]]:
    """Lines of the standardised result on every condition, one at a time.

    Parameters
    ----------
    results : DataFrame
        Index ``school_id``; ``result`` and ``standard_error`` as in the contract ``result_index``.
    indicators : DataFrame
        From :func:`conditions`.
    rules : NormRules
        Gives the smallest number of schools of a line.

    Returns
    -------
    slopes : list of Slope
        Weighted by ``1 / (tau² + SE²)``: tau² first from the results, then from the residuals.
    absent : list of Absent
        Conditions known of too few schools or equal in all of them.
    """
    found: list[Slope] = []
    absent: list[Absent] = []
    for name in indicators:
        both = results.join(indicators[name].rename("x"), how="inner").dropna()
        if len(both) < rules.min_schools_slope.value:
            absent.append(Absent(part=str(name), reason="few_schools"))
        elif (both["x"] == both["x"].iloc[0]).all():
            absent.append(Absent(part=str(name), reason="same_everywhere"))
        else:
            found.append(_slope(str(name), both))
    return found, absent


def _slope(name: str, rows: pd.DataFrame) -> Slope:
    y, se, x = (rows[column].to_numpy() for column in ("result", "standard_error", "x"))
    design = add_constant(x)
    left = y - y.mean()
    for _ in range(2):
        tau_squared = between_school_variance(left, se).tau_squared
        # the errors are known, so their scale is not estimated again from the residuals
        fit = WLS(y, design, weights=1 / (tau_squared + se**2)).fit(cov_type="fixed scale")
        left = y - design @ fit.params
    return Slope(
        indicator=name,
        n_schools=len(rows),
        indicator_mean=float(x.mean()),
        indicator_sd=float(x.std(ddof=1)),
        intercept=float(fit.params[0]),
        slope=float(fit.params[1]),
        slope_standard_error=float(fit.bse[1]),
        left_between_sd=float(np.sqrt(between_school_variance(left, se).tau_squared)),
    )


def quantiles(cells: pd.DataFrame, indicators: pd.DataFrame, rules: NormRules) -> list[Quantiles]:
    """Quantiles over schools of shares in every work and of every condition.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``; a school counts in a work from the smallest number of
        participants on.
    indicators : DataFrame
        From :func:`conditions`.
    rules : NormRules
        Levels and the smallest numbers.

    Returns
    -------
    list of Quantiles
        Only where enough schools are known.
    """
    large = cells[cells["n_participants"] >= rules.min_participants_quantiles.value]
    marked = large["n_mark_2"] + large["n_mark_3"] + large["n_mark_4"] + large["n_mark_5"]
    shares = pd.DataFrame(
        {
            "below_minimum_share": share(large["n_below_minimum"], large["n_participants"]),
            "high_mark_share": share(large["n_mark_4"] + large["n_mark_5"], marked),
            "lowered_share": share(
                large["n_lowered"],
                large["n_mark_pairs"].where(
                    large["n_mark_pairs"] >= rules.min_participants_quantiles.value
                ),
            ),
        },
        index=large.index,
    )
    found = [
        one
        for work_id, rows in shares.groupby(large["work_id"], sort=True)
        for name in _SHARES
        if (one := _quantiles(name, str(work_id), rows[name], rules))
    ]
    found += [
        one for name in indicators if (one := _quantiles(str(name), None, indicators[name], rules))
    ]
    return found


def _quantiles(
    name: str, work_id: str | None, values: pd.Series, rules: NormRules
) -> Quantiles | None:
    known = values.dropna().to_numpy(dtype=float)
    if len(known) < rules.min_schools_quantiles.value:
        return None
    levels = np.quantile(known, np.array(rules.quantiles) / 100)
    return Quantiles(
        indicator=name,
        work_id=work_id,
        n_schools=len(known),
        values={str(level): float(v) for level, v in zip(rules.quantiles, levels, strict=True)},
    )
