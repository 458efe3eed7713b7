"""Names for people: schools, works and subjects as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.methodology import Methodology
from shnor_analysis.report import russian
from shnor_analysis.report.texts import load_texts, text

_SINGLE_GRADE = {"oge": 9, "ege": 11, "gve9": 9, "gve11": 11}
_SUBJECT_ORDER = ("rus", "math", "math_base")


@dataclass(frozen=True)
class Labels:
    """Printed names by key; made once per run."""

    schools: dict[str, str]
    subjects: dict[str, str]

    @classmethod
    def of(cls, schools: pd.DataFrame, methodology: Methodology) -> Labels:
        """Collect the names of one run."""
        return cls(
            dict(zip(schools["school_id"], schools["school_name"], strict=True)),
            {subject.subject: subject.name for subject in methodology.subjects},
        )

    def school(self, school_id: str) -> str:
        """Name of a school; a school that is not in the table is printed by its code."""
        return self.schools.get(school_id, school_id)

    def names(self, rows: pd.DataFrame) -> str:
        """Names of the schools of some rows for a sentence: alphabetical, joined by «;»."""
        schools = by_school(rows[["school_id"]], self)["school_id"]
        return russian.keep_together("; ".join(self.school(school) for school in schools))

    def work(self, procedure: str, season: str, subject: str, grade: int, level: str) -> str:
        """«ВПР, русский язык, 5 класс»; exams of one grade go without it."""
        parts = [text("procedure", procedure), self._subject(procedure, subject, level)]
        if _SINGLE_GRADE.get(procedure) != grade:
            parts.append(load_texts()["grade"].format(grade=grade))
        if season == "autumn":
            parts.append(load_texts()["autumn"])
        return ", ".join(parts)

    def series(self, procedure: str, subject: str, grades: Sequence[int], level: str) -> str:
        """«ВПР, русский язык, 4–6 и 8 классы»: one work of several grades, whatever the season."""
        name = self._subject(procedure, subject, level)
        if procedure == "vpr" and level == "base":
            name = load_texts()["base_level"].format(subject=name)
        parts = [text("procedure", procedure), name]
        if len(grades) > 1:
            parts.append(load_texts()["grades"].format(grades=russian.number_ranges(grades)))
        elif _SINGLE_GRADE.get(procedure) != grades[0]:
            parts.append(load_texts()["grade"].format(grade=grades[0]))
        return ", ".join(parts)

    def _subject(self, procedure: str, subject: str, level: str) -> str:
        name = self.subjects[subject]
        if procedure == "ege" and subject == "math":
            name = str(load_texts()["advanced_math"])
        if procedure == "vpr" and level == "advanced":
            name = load_texts()["advanced_level"].format(subject=name)
        return name

    def works(self, rows: pd.DataFrame) -> list[str]:
        """Printed names of the works of a table's rows."""
        return [
            self.work(*work)
            for work in zip(
                *(rows[name] for name in ("procedure", "season", "subject", "grade", "level")),
                strict=True,
            )
        ]


def by_school(rows: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Sort rows by the printed name of the school: alphabetical order, never a ranking."""
    names = [(russian.sort_key(labels.school(code)), code) for code in rows["school_id"]]
    order = sorted(range(len(rows)), key=names.__getitem__)
    return rows.iloc[order]


def by_work(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort rows by procedure (ВПР, ОГЭ, ЕГЭ), grade and subject; stable."""
    rank = {subject: place for place, subject in enumerate(_SUBJECT_ORDER)}
    procedures = {"vpr": 0, "oge": 1, "gve9": 2, "ege": 3, "gve11": 4}
    keys = [
        (procedures[procedure], int(grade), rank.get(subject, len(rank)), subject, season)
        for procedure, grade, subject, season in zip(
            rows["procedure"], rows["grade"], rows["subject"], rows["season"], strict=True
        )
    ]
    return rows.iloc[sorted(range(len(rows)), key=keys.__getitem__)]
