"""The few colours of a document, shared by all writers (hex without ``#``; no red, no green)."""

from __future__ import annotations

INK = "1B2430"  # text
ACCENT = "1F3A5F"  # titles, rules under table headers
MUTED = "66707C"  # statuses other than ok, notes
RULE = "C3CAD3"  # hairlines
HEADER = "EDF1F5"  # background of a header row
TINT = "F6EBCF"  # background of a cell that carries a verdict
CALLOUT = "F3F5F8"  # background of a boxed remark

COLOURS = {
    "ink": INK,
    "accent": ACCENT,
    "muted": MUTED,
    "rule": RULE,
    "header": HEADER,
    "tint": TINT,
    "callout": CALLOUT,
}
