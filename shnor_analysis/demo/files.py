"""Writing the invented region: the municipality's files and the whole region as tables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shnor_analysis.demo.designs import YEARS
from shnor_analysis.demo.dirt import FIELDS as DIRT_FIELDS
from shnor_analysis.demo.dirt import Pile, plant
from shnor_analysis.demo.files_fisoko import MUNICIPALITY_ID, Tally, fisoko_files, tally
from shnor_analysis.demo.files_forms import card_claims, form_csv, form_files
from shnor_analysis.demo.files_items import (
    ITEMS_WORK,
    VERTICAL_FILE,
    item_files,
    score_counts,
    vertical_book,
)
from shnor_analysis.demo.files_journals import journal_files
from shnor_analysis.demo.files_office import OO1_FILE, office_files, oo1_rows
from shnor_analysis.demo.files_rcoi import Entry, exam_csv, rcoi_protocols
from shnor_analysis.demo.region import (
    DEMO_MUNICIPALITY_NAME,
    N_REGION_SCHOOLS,
    REGION_NAME,
    Population,
    demo_population,
    other_population,
)
from shnor_analysis.demo.region_tables import (
    context_table,
    gia_table,
    parquet_bytes,
    schools_table,
    vpr_table,
    work_tasks_table,
    works_table,
)
from shnor_analysis.demo.results import Sitting, sittings
from shnor_analysis.demo.truth import (
    CARD_FIELDS,
    CELL_FIELDS,
    SCHOOL_FIELDS,
    card_rows,
    cell_rows,
    csv_text,
    school_rows,
)
from shnor_analysis.demo.workbook import Book, Files, Row, book_bytes
from shnor_analysis.errors import ShnorError
from shnor_analysis.workspace import Workspace, only_run

DEMO_PLACE, REGION_PLACE = "demo", "demo-region"
TRUTH_SUFFIX = "-truth"
MARKER = ".demo"
# Files that systems put beside ours; they do not make a folder somebody's work.
SYSTEM_FILES = ("Thumbs.db", "desktop.ini", ".DS_Store")
LOCK_PREFIX = "~$"
# Independent random streams: a new file never moves the numbers of those that were before it.
STREAM_FILES, STREAM_OFFICE, STREAM_JOURNALS = 9, 10, 11
# What the office kept of ФИС ОКО: only aggregates in 2022.
FISOKO_KINDS = {
    2022: ("f3", "journal"),
    2023: ("f1", "f3", "journal"),
    2024: ("f1", "f3", "journal"),
    2025: ("f1", "f3", "journal"),
}
MONITORING = f"""\
# Территория учебного примера. Все школы, ученики и результаты вымышлены.
name: {DEMO_MUNICIPALITY_NAME} (выдуманный)
region_name: {REGION_NAME}
municipality_id: {MUNICIPALITY_ID}
regulations:
  low_results: federal-low-results
  low_results_indicators: [sterlitamak-2021, regional-index]
  adverse_conditions: sterlitamak-2021
  high_results: yershichi-2020
  pupil_sums: yershichi-2020
  objectivity: [fioko-objectivity, yershichi-2020]
terms:
  low_results: ШНОР
  adverse_conditions: ШНСУ
responsible:
  monitoring: Примерский методический центр
  decisions: управление образования
publication:
  min_participants: 5
answer_days: 14
"""


REGION_MONITORING = "".join(
    line for line in MONITORING.splitlines(keepends=True) if "municipality_id" not in line
).replace(DEMO_MUNICIPALITY_NAME, REGION_NAME)


@dataclass(frozen=True)
class DemoSummary:
    """What was written.

    Parameters
    ----------
    folder, truth_folder : Path
        Where the files and the truth about them lie.
    n_schools, n_files, n_results : int
        Schools, files in ``folder`` and results of pupils (one pupil × one work).
    """

    folder: Path
    truth_folder: Path
    n_schools: int
    n_files: int
    n_results: int

    def __str__(self) -> str:
        """Say in Russian what was written, for the command line."""
        return (
            f"Создана территория «{self.folder.name}»: школ {self.n_schools}, файлов "
            f"{self.n_files}, результатов {self.n_results}. "
            f"Истинные свойства школ — в папке «{self.truth_folder.name}»."
        )

    def __rich__(self) -> str:
        """The same for a console that would show the fields otherwise."""
        return str(self)


Progress = Callable[[str], None]


def write_demo(
    workspace: Workspace,
    seed: int = 2025,
    progress: Progress | None = None,
    *,
    n_schools: int = N_REGION_SCHOOLS,
) -> DemoSummary:
    """Invent the region and write the files of its demo municipality.

    Parameters
    ----------
    workspace : Workspace
        The project; the files go to ``data/raw/demo``, the truth to ``data/raw/demo-truth``.
    seed : int
        The same seed gives the same bytes.
    progress : callable, optional
        Told in Russian what is being done.
    n_schools : int
        Schools of the whole region; the municipality always has 24.

    Returns
    -------
    DemoSummary

    Raises
    ------
    ShnorError
        If the folder holds files that this function did not make, or a run of the place goes on.
    """
    say = progress or _silent
    folder = workspace.raw(DEMO_PLACE)
    truth_folder = workspace.raw(DEMO_PLACE + TRUTH_SUFFIX)
    with only_run(workspace, DEMO_PLACE):
        _refuse_foreign(folder, truth_folder)
        say("Придумываем школы, учеников и результаты")
        population = demo_population(seed)
        results = {year: list(sittings(population, year)) for year in YEARS}
        regions = _region_counts(seed, n_schools, results)
        say("Составляем файлы ФИС ОКО, РЦОИ и анкеты")
        files, truth = _demo_files(population, results, regions)
        say(f"Записываем файлы: {len(files)}")
        _write_atomically([(folder, files), (truth_folder, truth)])
    return DemoSummary(
        folder=folder,
        truth_folder=truth_folder,
        n_schools=len(population.schools),
        n_files=len(files),
        n_results=sum(one.score.size for works in results.values() for one in works),
    )


def write_region(
    workspace: Workspace,
    seed: int = 2025,
    progress: Progress | None = None,
    *,
    n_schools: int = N_REGION_SCHOOLS,
) -> DemoSummary:
    """Invent the region and write all its schools as Parquet tables, a folder per year.

    Parameters
    ----------
    workspace : Workspace
        The project; the tables go to ``data/raw/demo-region/<year>``, the truth to
        ``data/raw/demo-region-truth``.
    seed : int
        The same seed gives the same region as :func:`write_demo`, before dirt.
    progress : callable, optional
        Told in Russian what is being done.
    n_schools : int
        Schools of the region, the 24 of the demo municipality included.

    Returns
    -------
    DemoSummary

    Raises
    ------
    ShnorError
        If the folder holds files that this function did not make, or a run of the place goes on.
    """
    say = progress or _silent
    folder = workspace.raw(REGION_PLACE)
    truth_folder = workspace.raw(REGION_PLACE + TRUTH_SUFFIX)
    with only_run(workspace, REGION_PLACE):
        _refuse_foreign(folder, truth_folder)
        say("Придумываем школы и учеников региона")
        populations = [demo_population(seed), other_population(seed, n_schools)]
        files: dict[str, bytes] = {"monitoring.yaml": REGION_MONITORING.encode()}
        cells: list[tuple[object, ...]] = []
        n_results = 0
        for year in YEARS:
            say(f"Результаты {year} года")
            works = [
                (one, sitting)
                for one in populations
                for sitting in sittings(one, year, with_items=True)
            ]
            vpr = [pair for pair in works if pair[1].work.design.procedure == "vpr"]
            gia = [pair for pair in works if pair[1].work.design.procedure != "vpr"]
            files |= {
                f"{year}/schools.parquet": parquet_bytes(schools_table(populations, year)),
                f"{year}/context.parquet": parquet_bytes(context_table(populations, year)),
                f"{year}/works.parquet": parquet_bytes(works_table(year)),
                f"{year}/work_tasks.parquet": parquet_bytes(work_tasks_table(year)),
                f"{year}/vpr_results.parquet": parquet_bytes(vpr_table(vpr)),
                f"{year}/gia_results.parquet": parquet_bytes(gia_table(gia)),
            }
            cells += [row for one, sitting in works for row in cell_rows(one, sitting)]
            n_results += sum(sitting.score.size for _, sitting in works)
        truth = {
            "schools.csv": csv_text(
                SCHOOL_FIELDS, (r for one in populations for r in school_rows(one))
            ),
            "cells.csv": csv_text(CELL_FIELDS, cells),
        }
        say("Записываем таблицы")
        _write_atomically([(folder, files), (truth_folder, truth)])
    return DemoSummary(
        folder=folder,
        truth_folder=truth_folder,
        n_schools=sum(len(one.schools) for one in populations),
        n_files=len(files),
        n_results=n_results,
    )


def _silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class _Region:
    """Counts of the whole region: marks of every ВПР work, raw scores of one work."""

    tallies: dict[str, Tally]
    scores: np.ndarray


def _region_counts(seed: int, n_schools: int, results: dict[int, list[Sitting]]) -> _Region:
    """Count the rest of the region and the demo municipality together."""
    others = other_population(seed, n_schools)
    own = {
        one.work.work_id: one
        for works in results.values()
        for one in works
        if one.work.design.procedure == "vpr"
    }
    tallies: dict[str, Tally] = {}
    scores = score_counts(own[ITEMS_WORK])
    for year in YEARS:
        for one in sittings(others, year, ("vpr",)):
            work_id = one.work.work_id
            tallies[work_id] = tally(one).plus(tally(own[work_id]))
            if work_id == ITEMS_WORK:
                scores = scores + score_counts(one)
    return _Region(tallies, scores)


def _demo_files(
    population: Population, results: dict[int, list[Sitting]], region: _Region
) -> tuple[Files, dict[str, bytes]]:
    """Return the files of the municipality, dirt included, and the truth about them."""
    files: Files = {"monitoring.yaml": MONITORING.encode()}
    windows_tables: dict[str, list[Row]] = {OO1_FILE: oo1_rows(population)}
    entries: dict[str, list[Entry]] = {}
    rng = np.random.default_rng([population.seed, STREAM_FILES])
    for year, works in results.items():
        vpr = [one for one in works if one.work.design.procedure == "vpr"]
        exams = [one for one in works if one.work.design.procedure != "vpr"]
        files |= fisoko_files(population.schools, vpr, region.tallies, rng, FISOKO_KINDS[year])
        for one in vpr:
            if one.work.work_id == ITEMS_WORK:
                files |= item_files(
                    population.schools, one, region.tallies[ITEMS_WORK], region.scores
                )
        protocols = rcoi_protocols(population, year, exams)
        files |= protocols.files
        windows_tables |= protocols.tables
        entries |= protocols.entries
    claims = card_claims(population, results)
    forms, tables = form_files(population, claims, rng)
    files |= forms
    office, journals = (
        np.random.default_rng([population.seed, stream])
        for stream in (STREAM_OFFICE, STREAM_JOURNALS)
    )
    files |= office_files(population, results, entries, tables, office)
    files |= journal_files(population, journals)
    files[VERTICAL_FILE] = vertical_book(population)
    spots = plant(Pile(files, tables, windows_tables, entries))
    files |= {path: form_csv(rows) for path, rows in tables.items()}
    files |= {path: exam_csv(rows) for path, rows in windows_tables.items()}
    works = [one for year in YEARS for one in results[year]]
    truth = {
        "schools.csv": csv_text(SCHOOL_FIELDS, school_rows(population)),
        "cells.csv": csv_text(
            CELL_FIELDS, (r for one in works for r in cell_rows(population, one))
        ),
        "expert_cards.csv": csv_text(CARD_FIELDS, card_rows(claims)),
        "dirt.csv": csv_text(DIRT_FIELDS, (spot.as_row() for spot in spots)),
    }
    return files, truth


def _refuse_foreign(*folders: Path) -> None:
    """Stop if a folder holds files that we did not make."""
    for folder in folders:
        if not folder.exists():
            continue
        found = _files_below(folder)
        marker = folder / MARKER
        ours = set(marker.read_text(encoding="utf-8").splitlines()) if marker.is_file() else set()
        foreign = sorted(found - ours - {MARKER})
        if foreign:
            raise ShnorError(
                f"Папка «{folder.name}» в data/raw не перезаписана: в ней есть файлы, которых "
                f"учебный пример не создавал ({foreign[0]}, всего {len(foreign)}); "
                f"перенесите их в другую папку и запустите команду снова."
            )


def _files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in SYSTEM_FILES
        and not path.name.startswith(LOCK_PREFIX)
    }


def _write_atomically(folders: list[tuple[Path, Mapping[str, Book | bytes]]]) -> None:
    """Write every folder beside its place, then swap; a killed run leaves the old folders."""
    built: list[tuple[Path, Path]] = []
    try:
        for folder, files in folders:
            folder.parent.mkdir(parents=True, exist_ok=True)
            fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
            shutil.rmtree(fresh, ignore_errors=True)
            built.append((folder, fresh))
            _write_files(fresh, files)
        for folder, fresh in built:
            _swap(folder, fresh)
    finally:
        for _, fresh in built:
            shutil.rmtree(fresh, ignore_errors=True)


def _swap(folder: Path, fresh: Path) -> None:
    """Put a finished folder in its place; the old one goes away last."""
    old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    try:
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    except OSError as broken:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise ShnorError(
            f"Папка «{folder.name}» в data/raw не заменяется ({broken.strerror}): закройте её "
            f"файлы в других программах и запустите команду снова."
        ) from broken
    for left in folder.parent.glob(f".{folder.name}.old-*"):
        shutil.rmtree(left, ignore_errors=True)


def _write_files(folder: Path, files: Mapping[str, Book | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(book_bytes(content) if isinstance(content, Book) else content)
    marker = "".join(f"{name}\n" for name in sorted(files))
    (folder / MARKER).write_text(marker, encoding="utf-8", newline="\n")
