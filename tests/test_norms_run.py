"""Norms from a region to a municipality: made once, put beside the files, used in the tables."""

import json
import re
import shutil

import pandas as pd
import pytest

from shnor_analysis import pipeline, tables
from shnor_analysis.demo.files import write_region
from shnor_analysis.errors import MethodologyError, ParameterError, SchemaError
from shnor_analysis.intake.place import place_files
from shnor_analysis.methodology import (
    DEFAULT_REGULATIONS,
    load_methodology,
    load_place,
    norms_text,
    read_norms,
)
from shnor_analysis.norms_run import make_norms
from shnor_analysis.place_settings import load_region_norms
from shnor_analysis.workspace import Workspace, find_workspace
from tests.conftest import copy_of, make_workspace

YEAR = 2025


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    workspace = make_workspace(tmp_path_factory.mktemp("region"))
    write_region(workspace, n_schools=60)
    return workspace, make_norms(workspace, "demo-region", YEAR)


def test_the_file_reads_back_and_is_made_the_same_again(region):
    workspace, run = region
    assert run.path == workspace.root / "reports/demo-region/norms_demo-region_2025.json"
    written = run.path.read_bytes()
    assert norms_text(read_norms(run.path)).encode() == written
    make_norms(workspace, "demo-region", YEAR)
    assert run.path.read_bytes() == written


def test_the_file_says_of_what_and_of_whom_it_is(region):
    norms = region[1].norms
    assert (norms.region_code, norms.region_name) == ("99", "Примерская область")
    assert {work.assessment_year for work in norms.works} == {2022, 2023, 2024, 2025}
    assert all(work.n_schools >= 10 for work in norms.works)
    assert len(norms.made.input_sha256) == 64


def test_later_years_in_the_folder_change_nothing(region, tmp_path):
    workspace = make_workspace(tmp_path)
    source = region[0].raw("demo-region")
    shutil.copytree(source, workspace.raw("demo-region"), ignore=shutil.ignore_patterns("2025"))
    alone = make_norms(workspace, "demo-region", 2024).path.read_bytes()
    assert make_norms(region[0], "demo-region", 2024).path.read_bytes() == alone


def test_a_region_of_files_as_received_gives_norms_too(demo_raw, tmp_path):
    workspace = make_workspace(tmp_path)
    raw = workspace.raw("oblast")
    earlier = shutil.ignore_patterns("202[1-4]")
    shutil.copytree(demo_raw.raw("demo"), raw, ignore=earlier)
    path = raw / "monitoring.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if "municipality_id" not in one), "utf-8")
    norms = make_norms(workspace, "oblast", YEAR).norms
    work = next(one for one in norms.works if one.work_id == "vpr-2025-spring-rus-4")
    assert norms.region_code == "99"
    assert work.n_schools >= 20
    assert work.score_raw.within_school_sd > 0
    # 24 schools give a spread but no line
    assert {one.reason for one in norms.absent if one.part.endswith("_share")} == {"few_schools"}
    manifest = json.loads((workspace.processed("oblast", YEAR) / "manifest.json").read_text())
    assert not [name for name in manifest["settings"] if name.lower().startswith("norms")]


def test_a_year_without_results_is_refused(region):
    with pytest.raises(ParameterError, match="нет результатов за 2030 год"):
        make_norms(region[0], "demo-region", 2030)


def test_a_report_of_ready_tables_is_told_what_they_are_for(region, shnor, tmp_path):
    workspace = region[0]
    # 4 years of 6 tables
    there = "но есть готовые таблицы (2022/context.parquet, всего 24)"
    finished = shnor(workspace, "annual", "demo-region", "--year", "2025")
    assert finished.returncode == 2
    assert f"нет файлов с результатами за 2025 год оценки, {there}" in finished.stderr
    assert "составляются нормы региона: shnor norms demo-region --year 2025." in finished.stderr
    checked = shnor(workspace, "check", "demo-region", "--year", "2025")
    assert checked.returncode == 0, checked.stderr
    assert there in " ".join(checked.stdout.split())
    # a municipality makes no norms
    district = make_workspace(tmp_path)
    shutil.copytree(workspace.raw("demo-region") / "2025", district.raw("demo") / "2025")
    own = (workspace.raw("demo-region") / "monitoring.yaml").read_text(encoding="utf-8")
    path = district.raw("demo") / "monitoring.yaml"
    path.write_text(f"{own}municipality_id: reg99_m012\n", encoding="utf-8")
    with pytest.raises(
        ParameterError, match=r"положите их; нормы региона .* составляет сам регион"
    ):
        pipeline.compute(district, "demo", YEAR)


def test_a_municipality_run_with_norms_and_without(region, annual_run, tmp_path):
    own = copy_of(annual_run[0], tmp_path)
    shutil.copy(region[1].path, own.raw("demo") / "Norms области.JSON")
    ran = pipeline.compute(own, "demo", YEAR)
    assert ran == ("indicators", "decisions", "manifest"), "the file is no data"
    found = {}
    for name, workspace in (("without", annual_run[0]), ("with", own)):
        folder = workspace.processed("demo", YEAR)
        indicators, decisions = folder / pipeline.INDICATORS, folder / pipeline.DECISIONS
        found[name] = {
            "status": tables.load_table(tables.NORM_STATUS, indicators),
            "shares": tables.load_table(tables.SHRUNKEN_SHARES, indicators),
            "decisions": tables.load_table(tables.LOW_RESULTS, decisions),
            "context": tables.load_table(tables.CONTEXT_RESULTS, decisions),
            "borders": tables.load_table(tables.RESULT_BORDERS, indicators),
            "files": tables.load_table(tables.SOURCE_FILES, folder / pipeline.TIDY),
        }
    manifest = json.loads((folder / pipeline.MANIFEST).read_text(encoding="utf-8"))
    assert "Norms области.JSON" in manifest["settings"]
    without, with_norms = found["without"], found["with"]
    assert set(without["shares"]["prior_source"]) <= {"territory", "jeffreys"}
    shares = with_norms["shares"].query("assessment_year == 2025 and procedure != 'ege'")
    assert set(shares["prior_source"]) == {"region"}
    assert not (without["status"]["status"] == "full").any()
    assert (with_norms["status"]["status"] == "full").sum() >= 2
    # the rule is applied by the letter: norms change no verdict, and the file is no data
    pd.testing.assert_frame_equal(without["decisions"], with_norms["decisions"])
    pd.testing.assert_frame_equal(without["files"], with_norms["files"])
    # Three schools keep the letter of resilience: the primary school № 8, an ordinary one; Стойкое,
    # the one planted; Трудовое, planted with hard conditions and ordinary results. Norms confirm
    # the planted one, and without them nothing is confirmed.
    primary, planted, ordinary = "991217", "991219", "991221"
    supports = {
        name: tables_of["context"].set_index("school_id")["resilience_support"]
        for name, tables_of in found.items()
    }
    assert set(supports["without"]) == {"none", "by_letter"}
    named = supports["with"][supports["with"] != "none"]
    assert named.to_dict() == {primary: "by_letter", planted: "by_effect", ordinary: "by_letter"}
    # the year of the norms stands beside the region, in primary grades as in all
    borders = with_norms["borders"]
    assert set(borders.loc[borders["among"] == "region", "assessment_year"]) == {YEAR}
    assert set(borders.loc[borders["assessment_year"] == YEAR, "among"]) == {"region"}


@pytest.fixture
def place(region, demo_raw, tmp_path):
    """A place with a description, the text of a norms file and a way to load it."""
    shutil.copy(demo_raw.raw("demo") / "monitoring.yaml", tmp_path)
    description = load_place(tmp_path / "monitoring.yaml")
    text = region[1].path.read_text(encoding="utf-8")

    def load(year=YEAR, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
        return load_region_norms(tmp_path, description, year)

    return tmp_path, text, load


def test_without_a_file_there_are_no_norms(place):
    assert place[2]() is None


def test_of_several_years_the_latest_fitting_one_counts(place):
    _, text, load = place
    earlier = text.replace('"assessment_year": 2025,\n "n_schools"',
                           '"assessment_year": 2024,\n "n_schools"', 1)  # fmt: skip
    assert earlier != text
    assert load(norms_2025=text, norms_2024=earlier).assessment_year == 2025
    assert load(year=2024).assessment_year == 2024
    assert load(year=2026).assessment_year == 2025


def changed(text, **values):
    return json.dumps({**json.loads(text), **values}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text[:-40], r"norms\.json, строка \d+: файл норм повреждён, это не JSON"),
        (lambda _: "[]", "это не файл норм региона"),
        (lambda text: changed(text, format_version=2), "версия файла норм 2, ожидалась 1"),
        (lambda text: changed(text, region_code="98"),
         "нормы региона 98 .*относится к региону 99; положите"),
        (lambda text: changed(text, assessment_year=2026),
         "нормы за 2026 год оценки, а расчёт — за 2025"),
        (lambda text: changed(text, n_schools=-1), "n_schools: найдено -1, ожидалось не меньше 0"),
        (lambda text: changed(text, more=1), "more: такой ключ не предусмотрен"),
        (lambda text: text.replace('"alpha": ', '"alpha": NaN, "was": ', 1), "norms.json, works"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_one_sentence(place, change, sentence):
    _, text, load = place
    with pytest.raises(ParameterError, match=sentence) as refused:
        load(norms=change(text))
    assert "\n" not in str(refused.value)


def test_two_files_of_one_year_are_refused(place):
    with pytest.raises(ParameterError, match="два файла норм за 2025 год оценки; оставьте один"):
        place[2](norms=place[1], norms_copy=place[1])


def test_a_region_compares_names_where_it_has_no_code(place, tmp_path):
    _, text, load = place
    description = load_place(tmp_path / "monitoring.yaml").model_copy(
        update={"municipality_id": None}
    )
    load(norms=text)
    assert load_region_norms(tmp_path, description, YEAR) is not None
    other = description.model_copy(update={"region_name": "Иная область"})
    with pytest.raises(ParameterError, match="относится к региону Иная область"):
        load_region_norms(tmp_path, other, YEAR)


def test_a_norms_file_is_a_setting_only_beside_the_description(place):
    folder, text, load = place
    load(norms_99=text)
    (folder / "2025").mkdir()
    (folder / "2025" / "norms_99.json").write_text(text, encoding="utf-8")
    (folder / "normal.json").write_text("{}", encoding="utf-8")
    found = [path.relative_to(folder).as_posix() for path in place_files(folder)]
    # elsewhere it is an unknown file, and the check says so
    assert found == ["2025/norms_99.json", "normal.json"]


def test_norm_rules_refuse_a_verdict_named_twice(tmp_path):
    folder = shutil.copytree(find_workspace().methodology, tmp_path / "methodology")
    path = folder / "norms.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("verdict: quantile_group", "verdict: mark_leniency"), "utf-8")
    with pytest.raises(MethodologyError, match="mark_leniency"):
        load_methodology(folder, DEFAULT_REGULATIONS)


def edited(run, change):
    data = json.loads(run.path.read_text(encoding="utf-8"))
    change(data)
    return json.dumps(data, ensure_ascii=False)


CONTRADICTIONS = {
    "названа дважды": lambda d: d["works"].append(d["works"][0]),
    "не те, что в её коде": lambda d: d["works"][0].update(grade=3),
    "перекрываются": lambda d: d["works"][0]["scores"][1].update(first=0),
    "группа из 1 учеников": lambda d: d["works"][0]["scores"][0].update(n_pupils=1),
    "больше учеников, чем": lambda d: d["works"][0]["scores"][0].update(n_pupils=10**6),
    "не возрастают": lambda d: d["quantiles"][0]["values"].update({"5": 999.0}),
    "ни одной работы": lambda d: d.update(works=[]),
}


@pytest.mark.parametrize("words", list(CONTRADICTIONS))
def test_norms_that_contradict_themselves_are_refused(region, tmp_path, words):
    path = tmp_path / "norms.json"
    path.write_text(edited(region[1], CONTRADICTIONS[words]), encoding="utf-8")
    with pytest.raises(ParameterError, match=f"{words}.*получите его у региона заново"):
        read_norms(path)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"n": ' + "1" * 5000 + "}", '{"a": 1, "a": 2}'])
def test_norms_no_parser_can_read_are_one_sentence(tmp_path, text):
    path = tmp_path / "norms.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"norms\.json: файл норм повреждён"):
        read_norms(path)


def test_a_row_that_stands_twice_is_refused(region, tmp_path):
    workspace = make_workspace(tmp_path)
    folder = workspace.raw("demo-region")
    shutil.copytree(region[0].raw("demo-region"), folder, ignore=shutil.ignore_patterns("202[23]"))
    path = folder / "2025/vpr_results.parquet"
    whole = path.read_bytes()
    rows = pd.read_parquet(path)
    first = rows.sort_values(["work_id", "school_id", "pupil_id"]).iloc[0]
    # three pupils stand twice, the first of them even three times
    pd.concat(
        [rows, rows.loc[[first.name]], rows.loc[[first.name]], rows.iloc[[-1, -2]]]
    ).to_parquet(path, index=False)
    sentence = (
        "Таблица «vpr_results» в папке «demo-region», файл 2025/vpr_results.parquet: строка с "
        f"ключом work_id {first.work_id}, school_id {first.school_id}, pupil_id {first.pupil_id} "
        "найдена больше одного раза, ожидалась одна (таких ключей: 3)"
    )
    with pytest.raises(SchemaError, match=re.escape(sentence)):
        make_norms(workspace, "demo-region", YEAR)
    path.write_bytes(whole)
    # a copy of a year under another name holds every row of it again
    shutil.copytree(folder / "2025", folder / "2026")
    twice = r"«works» .* файл 2025/works\.parquet, 2026/works\.parquet: строка с ключом work_id "
    with pytest.raises(SchemaError, match=twice):
        make_norms(workspace, "demo-region", YEAR)


def test_a_folder_without_a_year_is_refused(region, tmp_path):
    workspace = Workspace(tmp_path)
    shutil.copytree(region[0].root / "methodology", tmp_path / "methodology")
    shutil.copytree(region[0].raw("demo-region"), workspace.raw("demo-region"))
    year = workspace.raw("demo-region") / "2024"
    year.rename(year.with_name("y2024"))
    with pytest.raises(SchemaError, match=r"y2024/\w+.parquet: имя папки не говорит, за какой год"):
        make_norms(workspace, "demo-region", YEAR)
    (workspace.raw("demo-region") / "2025" / "schools.parquet").write_bytes(b"abc")
    year.with_name("y2024").rename(year)
    with pytest.raises(SchemaError, match=r"schools.*файл повреждён или это не Parquet"):
        make_norms(workspace, "demo-region", YEAR)


def test_a_file_made_before_there_were_signs_is_read_and_has_none(region, tmp_path):
    data = json.loads(region[1].path.read_text(encoding="utf-8"))
    del data["signs"]
    for work in data["works"]:
        work.pop("tasks", None)
        work.pop("misfit_spread", None)
    path = tmp_path / "norms_old.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    norms = read_norms(path)
    assert norms.sign("level", 4) is None
    assert region[1].norms.sign("level", 4) is not None


def test_a_sign_named_twice_is_refused(region, tmp_path):
    data = json.loads(region[1].path.read_text(encoding="utf-8"))
    data["signs"].append(data["signs"][0])
    path = tmp_path / "norms_twice.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"норма признака .* названа дважды"):
        read_norms(path)
