"""Reading the whole folder of a place: the contents page of intake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pandas as pd

from shnor_analysis.errors import SourceFileError
from shnor_analysis.intake.cells import describe_row
from shnor_analysis.intake.context import read_context
from shnor_analysis.intake.detect import first_filled_row, sheet_family
from shnor_analysis.intake.extract import Extract
from shnor_analysis.intake.fisoko_groups import read_comparison, read_marks
from shnor_analysis.intake.fisoko_individual import read_individual
from shnor_analysis.intake.messages import (
    FOUND_IN_FIRST_ROW,
    NOT_USED,
    Issue,
    UnreadableFile,
    issues_table,
    make_issue,
)
from shnor_analysis.intake.rcoi import read_protocol
from shnor_analysis.intake.reconcile import (
    check_ege_minimums,
    check_marks_against_pupils,
    check_participants_against_pupils,
    join_gia,
    join_groups,
    join_vpr,
    works_table,
)
from shnor_analysis.intake.schools import (
    Crosswalk,
    build_crosswalk,
    latest_entries,
    resolve_school_codes,
    schools_of_municipality,
    schools_table,
)
from shnor_analysis.intake.workbook import MAX_FILE_BYTES, Sheet, open_workbook
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import (
    GIA_RESULTS,
    GROUP_STATISTICS,
    SOURCE_FILES,
    VPR_RESULTS,
    Contract,
)

_SKIPPED_NAMES = {"monitoring.yaml", "thumbs.db", "desktop.ini"}
_LOCK_PREFIX = "~$"


Reader = Callable[[Sheet, Methodology, bytes], Extract]
"""Takes a recognised sheet, the methodology and the secret of pseudonyms."""

# The context form of 2022 reads a whole workbook and stands apart.
CONTEXT_FAMILY = "fisoko_context"
# Family of a sheet → its reader.
READERS: dict[str, Reader] = {
    "fisoko_individual": read_individual,
    "fisoko_marks": read_marks,
    "fisoko_comparison": read_comparison,
    "rcoi_protocol": read_protocol,
}


@dataclass(frozen=True)
class Intake:
    """Tables of one place, each keeping its contract in ``tables.py``."""

    source_files: pd.DataFrame
    issues: pd.DataFrame
    schools: pd.DataFrame
    works: pd.DataFrame
    vpr_results: pd.DataFrame
    gia_results: pd.DataFrame
    group_statistics: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Contract name → table."""
        return {table.name: getattr(self, table.name) for table in fields(self)}


@dataclass(frozen=True)
class _FileRead:
    """What became of one file."""

    file: str
    sha256: str
    n_bytes: int
    family: str | None
    status: str
    comment: str | None
    extracts: tuple[Extract, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_place(
    folder: Path,
    methodology: Methodology,
    pupil_key: bytes,
    progress: Callable[[str], None] | None = None,
    municipality_id: str | None = None,
) -> Intake:
    """Read every file of a place.

    Parameters
    ----------
    folder : Path
        Folder with files as received, read recursively; its files are never changed.
    methodology : Methodology
        Subjects and column maps.
    pupil_key : bytes
        Secret of pupil pseudonyms (``pupils.load_or_create_key``).
    progress : callable, optional
        Called with the path of every file before it is read.
    municipality_id : str, optional
        Keep the schools of this municipality only: those of another one are left out with a
        note, those whose municipality cannot be told although a register exists with an error.

    Returns
    -------
    Intake
        Tables that keep their contracts. They do not depend on file names or their order
        (apart from provenance and machine exports, which carry the exam in the name). What
        cannot be read becomes a row of ``issues``, never an exception.

    Raises
    ------
    SourceFileError
        If the folder does not exist.
    MethodologyError
        If a column map is missing.
    """
    if not folder.is_dir():
        raise SourceFileError(
            f"Папка территории «{folder.name}» не найдена; создайте её и положите файлы в неё."
        )
    originals: dict[str, str] = {}
    reads: list[_FileRead] = []
    files = {path.relative_to(folder).as_posix(): path for path in place_files(folder)}
    # of equal copies the one with the shortest path is read: «отчёт (1).xlsx» is the copy
    for file in sorted(files, key=lambda file: (len(file), file)):
        originals.setdefault(_sha256(files[file]), file)
    for file, path in files.items():
        if progress:
            progress(file)
        reads.append(_read_file(path, file, originals, methodology, pupil_key))
    return _join(reads, methodology, pupil_key, municipality_id)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def place_files(folder: Path) -> list[Path]:
    """Files to read, sorted by POSIX path; hidden, lock and service files are left out."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    wanted = [path for path in found if not _is_skipped(path.relative_to(folder))]
    return sorted(wanted, key=lambda path: path.relative_to(folder).as_posix())


def _is_skipped(path: Path) -> bool:
    return (
        any(part.startswith(".") for part in path.parts)
        or path.name.startswith(_LOCK_PREFIX)
        or path.name.lower() in _SKIPPED_NAMES
    )


def _read_file(
    path: Path, file: str, originals: dict[str, str], methodology: Methodology, key: bytes
) -> _FileRead:
    try:
        n_bytes = path.stat().st_size
        data = path.read_bytes() if n_bytes <= MAX_FILE_BYTES else b""
    except OSError as broken:
        issue = make_issue("file_unreachable", file, reason=broken.strerror or "ошибка чтения")
        return _refused_file(file, "", 0, None, issue)
    sha256 = hashlib.sha256(data).hexdigest()
    original = originals.get(sha256, file)
    if n_bytes > MAX_FILE_BYTES:
        limit = f"{MAX_FILE_BYTES // 2**20} МБ"
        issue = make_issue("file_too_large", file, found=f"{n_bytes // 2**20} МБ", limit=limit)
        return _refused_file(file, sha256, n_bytes, None, issue)
    if data and original != file:
        issue = make_issue("file_duplicate", file, original=original)
        return _FileRead(file, sha256, n_bytes, None, "duplicate", issue.message, (), (issue,))
    try:
        sheets = open_workbook(file, data)
    except UnreadableFile as broken:
        issue = broken.issue(file)
        if broken.check_id == "file_unknown":
            return _unknown_file(file, sha256, n_bytes, issue)
        return _refused_file(file, sha256, n_bytes, None, issue)
    return _read_sheets(sheets, file, sha256, n_bytes, methodology, key)


def _refused_file(
    file: str, sha256: str, n_bytes: int, family: str | None, issue: Issue
) -> _FileRead:
    return _FileRead(file, sha256, n_bytes, family, "refused", issue.message, (), (issue,))


def _read_sheets(
    sheets: list[Sheet],
    file: str,
    sha256: str,
    n_bytes: int,
    methodology: Methodology,
    key: bytes,
) -> _FileRead:
    families = [(sheet, sheet_family(sheet)) for sheet in sheets]
    used = [family for _, family in families if family in READERS or family == CONTEXT_FAMILY]
    if not used:
        return _unused_file(families, file, sha256, n_bytes)
    if used[0] == CONTEXT_FAMILY:
        extracts = [read_context(sheets, methodology)]
    else:
        extracts = [
            extract
            for sheet, family in families
            if (extract := _read_sheet(sheet, family, methodology, key)) is not None
        ]
    is_any_read = any(extract.works or extract.register for extract in extracts)
    if any(extract.is_refused for extract in extracts) and not is_any_read:
        first = next(i for extract in extracts for i in extract.issues if i.severity == "error")
        return _FileRead(
            file, sha256, n_bytes, used[0], "refused", first.message,
            tuple(Extract(issues=extract.issues) for extract in extracts),
        )  # fmt: skip
    return _FileRead(file, sha256, n_bytes, used[0], "read", None, tuple(extracts))


def _read_sheet(
    sheet: Sheet, family: str | None, methodology: Methodology, key: bytes
) -> Extract | None:
    if family in READERS:
        return READERS[family](sheet, methodology, key)
    row = first_filled_row(sheet)
    if not row:
        return None
    issue = make_issue("sheet_not_read", sheet.file, sheet.name, found=describe_row(row))
    return Extract(issues=[issue])


def _unused_file(
    families: list[tuple[Sheet, str | None]], file: str, sha256: str, n_bytes: int
) -> _FileRead:
    known = next((family for _, family in families if family), None)
    if known:
        return _FileRead(file, sha256, n_bytes, known, "not_used", NOT_USED[known])
    sheet = next((s for s, _ in families if first_filled_row(s)), None)
    cells = describe_row(first_filled_row(sheet) if sheet else [])
    found = FOUND_IN_FIRST_ROW.format(cells=cells)
    issue = make_issue("file_unknown", file, sheet.name if sheet else None, found=found)
    return _unknown_file(file, sha256, n_bytes, issue)


def _unknown_file(file: str, sha256: str, n_bytes: int, issue: Issue) -> _FileRead:
    return _FileRead(file, sha256, n_bytes, None, "unknown", issue.message, (), (issue,))


# --- joining -----------------------------------------------------------------------------------


def _join(
    reads: list[_FileRead],
    methodology: Methodology,
    pupil_key: bytes,
    municipality_id: str | None,
) -> Intake:
    extracts = [extract for read in reads for extract in read.extracts]
    issues = [issue for read in reads for issue in read.issues]
    issues += [issue for extract in extracts for issue in extract.issues]

    latest = latest_entries([entry for extract in extracts for entry in extract.register])
    vpr, vpr_issues = _join_vpr(extracts)
    groups, group_issues = _join_groups(extracts)
    gia, gia_issues = _join_gia(extracts, build_crosswalk(latest), pupil_key)
    own_groups = groups.loc[groups["group_level"] == "school", "group_id"]
    met = {*vpr["school_id"], *gia["school_id"], *own_groups}
    mentions = [mention for extract in extracts for mention in extract.mentions]
    schools, school_issues = schools_table(latest, mentions, met)
    if municipality_id:
        schools, place_issues = schools_of_municipality(schools, municipality_id, bool(latest))
        issues += place_issues
        own = schools["school_id"]
        vpr, gia = vpr[vpr["school_id"].isin(own)], gia[gia["school_id"].isin(own)]
        groups = groups[(groups["group_level"] != "school") | groups["group_id"].isin(own)]
    used_works = {*vpr["work_id"], *gia["work_id"], *groups["work_id"]}
    works = works_table([work for extract in extracts for work in extract.works], used_works)

    issues += [*vpr_issues, *group_issues, *gia_issues]
    issues += school_issues
    issues += [] if latest else _no_register(reads, met)
    issues += check_ege_minimums(gia, works, methodology)
    issues += check_marks_against_pupils(vpr, groups)
    issues += check_participants_against_pupils(vpr, gia, groups, schools)
    return Intake(
        source_files=_source_files(reads, [vpr, gia, groups, schools]),
        issues=issues_table(issues),
        schools=schools,
        works=works,
        vpr_results=vpr.reset_index(drop=True),
        gia_results=gia.reset_index(drop=True),
        group_statistics=groups.reset_index(drop=True),
    )


def _no_register(reads: list[_FileRead], met: set[str]) -> list[Issue]:
    """Without any register every school is unknown; one warning says why."""
    first = next((read.file for read in reads if read.status == "read"), None)
    return [make_issue("register_missing", first)] if first and met else []


def _join_vpr(extracts: list[Extract]) -> tuple[pd.DataFrame, list[Issue]]:
    frames = [e.vpr for e in extracts if e.vpr is not None and len(e.vpr)]
    if not frames:
        return _empty(VPR_RESULTS), []
    joined, issues = join_vpr(pd.concat(frames, ignore_index=True))
    return VPR_RESULTS.conform(joined), issues


def _join_groups(extracts: list[Extract]) -> tuple[pd.DataFrame, list[Issue]]:
    frames = [e.groups for e in extracts if e.groups is not None and len(e.groups)]
    if not frames:
        return _empty(GROUP_STATISTICS), []
    joined, issues = join_groups(pd.concat(frames, ignore_index=True))
    return GROUP_STATISTICS.conform(joined), issues


def _join_gia(
    extracts: list[Extract], crosswalk: Crosswalk, pupil_key: bytes
) -> tuple[pd.DataFrame, list[Issue]]:
    frames = [e.gia for e in extracts if e.gia is not None and len(e.gia)]
    if not frames:
        return _empty(GIA_RESULTS), []
    known, code_issues = resolve_school_codes(pd.concat(frames, ignore_index=True), crosswalk)
    if known.empty:
        return _empty(GIA_RESULTS), code_issues
    joined, issues = join_gia(known, pupil_key)
    return GIA_RESULTS.conform(joined), [*code_issues, *issues]


@cache
def _checked_empty(contract: Contract) -> pd.DataFrame:
    return contract.empty()


def _empty(contract: Contract) -> pd.DataFrame:
    """A table without rows; checked against its contract once in a process."""
    return _checked_empty(contract).copy()


def _source_files(reads: list[_FileRead], tables: list[pd.DataFrame]) -> pd.DataFrame:
    place = ["source_file", "source_sheet", "source_row"]
    lines = pd.concat([table[place] for table in tables], ignore_index=True).drop_duplicates()
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
