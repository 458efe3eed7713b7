"""Reading the whole folder of a place: the contents page of intake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from shnor_analysis.errors import SourceFileError
from shnor_analysis.intake.assemble import Intake, assemble
from shnor_analysis.intake.cells import describe_row, read_login
from shnor_analysis.intake.context.oo1 import read_oo1
from shnor_analysis.intake.context.questionnaire import read_context, read_context_2021
from shnor_analysis.intake.corrections import correct_sheets
from shnor_analysis.intake.detect import first_filled_row, sheet_family
from shnor_analysis.intake.explanations import read_explanations
from shnor_analysis.intake.extract import Extract, FileRead
from shnor_analysis.intake.fisoko.comparison_vertical import read_comparison_vertical
from shnor_analysis.intake.fisoko.consolidated import read_consolidated, read_objectivity_list
from shnor_analysis.intake.fisoko.groups import read_comparison, read_marks
from shnor_analysis.intake.fisoko.individual import read_individual
from shnor_analysis.intake.fisoko.items import (
    read_distribution,
    read_planned,
    read_tasks,
    read_tasks_by_mark,
)
from shnor_analysis.intake.fisoko.protocols import read_collection_form, read_region_protocol
from shnor_analysis.intake.forms.expert_card import read_expert_card
from shnor_analysis.intake.forms.flat import (
    read_adapted_participants,
    read_diagnostic_works,
    read_medal_claims,
    read_past_registers,
    read_procedure_conduct,
    read_reported_indicators,
    read_survey_totals,
    read_teachers,
)
from shnor_analysis.intake.forms.roadmap import read_roadmap
from shnor_analysis.intake.forms.social_passport import read_social_passport
from shnor_analysis.intake.forms.survey import read_survey
from shnor_analysis.intake.journals.marks import read_journal
from shnor_analysis.intake.messages import (
    FOUND_IN_FIRST_ROW,
    NOT_USED,
    Issue,
    UnreadableFile,
    make_issue,
)
from shnor_analysis.intake.periods import year_of_path
from shnor_analysis.intake.rcoi.appeals import read_appeals
from shnor_analysis.intake.rcoi.protocols import read_protocol
from shnor_analysis.intake.workbook import MAX_FILE_BYTES, Sheet, open_workbook
from shnor_analysis.methodology import Methodology
from shnor_analysis.place_files import place_files, shown_name
from shnor_analysis.place_settings import Correction, PlaceSettings

NO_SETTINGS = PlaceSettings()

Reader = Callable[[Sheet, Methodology, bytes], Extract]
"""Takes a recognised sheet, the methodology and the secret of pseudonyms."""

# The context form of 2022 reads a whole workbook and stands apart.
CONTEXT_FAMILY = "fisoko_context"
# Sheets that stand beside the one with results and hold none.
SIDE_FAMILIES = {
    "region_classes", "drop_down_lists", "form_help", "issues_list", "contents",
}  # fmt: skip
# Family of a sheet → its reader.
READERS: dict[str, Reader] = {
    "fisoko_individual": read_individual,
    "fisoko_marks": read_marks,
    "fisoko_comparison": read_comparison,
    "fisoko_comparison_vertical": read_comparison_vertical,
    "fisoko_distribution": read_distribution,
    "fisoko_tasks": read_tasks,
    "fisoko_tasks_by_mark": read_tasks_by_mark,
    "fisoko_planned": read_planned,
    "consolidated_marks": read_consolidated,
    "objectivity_list": read_objectivity_list,
    "region_protocol": read_region_protocol,
    "collection_form": read_collection_form,
    "rcoi_protocol": read_protocol,
    "rcoi_appeals": read_appeals,
    "fisoko_context_2021": read_context_2021,
    "oo1": read_oo1,
    "journal": read_journal,
    "explanations": read_explanations,
    "social_passport": read_social_passport,
    "teachers": read_teachers,
    "survey": read_survey,
    "survey_totals": read_survey_totals,
    "diagnostic_works": read_diagnostic_works,
    "adapted_participants": read_adapted_participants,
    "procedure_conduct": read_procedure_conduct,
    "medal_claims": read_medal_claims,
    "past_registers": read_past_registers,
    "roadmap": read_roadmap,
    "expert_card": read_expert_card,
    "reported_indicators": read_reported_indicators,
}


def read_place(
    folder: Path,
    methodology: Methodology,
    pupil_key: bytes,
    progress: Callable[[str], None] | None = None,
    settings: PlaceSettings = NO_SETTINGS,
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
    settings : PlaceSettings, optional
        What the office says beside the files. With a municipality only its schools are kept:
        those of another one are left out with a note, those whose municipality cannot be told
        although a register exists with an error.

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
    reads: list[FileRead] = []
    files = {shown_name(path.relative_to(folder).as_posix()): path for path in place_files(folder)}
    corrected = {one.file for one in settings.corrections}
    originals = _originals(files, corrected)
    for file, path in files.items():
        if progress:
            progress(file)
        own = [one for one in settings.corrections if one.file == file]
        reads.append(_read_file(path, file, originals, own, methodology, pupil_key))
    unread = tuple(
        make_issue(
            "correction_no_place", one.file, one.sheet, one.row,
            correction=one.id, missing=f"файла «{one.file}» в папке территории",
        )
        for one in settings.corrections
        if one.file not in files
    )  # fmt: skip
    return assemble(reads, methodology, pupil_key, settings, unread)


def _originals(files: dict[str, Path], corrected: set[str]) -> dict[str, str]:
    """File → the one of its equal copies that is read.

    Copies in folders of different years or schools are no copies: the folder gives the year and
    the school where the file does not. A corrected file is read rather than its copy; then the
    one with the shortest path, since «отчёт (1).xlsx» is the copy.
    """
    first: dict[tuple[str, int | None, str | None], str] = {}
    original: dict[str, str] = {}
    for file in sorted(files, key=lambda file: (file not in corrected, len(file), file)):
        key = _sha256(files[file]), year_of_path(file), read_login(file)
        original[file] = first.setdefault(key, file)
    return original


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _read_file(
    path: Path,
    file: str,
    originals: dict[str, str],
    corrections: list[Correction],
    methodology: Methodology,
    key: bytes,
) -> FileRead:
    try:
        n_bytes = path.stat().st_size
        data = path.read_bytes() if n_bytes <= MAX_FILE_BYTES else b""
    except OSError as broken:
        issue = make_issue("file_unreachable", file, reason=broken.strerror or "ошибка чтения")
        return _refused_file(file, "", 0, None, issue)
    sha256 = hashlib.sha256(data).hexdigest()
    original = originals[file]
    if n_bytes > MAX_FILE_BYTES:
        limit = f"{MAX_FILE_BYTES // 2**20} МБ"
        issue = make_issue("file_too_large", file, found=f"{n_bytes // 2**20} МБ", limit=limit)
        return _refused_file(file, sha256, n_bytes, None, issue)
    if data and original != file:
        issue = make_issue("file_duplicate", file, original=original)
        return FileRead(file, sha256, n_bytes, None, "duplicate", issue.message, (), (issue,))
    try:
        sheets = open_workbook(file, data)
    except UnreadableFile as broken:
        issue = broken.issue(file)
        if broken.check_id == "file_unknown":
            return _unknown_file(file, sha256, n_bytes, issue)
        return _refused_file(file, sha256, n_bytes, None, issue)
    if not corrections:
        return _read_sheets(sheets, file, sha256, n_bytes, methodology, key)
    sheets, issues = correct_sheets(sheets, corrections)
    read = _read_sheets(sheets, file, sha256, n_bytes, methodology, key)
    return replace(read, issues=(*read.issues, *issues))


def _refused_file(
    file: str, sha256: str, n_bytes: int, family: str | None, issue: Issue
) -> FileRead:
    return FileRead(file, sha256, n_bytes, family, "refused", issue.message, (), (issue,))


def _read_sheets(
    sheets: list[Sheet],
    file: str,
    sha256: str,
    n_bytes: int,
    methodology: Methodology,
    key: bytes,
) -> FileRead:
    families = [(sheet, sheet_family(sheet)) for sheet in sheets]
    used = [family for _, family in families if family in READERS or family == CONTEXT_FAMILY]
    if not used:
        return _unused_file(families, file, sha256, n_bytes)
    others = families
    extracts: list[Extract] = []
    if CONTEXT_FAMILY in used:
        # the form is read as a whole; sheets of another kind beside it by their own readers
        own = [sheet for sheet, family in families if family not in READERS]
        extracts.append(read_context(own, methodology))
        others = [(sheet, family) for sheet, family in families if family in READERS]
    extracts += [
        extract
        for sheet, family in others
        if (extract := _read_sheet(sheet, family, methodology, key)) is not None
    ]
    is_any_read = any(e.works or e.register or e.reported for e in extracts)
    if any(extract.is_refused for extract in extracts) and not is_any_read:
        first = next(i for extract in extracts for i in extract.issues if i.severity == "error")
        return FileRead(
            file, sha256, n_bytes, used[0], "refused", first.message,
            tuple(Extract(issues=extract.issues) for extract in extracts),
        )  # fmt: skip
    return FileRead(file, sha256, n_bytes, used[0], "read", None, tuple(extracts))


def _read_sheet(
    sheet: Sheet, family: str | None, methodology: Methodology, key: bytes
) -> Extract | None:
    if family in READERS:
        return READERS[family](sheet, methodology, key)
    row = first_filled_row(sheet)
    if not row or family in SIDE_FAMILIES:
        return None
    issue = make_issue("sheet_not_read", sheet.file, sheet.name, found=describe_row(row))
    return Extract(issues=[issue])


def _unused_file(
    families: list[tuple[Sheet, str | None]], file: str, sha256: str, n_bytes: int
) -> FileRead:
    known = next((family for _, family in families if family), None)
    if known:
        return FileRead(file, sha256, n_bytes, known, "not_used", NOT_USED[known])
    sheet = next((s for s, _ in families if first_filled_row(s)), None)
    cells = describe_row(first_filled_row(sheet) if sheet else [])
    found = FOUND_IN_FIRST_ROW.format(cells=cells)
    issue = make_issue("file_unknown", file, sheet.name if sheet else None, found=found)
    return _unknown_file(file, sha256, n_bytes, issue)


def _unknown_file(file: str, sha256: str, n_bytes: int, issue: Issue) -> FileRead:
    return FileRead(file, sha256, n_bytes, None, "unknown", issue.message, (), (issue,))
