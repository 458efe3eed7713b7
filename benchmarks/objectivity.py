"""How often our own signs are raised for nothing and how often they find what was planted.

Run: ``python benchmarks/objectivity.py [--seeds 1 2 3]``. For every seed two invented regions of
376 schools and four years are made: one in which nobody does anything (the null), and one with
planted behaviours. Beside those of the invented region (raised ВПР, raised journal marks, scores
lifted over thresholds) two more are planted here: dictated answers to the hard tasks in all
classes, and raised works of grade 4 alone. Nothing here is a forecast for a real region: the
planted behaviours are as strong as their author made them.

At the end honest schools of every level are drawn from the first invented region: how often their
scores seem heaped above the thresholds of marks.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from scipy.stats import norm as normal

from shnor_analysis import tables
from shnor_analysis.decisions.objectivity_signs import decide_objectivity_signs
from shnor_analysis.demo import region as invented
from shnor_analysis.demo.designs import YEARS, Work, works_of
from shnor_analysis.demo.files import write_region
from shnor_analysis.engine import open_engine, write_waist
from shnor_analysis.measures.norm_conditions import SIZE, conditions
from shnor_analysis.measures.norm_social import social_norms
from shnor_analysis.measures.objectivity_signs import SignKnowledge, objectivity_measures
from shnor_analysis.measures.sign_data import KnownWorks, SignTables, distribution, mark_cuts
from shnor_analysis.measures.sign_levels import mark_pairs
from shnor_analysis.measures.sign_lines import SOCIAL_INDEX, TESTED
from shnor_analysis.measures.sign_shapes import LEAST_VARIANCE
from shnor_analysis.measures.with_signs import norms_of_signs
from shnor_analysis.methodology import DEFAULT_REGULATIONS, Methodology, SignNorm, load_methodology
from shnor_analysis.place_year import DEFAULT_ENGINE
from shnor_analysis.stats.bunching import WINDOW, threshold_excess, tilt_rate, tilted
from shnor_analysis.workspace import Workspace, find_workspace

YEAR = YEARS[-1]
# Schools of the demo municipality bear planted counts of their own: they are left out.
DEMO_PREFIX = f"{invented.REGION_CODE}{invented.DEMO_MUNICIPALITY:02d}"
SIZES = (25, 60, 150, 350, 100_000)
SIZE_NAMES = ("3–25", "26–60", "61–150", "151–350", "351+")
PLANTED_SHARE = 0.05
DICTATED_PART, RAISED_PART = 0.6, 0.4
FAMILY_OF = {
    "inflated_vpr": "level", "grade4_raised": "drop", "bunching_at_thresholds": "bunching",
    "dictated_everywhere": "items", "inflated_school_marks": "marks",
}  # fmt: skip
SIGNALS = ("strong", "signal")
SMALL_P, TINY_P = 0.05, 0.001
# Honest schools drawn: deviations of pupils above the region, pupils of every work, how many.
LEVELS, PUPILS, N_DRAWN = (0.0, 0.8, 1.2, 1.6), (25, 60), 2000
# No mean is drawn nearer to the end of the scale than that, points.
FROM_THE_END = 0.6
# Pupils of the region's mean in the tilt that is not used.
PRIOR_PUPILS = 6


def invent(root: Path, seed: int, *, is_null: bool) -> pd.DataFrame:
    """Write a region and plant; returns ``behaviour`` and ``n_pupils`` by school."""
    shares = dict(invented.BEHAVIOUR_SHARES)
    try:
        if is_null:
            invented.BEHAVIOUR_SHARES.clear()
        made = write_region(Workspace(root), seed)
    finally:
        invented.BEHAVIOUR_SHARES.update(shares)
    truth = pd.read_csv(
        made.truth_folder / "schools.csv", dtype={"school_id": str}, keep_default_na=False
    )
    truth = truth[truth["assessment_year"] == YEAR].set_index("school_id")
    truth = truth[~truth.index.str.startswith(DEMO_PREFIX)]
    found = truth[["n_pupils"]].assign(behaviour=truth["behaviours"])
    if not is_null:
        rng = np.random.default_rng(seed)
        drawn = pd.Series(rng.random(len(found)), index=found.index)
        honest = found["behaviour"] == ""
        found.loc[honest & (drawn < PLANTED_SHARE), "behaviour"] = "dictated_everywhere"
        second = (drawn >= PLANTED_SHARE) & (drawn < 2 * PLANTED_SHARE)
        found.loc[honest & second, "behaviour"] = "grade4_raised"
        for year in YEARS:
            plant(made.folder / str(year) / "vpr_results.parquet", year, found["behaviour"], rng)
    return found


def plant(path: Path, year: int, behaviour: pd.Series, rng: np.random.Generator) -> None:
    """Change the points of the schools that dictate, or raise grade 4, in one year's results."""
    rows = pd.read_parquet(path)
    kind = rows["school_id"].map(behaviour)
    for work in works_of(year, ("vpr",)):
        of_work = rows["work_id"] == work.work_id
        _change(rows, of_work & (kind == "dictated_everywhere"), work, rng, "dictate")
        if work.design.grade == 4:  # noqa: PLR2004 - the grade that is handed over
            _change(rows, of_work & (kind == "grade4_raised"), work, rng, "raise")
    rows.to_parquet(path, index=False)


def _change(
    rows: pd.DataFrame, chosen: pd.Series, work: Work, rng: np.random.Generator, how: str
) -> None:
    if not chosen.any():
        return
    most = np.array([task.max_score for task in work.design.tasks])
    is_hard = np.array([task.level == "П" for task in work.design.tasks])
    points = np.array([list(map(int, text)) for text in rows.loc[chosen, "task_scores"]])
    if how == "dictate":
        told = is_hard & (rng.random(points.shape) < DICTATED_PART)
        points = np.where(told, most, points)
    else:
        points = points + rng.binomial(most - points, RAISED_PART)
    score = points.sum(axis=1)
    rows.loc[chosen, "task_scores"] = ["".join(map(str, one)) for one in points]
    rows.loc[chosen, "score_raw"] = score
    rows.loc[chosen, "score_raw_reported"] = score
    mark = 2 + np.searchsorted(np.array(work.design.cuts), score, side="right")
    rows.loc[chosen, "test_mark"] = mark


def measure(root: Path, methodology: Methodology) -> tuple[pd.DataFrame, SignKnowledge]:
    """Table ``objectivity_measures`` of the region by its own norms, and the norms."""
    folder = Workspace(root).raw("demo-region")
    with open_engine(DEFAULT_ENGINE) as engine:
        write_waist(folder, root / "waist", methodology, engine)
    waist = {
        contract.name: tables.load_table(contract, root / "waist")
        for contract in (tables.CELLS, tables.CLASS_CELLS, tables.CELL_SCORES, tables.CELL_TASKS,
                         tables.COHORT_PAIRS)
    }  # fmt: skip
    signs_of = SignTables(**{name: _without_demo(table) for name, table in waist.items()})
    schools = _without_demo(pd.read_parquet(folder / str(YEAR) / "schools.parquet"))
    context = pd.concat(
        [pd.read_parquet(path) for path in sorted(folder.glob("*/context.parquet"))]
    )
    context = _without_demo(context)
    told = conditions(context, schools, YEAR)[[SIZE]]
    told[SOCIAL_INDEX] = social_norms(context, schools, methodology, YEAR)[1].reindex(told.index)
    works, signs = norms_of_signs(signs_of, told, methodology, YEAR)
    known = SignKnowledge(
        KnownWorks(
            {work.work_id: work for work in works},
            mark_cuts(signs_of.cell_scores, methodology.scales),
        ),
        {(one.sign, one.n_years): one for one in signs},
        "not_in_norms",
    )
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    found = objectivity_measures(
        signs_of, mark_pairs(signs_of.cells), ids, told, known, methodology.objectivity_signs, YEAR
    )
    return found["objectivity_measures"], known


def _without_demo(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table["school_id"].str.startswith(DEMO_PREFIX)].reset_index(drop=True)


def regions(
    seeds: list[int], methodology: Methodology, *, is_null: bool
) -> tuple[list[pd.DataFrame], list[SignKnowledge]]:
    """For every seed measures with ``behaviour`` and ``size`` of the school, and the norms."""
    found, norms = [], []
    for seed in seeds:
        with TemporaryDirectory(prefix="shnor-") as name:
            root = Path(name)
            shutil.copytree(methodology.folder, root / "methodology")
            truth = invent(root, seed, is_null=is_null)
            measures, known = measure(root, methodology)
            rows = measures.join(truth, on="school_id")
            rows["size"] = pd.cut(rows["n_pupils"], [0, *SIZES], labels=SIZE_NAMES)
            found.append(rows.assign(seed=seed))
            norms.append(known)
    return found, norms


def decided(rows: pd.DataFrame, methodology: Methodology) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Families and schools of one region, with ``behaviour`` and ``size``."""
    plain = tables.OBJECTIVITY_MEASURES.conform(rows[list(tables.OBJECTIVITY_MEASURES.columns)])
    found = decide_objectivity_signs(plain, methodology.objectivity_signs)
    truth = rows.drop_duplicates("school_id").set_index("school_id")[["behaviour", "size"]]
    return found.families.join(truth, on="school_id"), found.schools.join(truth, on="school_id")


def print_null(found: list[pd.DataFrame], methodology: Methodology) -> None:
    """Print how often p is small where nobody does anything."""
    rows = pd.concat(found)
    tested = rows[rows["status"] == "ok"]
    print("Никто ничего не делает: доля школ с малым p")
    for (n_years, family), one in tested.groupby(["n_years", "family"]):
        by_size = one.groupby("size", observed=False)["p"].agg(lambda p: (p < SMALL_P).mean())
        sizes = "  ".join(f"{value:.3f}" for value in by_size)
        print(
            f"{n_years} г.  {family:9s} p<.05 {(one['p'] < SMALL_P).mean():.3f}  "
            f"p<.001 {(one['p'] < TINY_P).mean():.4f}  "
            f"школ {len(one):4d}  по численности: {sizes}"
        )
    for suffix, span in (("", "4 г."), ("_1", "1 г.")):
        schools = pd.concat([decided(one, methodology)[1] for one in found])
        p = schools[f"p{suffix}"].astype(float)
        hit = schools[f"level{suffix}"].isin(SIGNALS)
        print(
            f"{span}  сводное   p<.05 {(p < SMALL_P).mean():.3f}  "
            f"p<.001 {(p < TINY_P).mean():.4f}  "
            f"сигнал {hit.mean():.4f}"
        )


def print_found(found: list[pd.DataFrame], methodology: Methodology) -> None:
    """Print what of the planted is found, by size, and the false alarms beside."""
    pairs = [decided(one, methodology) for one in found]
    families, schools = (pd.concat(part) for part in zip(*pairs, strict=True))
    print("\nНайдено (в скобках — ложные тревоги среди честных), по численности: " +
          ", ".join(SIZE_NAMES) + "; все; доля ложных имён")  # fmt: skip
    for n_years in (4, 1):
        for behaviour, family in FAMILY_OF.items():
            chosen = (families["family"] == family) & (families["n_years"] == n_years)
            one = families[chosen]
            _print_row(f"{n_years} г. {family} ({behaviour})", one, one["level"] == "sign",
                       behaviour)  # fmt: skip
    for suffix, span in (("", "4 г."), ("_1", "1 г.")):
        level = schools[f"level{suffix}"]
        _print_row(f"{span} общий вывод: сигнал", schools, level.isin(SIGNALS))
        _print_row(f"{span} общий вывод: сильный", schools, level == "strong")
    for behaviour in FAMILY_OF:
        hit = schools.loc[schools["behaviour"] == behaviour, "level"].isin(SIGNALS)
        print(f"4 г. общий вывод, {behaviour}: {hit.mean():.2f} из {len(hit)}")
    print("\nТе же школы, решение внутри каждого муниципалитета (нормы региона):")
    parts = [
        decided(rows, methodology)[1]
        for one in found
        for _, rows in one.groupby(one["school_id"].str[:4])
    ]
    small = pd.concat(parts)
    _print_row("4 г. сигнал", small, small["level"].isin(SIGNALS))
    _print_row("1 г. сигнал", small, small["level_1"].isin(SIGNALS))


def _print_row(
    name: str, rows: pd.DataFrame, is_hit: pd.Series, behaviour: str | None = None
) -> None:
    planted = rows["behaviour"] == behaviour if behaviour else rows["behaviour"] != ""
    honest = rows["behaviour"] == ""
    hit = is_hit.to_numpy()

    def share(chosen: pd.Series) -> float:
        return float(hit[chosen.to_numpy()].mean()) if chosen.any() else float("nan")

    of_size = [rows["size"] == size for size in SIZE_NAMES]
    cells = [f"{share(planted & one):.2f} ({share(honest & one):.3f})" for one in of_size]
    n_false, n_true = (hit & honest).sum(), (hit & planted).sum()
    rate = n_false / (n_false + n_true) if n_false + n_true else float("nan")
    print(f"{name}: " + "  ".join(cells) +
          f"; {share(planted):.2f} ({share(honest):.3f}); {rate:.2f}")  # fmt: skip


def print_honest_levels(known: SignKnowledge, seed: int) -> None:
    """Print how often heaps are seen in honest schools of one year, by level and size.

    Two expectations: the region tilted exactly to the mean of the school, which the sign uses, and
    one step of Newton towards a mean drawn back for few pupils, which it does not.
    """
    rng = np.random.default_rng(seed)
    norm = known.signs["bunching", 1]
    works = known.works.of(TESTED, range(YEAR, YEAR + 1))
    print("\nБаллы у порогов у честных школ за год: доля с p < .05 и p < .001")
    for n in PUPILS:
        for level in LEVELS:
            sums = {"наклон в точности": np.zeros((3, N_DRAWN)), "шаг": np.zeros((3, N_DRAWN))}
            for name, work in works.norms.items():
                region, cuts = distribution(work.scores), works.cuts.get(name, ())
                inside = [cut for cut in cuts if 0 < cut < len(region)]
                if inside:
                    counts = rng.multinomial(n, _honest(region, level), N_DRAWN)
                    exact = threshold_excess(counts, region, inside)
                    parts = (exact.observed, exact.expected, exact.variance)
                    sums["наклон в точности"] += [part.sum(axis=1) for part in parts]
                    sums["шаг"] += _one_step(counts, region, inside)
            told = "  ".join(f"{way}: {_small(*parts, norm)}" for way, parts in sums.items())
            print(f"{level:+.1f} СО, учеников {n}: {told}")


def _honest(region: np.ndarray, level: float) -> np.ndarray:
    scores = np.arange(len(region))
    mean = np.average(scores, weights=region)
    spread = np.sqrt(np.average((scores - mean) ** 2, weights=region))
    wanted = min(mean + level * spread, scores[region > 0][-1] - FROM_THE_END)
    return tilted(region, tilt_rate(region, [wanted]))[0]


def _one_step(counts: np.ndarray, region: np.ndarray, cuts: list[int]) -> np.ndarray:
    """Observed, expected and variance by the step, summed over the thresholds of one work."""
    scores, n = np.arange(len(region)), counts.sum(axis=1)
    mean = np.average(scores, weights=region)
    variance = np.average((scores - mean) ** 2, weights=region)
    likely = tilted(region, (counts @ scores / n - mean) * n / (n + PRIOR_PUPILS) / variance)
    total = np.zeros((3, len(counts)))
    for cut in cuts:
        below, above = slice(max(cut - WINDOW, 0), cut), slice(cut, cut + WINDOW)
        observed = counts[:, above].sum(axis=1)
        size = counts[:, below].sum(axis=1) + observed
        pi = likely[:, above].sum(axis=1)
        pi = pi / (pi + likely[:, below].sum(axis=1))
        total += [observed, size * pi, size * pi * (1 - pi)]
    return total


def _small(observed: np.ndarray, expected: np.ndarray, variance: np.ndarray, norm: SignNorm) -> str:
    tested = variance >= LEAST_VARIANCE
    excess, spread = (observed - expected)[tested], variance[tested]
    error = np.sqrt(norm.error_scale**2 / spread + norm.between_sd**2)
    p = normal.sf((excess / spread - norm.intercept) / error)
    return f"{(p < SMALL_P).mean():.3f} {(p < TINY_P).mean():.4f}"


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    seeds = parser.parse_args().seeds
    methodology = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
    null, norms = regions(seeds, methodology, is_null=True)
    print_null(null, methodology)
    print_found(regions(seeds, methodology, is_null=False)[0], methodology)
    print_honest_levels(norms[0], seeds[0])


if __name__ == "__main__":
    main()
