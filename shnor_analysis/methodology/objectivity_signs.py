"""Rules of our own statistical signs: how much data each needs, where the levels begin."""

from __future__ import annotations

from pydantic import Field

from shnor_analysis.methodology.rules import SourcedInt, SourcedShare
from shnor_analysis.methodology.sourced import Sourced, StrictModel


class SourcedNumber(Sourced):
    """A number that is not negative, with its origin."""

    value: float = Field(ge=0)


class MinCounts(StrictModel):
    """Smallest number of pupils, works or pairs for every sign; what is counted, says the file."""

    level: SourcedInt
    drop: SourcedInt
    bunching: SourcedInt
    items: SourcedInt
    variance: SourcedInt
    marks: SourcedInt

    def of(self, family: str) -> int:
        """Smallest number for a sign by its code."""
        found: SourcedInt = getattr(self, family)
        return found.value


class ObjectivitySignRules(StrictModel):
    """``objectivity.yaml``: nothing here accuses anybody; it says from when on a sign is told."""

    years: SourcedInt
    min_schools: SourcedInt
    winsor: SourcedShare
    min_counts: MinCounts
    min_class: SourcedInt
    attainable_p: SourcedShare
    grade4_min_z: SourcedNumber
    frandsen_k: SourcedNumber
    family_q: SourcedShare
    observation_q: SourcedShare
    signal_q: SourcedShare
    strong_p: SourcedShare
