"""Intake: the only part that opens raw files; from a folder as received to tidy tables."""

from shnor_analysis.intake.assemble import Intake
from shnor_analysis.intake.explanations import explained_issues, stale_explanations
from shnor_analysis.intake.identity.pupils import load_or_create_key, pseudonym
from shnor_analysis.intake.messages import with_issues
from shnor_analysis.intake.place import read_place

__all__ = [
    "Intake",
    "explained_issues",
    "load_or_create_key",
    "pseudonym",
    "read_place",
    "stale_explanations",
    "with_issues",
]
