"""Sentences about participants taught by adapted programmes, read as they are printed."""

import pandas as pd
import pytest

from shnor_analysis.report.adapted_programmes import adapted_programmes
from shnor_analysis.report.labels import Labels
from tests.decisions.test_adapted_programmes import LEFT_OUT, SCHOOL, TOLD, results
from tests.decisions.test_low_results import RULE, T3_1

LABELS = Labels({SCHOOL: "МБОУ «СОШ № 1»"}, {})


def said(rows, rule):
    listing = adapted_programmes(rows, rule, LABELS, 2025)
    return [run.text.replace("\xa0", " ") for item in listing.items for run in item]


def test_nobody_told_and_everybody_counts_needs_no_word():
    assert said(results(T3_1), RULE) == []


def test_who_told_and_what_the_rule_does():
    rows = results(T3_1, *TOLD)
    (counted,) = said(rows, RULE)
    assert counted.startswith(
        "Среди результатов, которые смотрит правило, за два года есть 4 результата участников по "
        "адаптированным программам. О них сообщили: МБОУ «СОШ № 1»."
    )
    (left,) = said(rows, LEFT_OUT)
    assert "за два года не учтено: 4 результата. О них сообщили: МБОУ «СОШ № 1»." in left
    assert "По всем участникам посчитаны доли «4» и «5», результаты территории" in left
    (nobody,) = said(results(T3_1), LEFT_OUT)
    assert nobody.endswith("школы посчитаны целиком.")


@pytest.mark.parametrize("rule", [RULE, LEFT_OUT])
def test_what_does_not_fit_is_named(rule):
    rows = results(T3_1, ("vpr", 2025, "rus", 5, 1, 30))
    assert (
        "не подходит к результатам работы, все посчитаны: МБОУ «СОШ № 1»." in said(rows, rule)[-1]
    )


def test_works_the_rule_does_not_look_at_are_not_told():
    rows = results(T3_1, *TOLD).assign(subject="history")
    assert said(rows, RULE) == []
    assert said(pd.DataFrame(results(T3_1, *TOLD)).assign(assessment_year=2022), RULE) == []
