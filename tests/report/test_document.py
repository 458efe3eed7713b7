"""Blocks survive the way through a notebook's JSON."""

import json
from dataclasses import replace

import pytest

from shnor_analysis.report.document import (
    Callout,
    DisplayFigure,
    DisplayTable,
    Heading,
    Listing,
    Paragraph,
    Preformatted,
    Status,
    from_record,
    to_record,
)


@pytest.mark.parametrize(
    "kind", [DisplayTable, DisplayFigure, Heading, Paragraph, Listing, Callout]
)
def test_a_record_comes_back_as_the_same_block(document, kind):
    blocks = [b for b in document.blocks if isinstance(b, kind)]
    assert blocks
    for block in blocks:
        assert from_record(json.loads(json.dumps(to_record(block)))) == block


def test_the_record_is_plain_json_with_the_unrounded_number(document):
    record = to_record(document.tables[0])
    assert record["type"] == "table"
    assert record["rows"][3][2] == {
        "value": 0.041,
        "text": "4,1\N{NO-BREAK SPACE}%",
        "status": "ok",
        "emphasis": False,
    }


def test_a_long_list_stays_one(document):
    table = replace(document.tables[0], sheet_only=True)
    assert from_record(json.loads(json.dumps(to_record(table)))) == table


def test_statuses_come_back_as_statuses(document):
    table = from_record(json.loads(json.dumps(to_record(document.tables[0]))))
    assert [cell.status for cell in table.rows[4][1:]] == [
        Status.NO_DATA,
        Status.NOT_APPLICABLE,
        Status.TOO_FEW,
        Status.SUPPRESSED,
    ]


def test_an_unknown_record_is_refused():
    with pytest.raises(ValueError, match="unknown record type 'video'"):
        from_record({"type": "video"})


def test_foreign_text_has_no_record():
    with pytest.raises(KeyError):
        to_record(Preformatted("x"))


def test_the_document_knows_its_tables_and_figures_in_order(document):
    assert [t.name for t in document.tables] == ["schools", "subjects"]
    assert [f.title for f in document.figures] == [
        "Доля ниже порога за три года",
        "Та же линия ещё раз",
    ]
