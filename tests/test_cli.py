"""The command as a user meets it: help, and one Russian sentence for every mistake."""

import shutil

import openpyxl
import pytest

from shnor_analysis import cli
from shnor_analysis.form_specs import FORMS
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_place
from tests.conftest import copy_of

YEAR = ("--year", "2025")
PLACE = ("--name", "Район", "--region", "Область", "--municipality", "reg99_m012")


@pytest.fixture(scope="module")
def place(demo_raw, tmp_path_factory):
    """A project with the invented municipality; a refused run may leave traces of itself."""
    return copy_of(demo_raw, tmp_path_factory.mktemp("mistakes"))


def sentence(finished):
    """Return the only line of the error output."""
    lines = [line for line in finished.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, finished.stderr
    assert "Traceback" not in finished.stderr + finished.stdout
    return lines[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("annual", "nowhere", *YEAR), "Нет папки data/raw/nowhere; есть территории: demo"),
        (("annual", "demo", "--year", "2019"), "нет результатов за 2019 год"),
        (("annual", "demo", "--yaer", "2025"), "Неизвестный ключ --yaer"),
        (("annual", "demo", "--year", "этот"), "--year"),
        (("annual", "demo"), "Не указано: --year"),
        (("annual",), "Не указано: ТЕРРИТОРИЯ"),
        (("anual", "demo"), "anual"),
        (("check", "../demo", *YEAR), "../demo"),
        (("annual", "..", *YEAR), "Нет папки data/raw/.."),
        (("check", "[/b]", *YEAR), "Нет папки data/raw/[/b]"),
        (("demo", "--seed", "-1"), "--seed: найдено «-1»"),
        (("new", "Район", *PLACE), "Имя папки «Район» не подходит"),
        (("new", "demo", *PLACE), "Территория «demo» уже есть"),
        (("new", "primersk", *PLACE, "--rule", "нет-такого"), "нет правила «нет-такого»"),
        (("new", "primersk", *PLACE[:-1], "m012"), "найдено 'm012', ожидался код вида reg99_m012"),
        (("new", "primersk"), "Не указано: --name"),
        (("norms", "demo", *YEAR), "указан municipality_id, это муниципалитет"),
    ],
)
def test_a_mistake_is_one_sentence_and_a_status(place, shnor, words, expected):
    finished = shnor(place, *words)
    assert finished.returncode == 2
    assert expected in sentence(finished)


COMMANDS = ("demo", "new", "rules", "check", "annual", "norms")


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)])
def test_help_is_complete_and_russian(demo_raw, shnor, words):
    finished = shnor(demo_raw, *words, "--help")
    assert finished.returncode == 0
    for english in (
        "Usage",
        "Options",
        "Commands",
        "Arguments",
        "Show this",
        "required",
        "default",
    ):
        assert english not in finished.stdout, english
    expected = {
        (): (*COMMANDS, "--version"),
        ("new",): ("ТЕРРИТОРИЯ", "--name", "--region", "--municipality", "--rule"),
        ("rules",): ("ПРАВИЛО | diff ПРАВИЛО ПРАВИЛО", "--place", "--year"),
        ("demo",): ("--region", "--seed"),
        ("check",): ("ТЕРРИТОРИЯ", "--year"),
        ("annual",): ("ТЕРРИТОРИЯ", "--year", "--from-scratch", "--engine", "--master"),
        ("norms",): ("ТЕРРИТОРИЯ", "--year", "--engine", "--master"),
    }[words]
    assert all(word in finished.stdout for word in expected)


def test_demo_without_options_makes_the_municipality(fresh_workspace, shnor):
    finished = shnor(fresh_workspace, "demo")
    assert finished.returncode == 0, finished.stderr
    assert "школ 24" in finished.stdout.replace("\n", " ")
    assert (fresh_workspace.raw("demo") / "monitoring.yaml").is_file()


def test_a_new_place_is_described_and_waits_for_files(fresh_workspace, shnor):
    finished = shnor(fresh_workspace, "new", "primersk", *PLACE)
    assert finished.returncode == 0, finished.stderr
    folder = fresh_workspace.raw("primersk")
    assert sorted(path.name for path in folder.iterdir()) == [
        "monitoring.yaml", "school_aliases.csv", "school_mergers.csv", "Шаблоны",
    ]  # fmt: skip
    templates = {path.stem for path in (folder / "Шаблоны").iterdir()}
    assert templates == {spec.title for spec in FORMS}
    place = load_place(folder / "monitoring.yaml")
    assert (place.name, place.municipality_id) == ("Район", "reg99_m012")
    assert place.regulations == DEFAULT_REGULATIONS
    empty = shnor(fresh_workspace, "annual", "primersk", *YEAR)
    assert empty.returncode == 2
    assert "нет результатов за 2025 год оценки; найдены: ни одного года" in sentence(empty)
    checked = shnor(fresh_workspace, "check", "primersk", *YEAR)
    assert checked.returncode == 0, checked.stderr
    assert "нет результатов за 2025 год оценки; найдены: ни одного года" in checked.stdout
    assert "Где взять: личный кабинет ФИС ОКО" in " ".join(checked.stdout.split())
    assert "Не читаются правила" not in checked.stdout
    draft = fresh_workspace.methodology / "regulations" / "draft.yaml"
    draft.write_text("id: draft", encoding="utf-8")
    checked = shnor(fresh_workspace, "check", "primersk", *YEAR)
    assert checked.returncode == 0, checked.stderr
    assert "Не читаются правила, которых эта территория не применяет" in checked.stdout
    assert "regulations/draft.yaml, source: обязательный ключ отсутствует" in checked.stdout


def test_a_place_without_a_municipality_is_a_region(fresh_workspace, shnor):
    finished = shnor(fresh_workspace, "new", "oblast", *PLACE[:4])
    assert finished.returncode == 0, finished.stderr
    place = load_place(fresh_workspace.raw("oblast") / "monitoring.yaml")
    assert place.municipality_id is None


def test_an_interrupted_run_says_so_and_fails(monkeypatch, capsys):
    monkeypatch.setattr(cli, "app", lambda **_: cli.INTERRUPTED)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    assert "Остановлено" in capsys.readouterr().err


def test_a_renamed_column_is_a_remark_and_the_rest_goes_on(demo_raw, fresh_workspace, shnor):
    raw = fresh_workspace.raw("demo")
    shutil.copytree(demo_raw.raw("demo") / "2025", raw / "2025")
    shutil.copy(demo_raw.raw("demo") / "monitoring.yaml", raw)
    path = sorted(raw.rglob("Ф3*.xlsx"))[0]
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heading = next(c for row in sheet for c in row if c.value == "Кол-во участников")
    heading.value = "Число"
    sheet.title = "Лист1"
    book.save(path)
    finished = shnor(fresh_workspace, "check", "demo", *YEAR)
    assert finished.returncode == 0, finished.stderr
    remarks = openpyxl.load_workbook(fresh_workspace.reports("demo", 2025) / "issues.xlsx")
    rows = [" | ".join(str(c.value) for c in row) for sheet in remarks for row in sheet]
    found = [row for row in rows if path.name in row and "нет столбца" in row]
    assert found, "the remark names the file and the missing column"


def test_a_place_without_description_is_told_what_to_write(fresh_workspace, shnor):
    (fresh_workspace.raw("район")).mkdir(parents=True)
    finished = shnor(fresh_workspace, "annual", "район", *YEAR)
    assert finished.returncode == 2
    assert "monitoring.yaml" in sentence(finished)


def test_a_broken_rule_stops_the_run_and_writes_nothing(demo_raw, fresh_workspace, shnor):
    shutil.copytree(demo_raw.raw("demo"), fresh_workspace.raw("demo"))
    rule = fresh_workspace.methodology / "regulations/federal-low-results.yaml"
    broken = rule.read_text(encoding="utf-8").replace("value: 10", "value: десять", 1)
    rule.write_text(broken, encoding="utf-8")
    finished = shnor(fresh_workspace, "annual", "demo", *YEAR)
    assert finished.returncode == 2
    assert "low-results.yaml, low_results.share_denominator.value: найдено 'десять'" in sentence(
        finished
    )
    assert not fresh_workspace.reports("demo", 2025).exists()
    assert not fresh_workspace.processed("demo", 2025).exists()
