"""Intake: the only part that opens raw files; from a folder as received to tidy tables."""

from shnor_analysis.intake.place import Intake, read_place
from shnor_analysis.intake.pupils import load_or_create_key, pseudonym

__all__ = ["Intake", "load_or_create_key", "pseudonym", "read_place"]
