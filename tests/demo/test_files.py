import hashlib
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from shnor_analysis.demo import files
from shnor_analysis.demo.files import DemoSummary, write_demo, write_region
from shnor_analysis.errors import ParameterError, ShnorError
from shnor_analysis.methodology import load_place
from shnor_analysis.workspace import Workspace, only_run

N_SCHOOLS = 60
NOT_WORKBOOKS = {"~$lock.xlsx", "Лист Microsoft Excel.xlsx"}


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_gives_the_same_bytes(demo: DemoSummary, tmp_path: Path) -> None:
    again = write_demo(Workspace(tmp_path), n_schools=N_SCHOOLS)
    assert fingerprints(again.folder) == fingerprints(demo.folder)
    assert fingerprints(again.truth_folder) == fingerprints(demo.truth_folder)


def test_there_are_24_schools(demo: DemoSummary) -> None:
    assert demo.n_schools == 24
    path = demo.folder / "2023/Контекст/Сбор контекстных данных об ОО.xlsx"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert len({row[0] for row in rows[1:]}) == 24


def test_the_merged_school_left_the_register(demo: DemoSummary) -> None:
    path = demo.folder / "2025/Контекст/Сбор контекстных данных об ОО.xlsx"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    logins = {str(row[0]) for row in rows[1:]}
    assert len(logins) == 23
    assert "edu991214" not in logins


def test_the_years_are_as_an_office_keeps_them(folder: Path) -> None:
    names = fingerprints(folder)
    assert not any("Ф1" in name for name in names if name.startswith("2022/"))
    assert sum(name.endswith("Ф3_Статистика по отметкам.xlsx") for name in names) == 40
    assert "2025/РЦОИ/02_2025.06.03.csv" in names
    assert sum("Экспертная карта" in name for name in names) == 3


def test_truth_is_outside_of_the_files(demo: DemoSummary) -> None:
    assert demo.truth_folder.parent == demo.folder.parent
    assert demo.truth_folder.name == "demo-truth"
    names = {path.name for path in demo.folder.rglob("*")}
    assert not names & {"schools.csv", "cells.csv", "dirt.csv"}


def test_every_workbook_opens_with_calamine(folder: Path) -> None:
    paths = [p for p in folder.rglob("*.xlsx") if p.name not in NOT_WORKBOOKS]
    assert len(paths) > 100
    for path in paths:
        assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_place_is_described_for_a_run(folder: Path) -> None:
    place = load_place(folder / "monitoring.yaml")
    assert place.name == "Примерский муниципальный район (выдуманный)"
    assert place.region_name == "Примерская область"
    assert place.municipality_id == "reg99_m012"
    assert place.regulations.low_results == "federal-low-results"


def test_own_old_files_are_replaced(tmp_path: Path, quick: None) -> None:
    workspace = Workspace(tmp_path)
    write_demo(workspace)
    first = fingerprints(workspace.raw("demo"))
    (workspace.raw("demo") / "2025").mkdir(exist_ok=True)
    (workspace.raw("demo") / "2025" / "~$открыт.xlsx").write_bytes(b"lock")
    write_demo(workspace)
    assert fingerprints(workspace.raw("demo")) == first
    assert {path.name for path in workspace.raw("demo").parent.iterdir()} == {"demo", "demo-truth"}


@pytest.mark.parametrize("place", ["demo", "demo-truth"])
def test_foreign_folder_is_not_overwritten(tmp_path: Path, place: str, quick: None) -> None:
    workspace = Workspace(tmp_path)
    own = workspace.raw(place) / "2025" / "моё.xlsx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    with pytest.raises(ShnorError, match=r"не перезаписана.*моё\.xlsx"):
        write_demo(workspace)
    assert own.read_bytes() == b"mine"


@pytest.mark.parametrize(("write", "place"), [(write_demo, "demo"), (write_region, "demo-region")])
def test_files_are_not_replaced_under_a_running_calculation(tmp_path: Path, write, place) -> None:
    workspace = Workspace(tmp_path)
    with (
        only_run(workspace, place),
        pytest.raises(ParameterError, match=f"Территория «{place}» занята.*повторите команду"),
    ):
        write(workspace)
    assert not workspace.raw(place).exists()


def test_a_file_added_by_a_user_is_not_lost(tmp_path: Path, quick: None) -> None:
    workspace = Workspace(tmp_path)
    write_demo(workspace)
    (workspace.raw("demo") / "заметки.txt").write_text("важно", encoding="utf-8")
    with pytest.raises(ShnorError, match=r"заметки\.txt"):
        write_demo(workspace)


def test_a_killed_run_leaves_the_old_demo(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    write_demo(workspace)
    before = fingerprints(workspace.raw("demo"))

    def broken(folder: Path, files: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_write_files", broken)
    with pytest.raises(KeyboardInterrupt):
        write_demo(workspace)
    assert fingerprints(workspace.raw("demo")) == before
    assert {path.name for path in workspace.raw("demo").parent.iterdir()} == {"demo", "demo-truth"}


def test_a_folder_that_cannot_be_replaced_is_left_as_it_was(
    tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    write_demo(workspace)
    before = fingerprints(workspace.raw("demo"))
    replace = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise PermissionError(13, "занято")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(ShnorError, match="закройте её файлы"):
        write_demo(workspace)
    assert fingerprints(workspace.raw("demo")) == before


def test_summary_is_a_russian_sentence(demo: DemoSummary) -> None:
    assert str(demo).startswith("Создана территория «demo»: школ 24, файлов 154")


def test_progress_is_told_in_russian(tmp_path: Path, quick: None) -> None:
    said: list[str] = []
    write_demo(Workspace(tmp_path), progress=said.append)
    assert said
    assert all("а" <= text[-1].lower() <= "я" or text[-1].isdigit() for text in said)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the slow part: what is written does not matter for how it is written."""
    made = ({"monitoring.yaml": b"name: x\n", "2025/a.csv": b"1\n"}, {"schools.csv": b"a\n"})
    monkeypatch.setattr(files, "_demo_files", lambda *_: made)
    monkeypatch.setattr(files, "_region_counts", lambda *_: None)
    monkeypatch.setattr(files, "sittings", lambda *_: [])
