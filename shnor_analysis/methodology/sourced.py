"""Strict models and numbers that name their source."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


class Confidence(StrEnum):
    """How well a number is known to be normative."""

    REGULATION = "regulation"
    SOURCE_READ = "source_read"
    EXCERPT = "excerpt"
    FROM_MEMORY = "from_memory"
    CALCULATED = "calculated"
    PROJECT_DEFAULT = "project_default"


class StrictModel(BaseModel):
    """A frozen model that refuses unknown keys, loose types and what is not a finite number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Sourced(StrictModel):
    """A number or a choice with its origin: no threshold exists without one.

    ``clause`` says where in the document it stands; what is known from the document itself cannot
    go without it.
    """

    clause: str = ""
    source: str = Field(min_length=1)
    confidence: Annotated[Confidence, Field(strict=False)]

    @model_validator(mode="after")
    def _regulation_is_cited(self) -> Self:
        if self.confidence == Confidence.REGULATION and not self.clause:
            raise PydanticCustomError("clause_missing", "a regulation is cited by its clause")
        return self
