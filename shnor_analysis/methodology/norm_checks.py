"""What cannot be true in a file of norms, though every value of it fits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from shnor_analysis.methodology.region_norms import CountBin, RegionNorms, WorkNorm


def contradictions(norms: RegionNorms) -> Iterator[str]:
    """Say what in a file of norms contradicts the rest, in Russian, the first thing first.

    Parameters
    ----------
    norms : RegionNorms
        As read.

    Yields
    ------
    str
        Place and what is wrong; nothing when the file agrees with itself.
    """
    if not norms.works:
        yield "в файле нет ни одной работы"
    works = [work.work_id for work in norms.works]
    if twice := next((one for one in works if works.count(one) > 1), None):
        yield f"работа {twice} названа дважды"
    slopes = [slope.indicator for slope in norms.context_slopes]
    if again := next((one for one in slopes if slopes.count(one) > 1), None):
        yield f"связь с показателем {again} названа дважды"
    signs = [(sign.sign, sign.n_years) for sign in norms.signs]
    if same := next((one for one in signs if signs.count(one) > 1), None):
        yield f"норма признака {same[0]} за {same[1]} г. названа дважды"
    for work in norms.works:
        yield from _of_work(work, norms)
    for quantiles in norms.quantiles:
        ordered = [quantiles.values[key] for key in sorted(quantiles.values, key=float)]
        if any(low > high for low, high in pairwise(ordered)):
            yield f"квантили показателя {quantiles.indicator} не возрастают"


def _of_work(work: WorkNorm, norms: RegionNorms) -> Iterator[str]:
    parts = (work.procedure, work.assessment_year, work.season, work.subject, work.grade)
    if not work.work_id.startswith("-".join(map(str, parts))):
        yield f"работа {work.work_id}: год, предмет или класс не те, что в её коде"
    if work.n_schools > work.n_pupils:
        yield f"работа {work.work_id}: школ {work.n_schools}, а учеников {work.n_pupils}"
    tasks = [task.task for task in work.tasks]
    if twice := next((one for one in tasks if tasks.count(one) > 1), None):
        yield f"работа {work.work_id}: задание {twice} названо дважды"
    for name, bins in (("отметки", work.marks), ("баллы", work.scores)):
        yield from (f"работа {work.work_id}, {name}: {found}" for found in _of_bins(bins, work))
        small = next((one for one in bins if one.n_pupils < norms.min_count), None)
        if small:
            yield f"работа {work.work_id}, {name}: группа из {small.n_pupils} учеников"


def _of_bins(bins: tuple[CountBin, ...], work: WorkNorm) -> Iterator[str]:
    if any(one.last < one.first for one in bins) or any(
        one.last >= following.first for one, following in pairwise(bins)
    ):
        yield "промежутки перекрываются или идут не по порядку"
    if sum(one.n_pupils for one in bins) > work.n_pupils:
        yield f"в промежутках больше учеников, чем {work.n_pupils}"
