"""How wide each column of a printed table is, so that words and numbers are not torn apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shnor_analysis.report.document import DisplayColumn, DisplayTable, Kind

# Characters in a line of table text (about 9.5 pt) on an A4 page.
PORTRAIT_CHARACTERS = 96
LANDSCAPE_CHARACTERS = 146
PADDING_CHARACTERS = 2.5
# Labels are bold, and bold letters are wider.
BOLD_FACTOR = 1.2
WIDE_LETTER = 1.4
WIDE_SMALL = frozenset("шщжюфым" + "wm" + "№%—")
# How many more characters fit into a line of the smaller text of a tight table.
TIGHT_FACTOR = 1.18
# Longer words may be hyphenated. If the page has no room, shorter ones too, then the text
# gets smaller: the first of these settings (longest whole word, tight) that fits is taken.
SETTINGS = tuple((kept, False) for kept in (15, 13, 11)) + tuple(
    (kept, True) for kept in range(15, 5, -1)
)
# A number column keeps this much more than it needs before it lends room to a text column.
COMFORT = 1.25
# A column of names is not squeezed below this.
NARROWEST_TEXT = 17
LONGEST_COUNTED_TEXT = 42


@dataclass(frozen=True)
class ColumnWidths:
    """How to set the columns of one table.

    ``shares`` are fractions of the line, summing to 1; ``tight`` asks for smaller text;
    ``break_labels`` and ``break_texts`` say per column whether some word is too long for it and
    has to be hyphenated.
    """

    shares: tuple[float, ...]
    tight: bool
    break_labels: tuple[bool, ...]
    break_texts: tuple[bool, ...]


def column_widths(table: DisplayTable) -> ColumnWidths:
    """Widths of a printed table.

    The columns' own weights decide; a table whose weights are all equal (nobody chose them) is
    measured by its texts. A column never gets less than its words and numbers need, as far as
    the page allows.
    """
    line = LANDSCAPE_CHARACTERS if table.wide else PORTRAIT_CHARACTERS
    columns = [
        _Measured.of(column, [row[index].text for row in table.rows])
        for index, column in enumerate(table.columns)
    ]
    weights = [c.width for c in table.columns]
    if len(set(weights)) == 1:
        weights = [c.natural for c in columns]
    kept, tight, needed = 0, True, [1.0 for _ in columns]
    for kept, tight in SETTINGS:
        room = line * (TIGHT_FACTOR if tight else 1)
        needed = [(c.needed(kept) + PADDING_CHARACTERS) / room for c in columns]
        if sum(needed) <= 1:
            shares = _lent(_raised(weights, needed), needed, columns, room)
            break
    else:
        shares = tuple(n / sum(needed) for n in needed)
    return ColumnWidths(
        shares,
        tight,
        break_labels=tuple(c.label_word > kept for c in columns),
        break_texts=tuple(c.is_text and c.text_word > kept for c in columns),
    )


def _lent(
    shares: Sequence[float], needed: Sequence[float], columns: Sequence[_Measured], room: float
) -> tuple[float, ...]:
    """Give what number columns do not use to texts that would otherwise wrap."""
    spare = [
        0.0 if c.is_text else max(0.0, share - need * COMFORT)
        for c, share, need in zip(columns, shares, needed, strict=True)
    ]
    wanted = [
        max(0.0, (min(c.text, LONGEST_COUNTED_TEXT) + PADDING_CHARACTERS) / room - share)
        if c.is_text
        else 0.0
        for c, share in zip(columns, shares, strict=True)
    ]
    lent = min(sum(spare), sum(wanted))
    if lent <= 0:
        return tuple(shares)
    return tuple(
        share - lent * s / sum(spare) + lent * w / sum(wanted)
        for share, s, w in zip(shares, spare, wanted, strict=True)
    )


@dataclass(frozen=True)
class _Measured:
    """Lengths of a column's label and texts in average small letters."""

    is_text: bool
    label: float
    label_word: float
    text: float
    text_word: float

    @classmethod
    def of(cls, column: DisplayColumn, texts: Sequence[str]) -> _Measured:
        return cls(
            is_text=column.kind is Kind.TEXT,
            label=_length(column.label),
            label_word=_longest_word([column.label]),
            text=max((_length(t) for t in texts), default=0.0),
            text_word=_longest_word(texts),
        )

    @property
    def natural(self) -> float:
        # A label may take two or three lines; a text may wrap too, a number may not.
        return PADDING_CHARACTERS + max(min(self.text, LONGEST_COUNTED_TEXT), self.label / 2.5, 3)

    def needed(self, kept: int) -> float:
        """Room for the column when words up to ``kept`` letters stay whole."""
        label = min(self.label_word, kept) * BOLD_FACTOR
        if self.is_text:
            return max(label, min(self.text_word, kept), min(self.text, NARROWEST_TEXT))
        # Statuses («мало данных») may wrap between words, a number holds together.
        return max(label, min(self.text_word, LONGEST_COUNTED_TEXT))


def _raised(weights: Sequence[float], needed: Sequence[float]) -> tuple[float, ...]:
    """Raise narrow columns to what they need and share the rest by weight."""
    fixed: set[int] = set()
    while True:
        room = 1 - sum(needed[i] for i in fixed)
        total = sum(w for i, w in enumerate(weights) if i not in fixed)
        shares = [needed[i] if i in fixed else room * w / total for i, w in enumerate(weights)]
        short = {i for i, s in enumerate(shares) if i not in fixed and s < needed[i]}
        if not short or len(fixed | short) == len(weights):
            return tuple(s / sum(shares) for s in shares)
        fixed |= short


def _longest_word(texts: Sequence[str]) -> float:
    # str.split() would cut at no-break spaces too.
    words = (w for t in texts for w in re.split(r"[ \t\n-]", t))
    return max((_length(w) for w in words), default=0.0)


def _length(text: str) -> float:
    """Length in average small letters: «МБОУ СОШ» is much longer than «школа №»."""
    return sum(WIDE_LETTER if c.isupper() or c in WIDE_SMALL else 1.0 for c in text)
