"""From what readers took out of files to the tables of a place: joins, identity, cross-checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import pandas as pd

from shnor_analysis.intake.extract import Columns, Extract, FileRead
from shnor_analysis.intake.identity.directory import SchoolDirectory, build_directory
from shnor_analysis.intake.identity.groups_by_name import resolve_groups
from shnor_analysis.intake.identity.medals import claimed_pupils
from shnor_analysis.intake.identity.mergers import known_mergers, merge_schools
from shnor_analysis.intake.identity.schools import (
    Crosswalk,
    build_crosswalk,
    latest_entries,
    resolve_school_codes,
    schools_of_municipality,
    schools_table,
)
from shnor_analysis.intake.joins.adapted import check_adapted_participants
from shnor_analysis.intake.joins.completeness import (
    check_missing_procedures,
    check_participation,
    check_series_breaks,
)
from shnor_analysis.intake.joins.reconcile import (
    check_ege_minimums,
    check_marks_against_pupils,
    check_participants_against_pupils,
    identify_pupils,
    join_gia,
    join_groups,
    join_vpr,
    works_table,
)
from shnor_analysis.intake.joins.reported import (
    TERRITORY,
    join_reported,
    reference_mentions,
    reported_frames,
    resolve_schools,
)
from shnor_analysis.intake.messages import Issue, issues_table, make_issue
from shnor_analysis.intake.rcoi.appeals import apply_appeals
from shnor_analysis.methodology import Methodology
from shnor_analysis.place_settings import PlaceSettings
from shnor_analysis.tables import (
    GIA_RESULTS,
    GROUP_ITEMS,
    GROUP_STATISTICS,
    MEDAL_CLAIMS,
    SOURCE_FILES,
    VPR_RESULTS,
    WORK_TASKS,
    Contract,
)

# What a protocol row has beside its contract until pupils are told apart.
_PERSON = ("school_code", "name_key", "document_key")
_Result = TypeVar("_Result")


class _Findings(list[Issue]):
    """Remarks collected on the way."""

    def take(self, result: tuple[_Result, list[Issue]]) -> _Result:
        """Keep the remarks of a step and hand on what it made."""
        made, found = result
        self.extend(found)
        return made


Join = Callable[[pd.DataFrame], tuple[pd.DataFrame, list[Issue]]]


@dataclass(frozen=True)
class Intake:
    """Tables of one place, each keeping its contract in ``tables/``.

    ``reported`` holds every table of ``tables.REPORTED`` by name, empty ones included.
    """

    source_files: pd.DataFrame
    issues: pd.DataFrame
    schools: pd.DataFrame
    works: pd.DataFrame
    vpr_results: pd.DataFrame
    work_tasks: pd.DataFrame
    gia_results: pd.DataFrame
    group_statistics: pd.DataFrame
    reported: dict[str, pd.DataFrame]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Contract name → table."""
        own = {name: table for name, table in vars(self).items() if name != "reported"}
        return own | self.reported


def assemble(
    reads: list[FileRead],
    methodology: Methodology,
    pupil_key: bytes,
    settings: PlaceSettings,
    issues: tuple[Issue, ...] = (),
) -> Intake:
    """Join what was read from all files of a place.

    Parameters
    ----------
    reads : list of FileRead
        One per file, in any order.
    methodology : Methodology
        Scales, for the checks of marks and minimums.
    pupil_key : bytes
        Secret of pupil pseudonyms.
    settings : PlaceSettings
        Municipality, aliases and mergers.
    issues : tuple of Issue, optional
        Remarks found before the files were read.

    Returns
    -------
    Intake
    """
    extracts = [extract for read in reads for extract in read.extracts]
    findings = _Findings(issues)
    findings.extend(issue for read in reads for issue in read.issues)
    findings.extend(issue for extract in extracts for issue in extract.issues)

    latest = latest_entries([entry for extract in extracts for entry in extract.register])
    frames = reported_frames(extracts)
    mentions = [mention for extract in extracts for mention in extract.mentions]
    mentions += reference_mentions(frames.values())
    directory = build_directory(latest, mentions, settings.aliases)
    crosswalk = build_crosswalk(latest)

    rows = {name: findings.take(_resolve(name, frame, directory)) for name, frame in frames.items()}
    rows["vpr"] = _pupils([extract.vpr for extract in extracts if extract.vpr])
    rows["groups"] = findings.take(
        resolve_groups(_rows(extracts, "groups", GROUP_STATISTICS), directory)
    )
    gia = _rows(extracts, "gia", GIA_RESULTS).reindex(columns=[*GIA_RESULTS.columns, *_PERSON])
    gia = findings.take(_with_schools(gia, crosswalk))
    appeals = _rows(extracts, "appeals", GIA_RESULTS)
    if len(appeals):
        gia = findings.take(apply_appeals(gia, findings.take(_with_schools(appeals, crosswalk))))
    rows["gia"] = gia
    known = {*latest, *(mention.school_id for mention in mentions)}
    mergers, unknown = known_mergers(settings.mergers, known)
    findings += unknown
    rows = findings.take(merge_schools(rows, mergers))
    if len(rows["gia"]):
        rows["gia"] = identify_pupils(rows["gia"], pupil_key)
    if MEDAL_CLAIMS.name in rows:
        claims = claimed_pupils(rows[MEDAL_CLAIMS.name], rows["gia"], pupil_key)
        rows[MEDAL_CLAIMS.name] = findings.take(claims)

    vpr = findings.take(_joined(rows.pop("vpr"), VPR_RESULTS, join_vpr))
    groups = findings.take(_joined(rows.pop("groups"), GROUP_STATISTICS, join_groups))
    gia = findings.take(_joined(rows.pop("gia"), GIA_RESULTS, join_gia))
    tables = findings.take(join_reported(rows))

    met = {*vpr["school_id"], *gia["school_id"], *_school_groups(groups), *_reporting(tables)}
    schools = findings.take(schools_table(latest, mentions, met, mergers))
    if settings.municipality_id:
        has_places = any(one["register"].mention.municipality_id for one in latest.values())
        schools = findings.take(
            schools_of_municipality(schools, settings.municipality_id, has_places)
        )
        own = set(schools["school_id"])
        vpr, gia = vpr[vpr["school_id"].isin(own)], gia[gia["school_id"].isin(own)]
        groups = _own_groups(groups, own)
        tables = {name: _own_rows(name, table, own) for name, table in tables.items()}
    used = [vpr, gia, groups, tables["group_items"], tables["participation"]]
    used_works = {work for table in used for work in table["work_id"]}
    works = works_table([work for extract in extracts for work in extract.works], used_works)

    findings += [] if latest else _no_register(reads, met)
    findings += check_ege_minimums(gia, works, methodology)
    findings += check_marks_against_pupils(vpr, groups)
    findings += check_participants_against_pupils(vpr, gia, groups, schools)
    context, participation = tables["context"], tables["participation"]
    findings += check_participation(participation, vpr, groups, works, context, methodology)
    findings += check_missing_procedures(works, vpr, gia, groups, schools, methodology)
    findings += check_adapted_participants(tables["adapted_participants"], vpr, gia, groups, works)
    findings += check_series_breaks(works, vpr, gia, groups, methodology)
    return Intake(
        source_files=_source_files(reads, [vpr, gia, groups, schools, *tables.values()]),
        issues=issues_table(findings),
        schools=schools,
        works=works,
        vpr_results=vpr.reset_index(drop=True),
        work_tasks=_work_tasks(extracts, vpr),
        gia_results=gia.reset_index(drop=True),
        group_statistics=groups.reset_index(drop=True),
        reported=tables,
    )


def _rows(extracts: list[Extract], name: str, contract: Contract) -> pd.DataFrame:
    frames = [frame for e in extracts if (frame := getattr(e, name)) is not None and len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else contract.empty()


def _pupils(sheets: list[Columns]) -> pd.DataFrame:
    """One frame of the pupils of all sheets."""
    filled = [sheet for sheet in sheets if sheet["pupil_id"]]
    if not filled:
        return VPR_RESULTS.empty()
    return pd.DataFrame(
        {name: list(chain.from_iterable(sheet[name] for sheet in filled)) for name in filled[0]}
    )


def _work_tasks(extracts: list[Extract], vpr: pd.DataFrame) -> pd.DataFrame:
    """Tasks of the sets that results refer to."""
    used = set(vpr["task_set"].dropna())
    sets = {one.task_set: one for e in extracts for one in e.task_sets if one.task_set in used}
    rows = [
        (key, position, one.work_id, task, maximum)
        for key, one in sets.items()
        for position, (task, maximum) in enumerate(one.tasks)
    ]
    return WORK_TASKS.conform(pd.DataFrame(rows, columns=list(WORK_TASKS.columns), dtype=object))


def _with_schools(gia: pd.DataFrame, crosswalk: Crosswalk) -> tuple[pd.DataFrame, list[Issue]]:
    return resolve_school_codes(gia, crosswalk) if len(gia) else (gia, [])


def _joined(rows: pd.DataFrame, contract: Contract, join: Join) -> tuple[pd.DataFrame, list[Issue]]:
    if rows.empty:
        return contract.empty(), []
    joined, issues = join(rows)
    return contract.conform(joined), issues


def _resolve(
    name: str, frame: pd.DataFrame, directory: SchoolDirectory
) -> tuple[pd.DataFrame, list[Issue]]:
    if name == GROUP_ITEMS.name:
        return resolve_groups(frame, directory)
    return resolve_schools(name, frame, directory)


def _school_groups(groups: pd.DataFrame) -> pd.Series:
    return groups.loc[groups["group_level"] == "school", "group_id"]


def _reporting(tables: dict[str, pd.DataFrame]) -> set[str]:
    """Schools that any reported table speaks of."""
    named = {
        school
        for table in tables.values()
        if "school_id" in table
        for school in table["school_id"].dropna()
    }
    return (named | set(_school_groups(tables[GROUP_ITEMS.name]))) - {TERRITORY}


def _own_groups(groups: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    is_own = (groups["group_level"] != "school") | groups["group_id"].isin(own)
    return groups[is_own].reset_index(drop=True)


def _own_rows(name: str, table: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    if name == GROUP_ITEMS.name:
        return _own_groups(table, own)
    if "school_id" not in table:
        return table
    is_own = table["school_id"].isin({*own, TERRITORY}) | table["school_id"].isna()
    return table[is_own].reset_index(drop=True)


def _no_register(reads: list[FileRead], met: set[str]) -> list[Issue]:
    """Without any register every school is unknown; one warning says why."""
    first = next((read.file for read in reads if read.status == "read"), None)
    return [make_issue("register_missing", first)] if first and met else []


def _source_files(reads: list[FileRead], tables: list[pd.DataFrame]) -> pd.DataFrame:
    place = ["source_file", "source_sheet", "source_row"]
    filled = [table[place] for table in tables if len(table)]
    lines = pd.concat(filled, ignore_index=True).drop_duplicates() if filled else tables[0][place]
    n_rows = lines["source_file"].value_counts()
    return SOURCE_FILES.conform(
        pd.DataFrame(
            {
                "file": [read.file for read in reads],
                "sha256": [read.sha256 for read in reads],
                "n_bytes": [read.n_bytes for read in reads],
                "family": [read.family for read in reads],
                "status": [read.status for read in reads],
                "n_rows": [int(n_rows.get(read.file, 0)) for read in reads],
                "comment": [read.comment for read in reads],
            },
            dtype=object,
        )
    )
