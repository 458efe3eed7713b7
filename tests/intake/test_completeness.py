"""Turnout, missing compulsory works, breaks in series: tables invented by hand."""

from pathlib import Path

import pandas as pd
import pytest

from shnor_analysis.intake.joins import completeness
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import (
    CONTEXT,
    GIA_RESULTS,
    GROUP_STATISTICS,
    PARTICIPATION,
    SCHOOLS,
    VPR_RESULTS,
    WORKS,
)

METHODOLOGY = load_methodology(Path(__file__).parents[2] / "methodology", DEFAULT_REGULATIONS)


def check_participation(*tables):
    return completeness.check_participation(*tables, METHODOLOGY)


def check_missing_procedures(*tables):
    return completeness.check_missing_procedures(*tables, METHODOLOGY)


def check_series_breaks(*tables):
    return completeness.check_series_breaks(*tables, METHODOLOGY)


PLACE = {"source_file": "a.xlsx", "source_sheet": None, "source_row": 3}


def table(contract, rows):
    return contract.conform(pd.DataFrame(rows, columns=list(contract.columns), dtype=object))


def works(*work_ids):
    rows = []
    for work_id in work_ids:
        procedure, year, season, subject, grade = work_id.split("-")[:5]
        rows.append({"work_id": work_id, "assessment_year": int(year), "procedure": procedure,
                     "season": season, "subject": subject, "grade": int(grade),
                     "level": "none"})  # fmt: skip
    return table(WORKS, rows)


def results(contract, counts):
    """``{(school, work): n}`` → one row per pupil."""
    rows = [
        {"work_id": work, "school_id": school, "pupil_id": f"p{i}", "exam_date": "2025-05-05",
         "test_mark": 4, **PLACE}
        for (school, work), n in counts.items() for i in range(n)
    ]  # fmt: skip
    return table(contract, [{k: v for k, v in r.items() if k in contract.columns} for r in rows])


def groups(counts):
    rows = [
        {"work_id": work, "report": "marks", "group_level": "school", "group_id": school,
         "group_name": "Школа", "item": item, "n_participants": n, "value_share": 0.25,
         "value_n": 1, **PLACE}
        for (school, work), n in counts.items() for item in ("2", "3", "4", "5")
    ]  # fmt: skip
    return table(GROUP_STATISTICS, rows)


def listed(*rows):
    keys = ("school_id", "work_id", "n_listed", "n_present")
    lines = [dict(zip(keys, row, strict=True)) for row in rows]
    return table(PARTICIPATION, [
        {**line, "n_absent": line["n_listed"] - line["n_present"], **PLACE,
         "source_file": f"{i}.xlsx", "source_sheet": "Лист"}
        for i, line in enumerate(lines)
    ])  # fmt: skip


def context(*rows):
    return table(CONTEXT, [
        {"school_id": school, "assessment_year": year, "indicator": f"n_pupils_grade_{grade}",
         "value": n, "unit": "person", "source": source, **PLACE}
        for school, year, grade, n, source in rows
    ])  # fmt: skip


def schools(*ids, municipality="reg99_m012"):
    return table(SCHOOLS, [
        {"school_id": one, "fisoko_login": f"edu{one}", "school_name": "Школа",
         "municipality_id": municipality, "region_code": "99", "is_in_register": True, **PLACE}
        for one in ids
    ])  # fmt: skip


NO_VPR, NO_GIA, NO_GROUPS = results(VPR_RESULTS, {}), results(GIA_RESULTS, {}), groups({})
NO_CONTEXT = context()
RUS_4, RUS_4_NEXT = "vpr-2024-spring-rus-4", "vpr-2025-spring-rus-4"


def found(issues):
    return [(i.check_id, i.school_id, i.value) for i in issues]


# --- turnout -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_listed", "n_present", "is_asked"),
    # 70 % of 10 is 7: exactly at the norm is enough; of 4 listed nothing is said; nobody of 5 is
    [(10, 6, True), (10, 7, False), (20, 13, True), (20, 14, False), (4, 0, False), (5, 3, True),
     (5, 4, False), (5, 0, True), (0, 0, False)],
)  # fmt: skip
def test_turnout_of_a_protocol(n_listed, n_present, is_asked):
    issues = check_participation(
        listed(("990001", RUS_4, n_listed, n_present)), NO_VPR, NO_GROUPS, works(RUS_4), NO_CONTEXT
    )
    expected = [("participation_low", "990001", str(n_present))] if is_asked else []
    assert found(issues) == expected


def test_of_two_protocols_the_fuller_one_counts():
    rows = listed(("990001", RUS_4, 10, 5), ("990001", RUS_4, 30, 30))
    assert check_participation(rows, NO_VPR, NO_GROUPS, works(RUS_4), NO_CONTEXT) == []


def test_without_a_protocol_the_pupils_of_the_grade_are_the_whole():
    grade = context(("990001", 2024, 4, 10, "fisoko_context"), ("990001", 2024, 5, 99, "oo1"))
    vpr = results(VPR_RESULTS, {("990001", RUS_4): 6})
    issues = check_participation(listed(), vpr, NO_GROUPS, works(RUS_4), grade)
    assert found(issues) == [("participation_low_grade", "990001", "6")]
    assert "6, а обучающихся в 4-х классах 10 (60 %), меньше 70 %" in issues[0].message
    # a summary report that knows 7 participants settles it
    more = groups({("990001", RUS_4): 7})
    assert check_participation(listed(), vpr, more, works(RUS_4), grade) == []
    # so does a protocol, and another year of the context says nothing
    protocol = listed(("990001", RUS_4, 6, 6))
    assert check_participation(protocol, vpr, NO_GROUPS, works(RUS_4), grade) == []
    later = context(("990001", 2025, 4, 10, "oo1"))
    assert check_participation(listed(), vpr, NO_GROUPS, works(RUS_4), later) == []


def test_the_more_trusted_source_counts():
    grade = context(
        ("990001", 2024, 4, 10, "social_passport"), ("990001", 2024, 4, 8, "fisoko_context")
    )
    vpr = results(VPR_RESULTS, {("990001", RUS_4): 6})
    assert check_participation(listed(), vpr, NO_GROUPS, works(RUS_4), grade) == []  # 6 of 8


# --- missing procedures ------------------------------------------------------------------------


def missing(vpr=None, gia=None, group=None, ids=("990001", "990002")):
    vpr, gia, group = vpr or {}, gia or {}, group or {}
    all_works = works(*sorted({work for counts in (vpr, gia, group) for _, work in counts}))
    pupils = results(VPR_RESULTS, vpr), results(GIA_RESULTS, gia)
    return check_missing_procedures(all_works, *pupils, groups(group), schools(*ids))


def test_works_that_only_others_have_this_year_are_one_query():
    last = {("990001", RUS_4): 5, ("990001", "vpr-2024-spring-math-5"): 5}
    now = {("990002", RUS_4_NEXT): 5, ("990002", "vpr-2025-spring-math-5"): 5}
    issues = missing({**last, **now})
    assert found(issues) == [("procedures_missing", "990001", None)]
    assert "2025 года" in issues[0].message
    assert "ВПР, математика, 5 класс; ВПР, русский язык, 4 класс" in issues[0].message
    assert issues[0].row is None  # what is not there has no row


@pytest.mark.parametrize(
    ("work", "other"),
    [("vpr-2024-spring-history-6", "vpr-2025-spring-history-6"),  # drawn at random
     ("vpr-2024-spring-rus-10", "vpr-2025-spring-rus-10"),  # not compulsory before 2025
     ("ege-2024-main-rus-11", "ege-2025-main-rus-11"),  # grade 11 may be absent in a year
     (RUS_4, "vpr-2025-spring-rus-5"),  # another grade
     (RUS_4, "vpr-2026-spring-rus-4")],  # not the next year
)  # fmt: skip
def test_what_is_no_omission(work, other):
    counts = {("990001", work): 5, ("990002", other): 5}
    gia = {key: n for key, n in counts.items() if key[1].startswith("ege")}
    vpr = {key: n for key, n in counts.items() if key not in gia}
    assert missing(vpr, gia) == []


def test_a_school_that_was_merged_is_not_asked():
    counts = {("990001", RUS_4): 5, ("990002", RUS_4_NEXT): 5}
    places = schools("990001", "990002").astype({"merged_from_year": "Int64"})
    pupils = results(VPR_RESULTS, counts), NO_GIA, NO_GROUPS
    for year, n_asked in ((2025, 0), (2026, 1)):
        places.loc[places["school_id"] == "990001", "merged_from_year"] = year
        asked = check_missing_procedures(works(RUS_4, RUS_4_NEXT), *pupils, places)
        assert len(asked) == n_asked


def test_a_year_nobody_has_is_no_omission():
    assert missing({("990001", RUS_4): 5, ("990002", RUS_4): 5}) == []


def test_a_summary_report_and_another_season_are_results_too():
    last = {("990001", RUS_4): 5, ("990002", RUS_4_NEXT): 5}
    assert missing(last, group={("990001", RUS_4_NEXT): 5}) == []
    assert missing({**last, ("990001", "vpr-2025-autumn-rus-4"): 5}) == []


def test_oge_is_compulsory():
    gia = {("990001", "oge-2024-main-math-9"): 5, ("990002", "oge-2025-main-math-9"): 5}
    issues = missing(gia=gia)
    assert found(issues) == [("procedures_missing", "990001", None)]
    assert "ОГЭ, математика, 9 класс" in issues[0].message


def test_schools_of_another_municipality_say_nothing():
    vpr = results(VPR_RESULTS, {("990001", RUS_4): 5, ("990002", RUS_4_NEXT): 5})
    places = pd.concat([schools("990001"), schools("990002", municipality="reg99_m013")])
    known = works(RUS_4, RUS_4_NEXT)
    assert check_missing_procedures(known, vpr, NO_GIA, NO_GROUPS, places) == []


# --- breaks in series --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "is_asked"),
    # more than twice and by ten at least: 20 → 40 is exactly twice, 8 → 17 is only nine more
    [(20, 41, True), (20, 40, False), (41, 20, True), (8, 17, False), (8, 18, True),
     (60, 30, False), (61, 30, True), (30, 30, False)],
)  # fmt: skip
def test_series_breaks(before, now, is_asked):
    vpr = results(VPR_RESULTS, {("990001", RUS_4): before, ("990001", RUS_4_NEXT): now})
    issues = check_series_breaks(works(RUS_4, RUS_4_NEXT), vpr, NO_GIA, NO_GROUPS)
    assert found(issues) == ([("series_break", "990001", str(now))] if is_asked else [])


def test_two_seasons_of_a_year_add_up():
    autumn = "vpr-2025-autumn-rus-4"
    vpr = results(VPR_RESULTS, {("990001", RUS_4): 40, ("990001", RUS_4_NEXT): 10,
                                ("990001", autumn): 30})  # fmt: skip
    assert check_series_breaks(works(RUS_4, RUS_4_NEXT, autumn), vpr, NO_GIA, NO_GROUPS) == []


def test_a_subject_by_choice_is_no_series():
    pair = ("oge-2024-main-social-9", "oge-2025-main-social-9")
    gia = results(GIA_RESULTS, {("990001", pair[0]): 5, ("990001", pair[1]): 50})
    assert check_series_breaks(works(*pair), NO_VPR, gia, NO_GROUPS) == []


def test_empty_tables_say_nothing():
    none = works()
    assert check_participation(listed(), NO_VPR, NO_GROUPS, none, NO_CONTEXT) == []
    assert check_missing_procedures(none, NO_VPR, NO_GIA, NO_GROUPS, schools("990001")) == []
    assert check_series_breaks(none, NO_VPR, NO_GIA, NO_GROUPS) == []
