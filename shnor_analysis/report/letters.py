"""Letters to schools: what was found in their data, what to do and how to answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.methodology import ExplanationReason, Place
from shnor_analysis.report import russian, tables
from shnor_analysis.report.document import Document, Heading, Listing, Paragraph, Run
from shnor_analysis.report.exporters import docx, xlsx
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import load_texts, text


@dataclass(frozen=True)
class _Sender:
    """What is the same in all letters of one mailing."""

    labels: Labels
    place: Place
    assessment_year: int
    reasons: Sequence[ExplanationReason]


def letters(
    issues: pd.DataFrame,
    labels: Labels,
    place: Place,
    assessment_year: int,
    reasons: Sequence[ExplanationReason],
) -> dict[str, bytes]:
    """Write a letter to every school whose data wait for an answer.

    Parameters
    ----------
    issues : DataFrame
        Keeps the contract ``issues``. Remarks without a school go to nobody; those the school
        has explained already are not asked again.
    labels : Labels
        Printed names of the schools.
    place : Place
        Who asks and how many days the answer may take.
    assessment_year : int
        2025 means the school year 2024/25.
    reasons : sequence of ExplanationReason
        Codes the school may answer with.

    Returns
    -------
    dict of str to bytes
        File name → bytes, in the order of school codes: a letter (DOCX) and the sheet of answers
        (XLSX), which is read back. The name is the school's code: digits are safe in every
        system and in an e-mail. Equal remarks give equal bytes.
    """
    sender = _Sender(labels, place, assessment_year, reasons)
    written = {}
    for school_id, remarks in issues.groupby("school_id", sort=True):
        asked = remarks[remarks["severity"].isin(tables.ASKED) & remarks["explanation"].isna()]
        if len(asked):
            n_told = int((~remarks["severity"].isin(tables.ASKED)).sum())
            name = _safe(str(school_id))
            written[f"{name}.docx"] = docx.render(_letter(str(school_id), asked, n_told, sender))
            written[f"{name}.xlsx"] = xlsx.render(_answer(str(school_id), asked, sender))
    return written


def _safe(school_id: str) -> str:
    return re.sub(r"[^0-9A-Za-z_-]", "_", school_id)


def _letter(school_id: str, asked: pd.DataFrame, n_told: int, sender: _Sender) -> Document:
    place, labels = sender.place, sender.labels
    year = russian.school_year(sender.assessment_year)
    return Document(
        title=text("letter", "title", year=year),
        facts=(
            (text("letter", "to"), russian.keep_together(labels.school(school_id))),
            (text("letter", "school_code"), school_id),
            (
                text("letter", "sender"),
                text(
                    "letter",
                    "sender_name",
                    responsible=place.responsible.monitoring,
                    place=place.name,
                ),
            ),
        ),
        blocks=(
            _paragraph(text("letter", "greeting")),
            *(_paragraph(sentence) for sentence in _reasons_to_write(asked, n_told, sender)),
            Heading(1, text("letter", "how")),
            Listing(_steps(school_id), ordered=True),
            *(_paragraph(line) for line in load_texts()["letter"]["signature"]),
            tables.letter_issues(asked),
        ),
        name="letter",
    )


def _answer(school_id: str, asked: pd.DataFrame, sender: _Sender) -> Document:
    """The sheet that is read back when the school returns it."""
    return Document(
        title=text("letter", "answer_title", school=sender.labels.school(school_id)),
        blocks=(
            tables.answer_sheet(asked, sender.reasons, sender.assessment_year),
            tables.explanation_reasons(sender.reasons),
        ),
        name="answer",
    )


def _reasons_to_write(asked: pd.DataFrame, n_told: int, sender: _Sender) -> list[str]:
    days = russian.counted(sender.place.answer_days, "дня", "дней", "дней")
    n_asked = russian.counted(len(asked), "замечание", "замечания", "замечаний")
    year = russian.school_year(sender.assessment_year)
    sentences = [text("letter", "why", year=year, n=n_asked, days=days)]
    n_errors = int((asked["severity"] == "error").sum())
    if n_errors:
        sentences.append(text("letter", "not_counted", n=str(n_errors)))
    if n_told:
        sentences.append(text("letter", "corrected", n=str(n_told)))
    return sentences


def _steps(school_id: str) -> tuple[tuple[Run, ...], ...]:
    sheet = f"{_safe(school_id)}.xlsx"
    return tuple((Run(step.format(sheet=sheet)),) for step in load_texts()["letter"]["steps"])


def _paragraph(sentence: str) -> Paragraph:
    return Paragraph((Run(sentence),))
