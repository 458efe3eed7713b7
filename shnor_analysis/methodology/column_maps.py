"""Headings of source forms: our column × years → heading in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shnor_analysis.methodology.text import normal_text


@dataclass(frozen=True)
class HeadingRule:
    """One way a column is headed in files of some years."""

    column: str
    year_from: int
    year_to: int
    heading: str
    is_pattern: bool


@lru_cache(maxsize=2**16)
def _has(pattern: str, text: str) -> bool:
    """Whether a heading matches; remembered, since thousands of files share their headings."""
    return re.search(pattern, text) is not None


@dataclass(frozen=True)
class ColumnMap:
    """Headings of one source form: our column × years → heading in the file."""

    form: str
    rules: tuple[HeadingRule, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Our column names, in the order of the map."""
        return tuple(dict.fromkeys(rule.column for rule in self.rules))

    def headings(self, column: str) -> tuple[str, ...]:
        """Headings known for a column, for messages «ожидалось …»."""
        return tuple(rule.heading for rule in self.rules if rule.column == column)

    def match(self, headers: list[object], year: int | None = None) -> dict[str, int]:
        """Find our columns among the headings of a file.

        Parameters
        ----------
        headers : list
            The heading row as read; anything that is not text is compared as text.
        year : int, optional
            The year of the file; rules outside it are passed over.

        Returns
        -------
        dict
            Our column → zero-based position of its first match. Absent columns are absent.
        """
        positions: dict[str, int] = {}
        for position, header in enumerate(headers):
            positions.setdefault(normal_text(header), position)
        found: dict[str, int] = {}
        for rule in self.rules:
            if rule.column in found:
                continue
            if year is not None and not rule.year_from <= year <= rule.year_to:
                continue
            if not rule.is_pattern:
                position = positions.get(normal_text(rule.heading), -1)
            else:
                hits = (at for text, at in positions.items() if _has(rule.heading, text))
                position = next(hits, -1)
            if position >= 0:
                found[rule.column] = position
        return found
