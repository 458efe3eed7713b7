"""``shnor rules`` as a methodologist meets it."""

import shutil

import pytest

from shnor_analysis import pipeline, tables
from tests.conftest import copy_of

YEAR = ("--year", "2025")


def lines(finished):
    assert finished.returncode == 0, finished.stderr
    return [line.rstrip() for line in finished.stdout.splitlines()]


def said(finished):
    """The printed words without the frame of the tables."""
    return " ".join(" ".join(lines(finished)).replace("│", " ").split())


def test_all_rules_and_who_applies_them(demo_raw, shnor):
    printed = said(shnor(demo_raw, "rules"))
    for name in ("federal-low-results", "lesosibirsk-2024", "nikolsk-2020", "sterlitamak-2021"):
        assert name in printed
    assert "Территория demo применяет:" in printed
    assert "Неблагоприятные социальные условия: sterlitamak-2021" in printed
    assert "Высокие результаты: yershichi-2020" in printed


def test_a_place_described_the_old_way_does_not_hide_the_rest(demo_raw, fresh_workspace, shnor):
    folder = fresh_workspace.raw("old")
    folder.mkdir(parents=True)
    text = (demo_raw.raw("demo") / "monitoring.yaml").read_text(encoding="utf-8")
    (folder / "monitoring.yaml").write_text(
        text.replace("  high_results: yershichi-2020\n", ""), encoding="utf-8"
    )
    printed = said(shnor(fresh_workspace, "rules"))
    assert "yershichi-2020" in printed
    assert "regulations.high_results: обязательный ключ отсутствует" in printed


def test_one_rule_with_value_clause_source_and_confidence(demo_raw, shnor):
    printed = said(shnor(demo_raw, "rules", "lesosibirsk-2024"))
    assert "Высокая степень, баллов от 14 приложение 1" in printed
    assert "«высокая» — «14-17»" in printed
    assert "(прочитано в документе)" in printed
    assert "(принято в программе)" in printed
    assert "даты в документе нет" in printed
    assert "Чего документ не называет" in printed


def test_the_tables_fit_a_window_of_eighty_columns(demo_raw, capsys):
    from rich.console import Console

    from shnor_analysis import rules_command

    console = Console(width=80)
    rules_command.show_all(demo_raw, console)
    rules_command.show_one(demo_raw, "sterlitamak-2021", console)
    rules_command.show_difference(demo_raw, "federal-low-results", "lesosibirsk-2024", console)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) > 100
    assert max(map(len, printed)) <= 80


def test_the_difference_of_two_rules(demo_raw, shnor):
    printed = said(shnor(demo_raw, "rules", "diff", "federal-low-results", "lesosibirsk-2024"))
    assert "Есть только в federal-low-results: Высокие результаты" in printed
    assert "русский язык, математика; 4, 5, 6, 7, 8, 10" in printed
    assert "Процедура: ВПР" in printed
    assert "Процедура: ГВЭ-11" in printed
    assert "Доля печатается" not in printed  # the same on both sides
    same = said(shnor(demo_raw, "rules", "diff", "nikolsk-2020", "nikolsk-2020"))
    assert same == "Общие правила совпадают."


def test_who_enters_and_leaves_because_of_the_change(annual_run, shnor, tmp_path):
    workspace = copy_of(annual_run[0], tmp_path)
    # a rule of their own makes the tables anew: the years before the two that it asks about
    # say nothing here
    for year in ("2021", "2022", "2023"):
        shutil.rmtree(workspace.raw("demo") / year)
    rules = workspace.methodology / "regulations"
    strict = rules / "strict.yaml"
    text = (rules / "federal-low-results.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("id: federal-low-results", "id: strict"),
        ("min_participants:\n    value: 1", "min_participants:\n    value: 10"),
        ("value: A_or_B", "value: A"),
    ):
        assert old in text
        text = text.replace(old, new)
    strict.write_text(text, encoding="utf-8")
    words = ("rules", "diff", "federal-low-results", "strict", "--place", "demo", *YEAR)
    finished = shnor(workspace, *words)
    back = shnor(workspace, "rules", "diff", "strict", "federal-low-results", *words[-4:])
    printed = lines(finished)
    start = next(n for n, line in enumerate(printed) if line.startswith("Выходят"))
    stop = next(n for n, line in enumerate(printed) if line.startswith("Каждое изменение"))
    leaving = [line.split(" — ")[0].strip() for line in printed[start + 1 : stop]]
    assert printed[start] == f"Выходят: {len(leaving)}"
    assert "Входят в перечень: 0" in printed
    # The smallest demo school has fewer than ten participants in every work.
    assert "МКОУ «ООШ д. Малая»" in leaving
    alone = said(finished).split("Каждое изменение по отдельности")[1]
    assert "Наименьшее число участников" in alone
    assert "Режим" in alone
    entering = [line for line in lines(back) if line.startswith("Входят в перечень")]
    assert entering == [f"Входят в перечень: {len(leaving)}"]


def listed(printed):
    """«Входят в перечень» and «Выходят»: the names under each, as printed."""
    first, second = (
        next(n for n, line in enumerate(printed) if line.startswith(heading))
        for heading in ("Входят в перечень: ", "Выходят: ")
    )
    found = []
    for start, stop in ((first, second), (second, len(printed))):
        rows = printed[start + 1 : stop]
        names = {row.split(" — ")[0].strip() for row in rows if row.startswith("  ")}
        assert len(names) == int(printed[start].split(": ")[1])
        found.append(names)
    return tuple(found)


def named(workspace, contract, *, regulation):
    """Names of the included schools in a stored table of decisions."""
    folder = workspace.processed("demo", 2025)
    rows = tables.load_table(contract, folder / pipeline.DECISIONS)
    rows = rows[(rows["regulation_id"] == regulation) & (rows["decision"] == "included")]
    schools = tables.load_table(tables.SCHOOLS, folder / pipeline.TIDY).set_index("school_id")
    return set(schools.loc[rows["school_id"], "school_name"])


def test_who_enters_and_leaves_when_one_list_of_indicators_replaces_another(annual_run, shnor):
    workspace, _ = annual_run
    names = ("sterlitamak-2021", "regional-index")
    finished = shnor(workspace, "rules", "diff", *names, "--place", "demo", *YEAR)
    old, new = (named(workspace, tables.LOW_RESULTS_INDEX, regulation=one) for one in names)
    assert old != new
    assert listed(lines(finished)) == (new - old, old - new)
    assert "Показатели низких результатов: regional-index вместо sterlitamak-2021" in said(finished)


def test_who_enters_and_leaves_when_conditions_are_judged_otherwise(annual_run, shnor):
    workspace, _ = annual_run
    names = ("sterlitamak-2021", "social-composition")
    there = lines(shnor(workspace, "rules", "diff", *names, "--place", "demo", *YEAR))
    back = lines(shnor(workspace, "rules", "diff", *names[::-1], "--place", "demo", *YEAR))
    entering, leaving = listed(there)
    old = named(workspace, tables.ADVERSE_CONDITIONS, regulation="sterlitamak-2021")
    assert entering
    assert leaving
    assert leaving <= old
    assert not entering & old
    assert listed(back) == (leaving, entering)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("nowhere",), "нет правила «nowhere»; есть: federal-low-results, fioko-objectivity"),
        (("diff", "nikolsk-2020"), "ожидалось имя одного правила либо diff и два имени"),
        (("nikolsk-2020", *YEAR), "--place и --year вместе и только с diff"),
        (("diff", "nikolsk-2020", "nikolsk-2020", "--place", "demo"), "--place и --year вместе"),
        (
            ("diff", "nikolsk-2020", "federal-low-results", "--place", "demo", *YEAR),
            "regulations/nikolsk-2020.yaml: нет блока low_results (не названо: предметы",
        ),
        (
            ("diff", "federal-low-results", "lesosibirsk-2024", "--place", "nowhere", *YEAR),
            "Нет папки data/raw/nowhere; есть территории: demo",
        ),
        (
            ("diff", "nikolsk-2020", "nikolsk-2020", "--place", "demo", "--year", "этот"),
            "--year: найдено «этот»",
        ),
    ],
)
def test_a_mistake_is_one_sentence(demo_raw, shnor, words, expected):
    finished = shnor(demo_raw, "rules", *words)
    assert finished.returncode == 2
    assert not finished.stdout.strip()  # no table that would look like the whole answer
    (sentence,) = [line for line in finished.stderr.splitlines() if line.strip()]
    assert expected in sentence


def test_a_broken_file_is_named_and_stops_only_what_needs_it(fresh_workspace, shnor):
    rules = fresh_workspace.methodology / "regulations"
    shutil.copy(rules / "nikolsk-2020.yaml", rules / "copy.yaml")
    sentence = "regulations/copy.yaml, id: найдено 'nikolsk-2020', ожидалось имя"
    printed = said(shnor(fresh_workspace, "rules"))
    assert "sterlitamak-2021" in printed
    assert f"Не читаются, применить их нельзя: {sentence}" in printed
    # a comparison of two others does not need it, one with it does
    assert said(shnor(fresh_workspace, "rules", "diff", "nikolsk-2020", "nikolsk-2020"))
    finished = shnor(fresh_workspace, "rules", "diff", "nikolsk-2020", "copy")
    assert finished.returncode == 2
    assert sentence in finished.stderr
