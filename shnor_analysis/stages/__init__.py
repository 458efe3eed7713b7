"""Stages of a run keyed by content: what has not changed is taken over, not computed again."""

from shnor_analysis.stages.fingerprints import (
    code_hash,
    digest,
    file_hash,
    require_code_as_started,
    versions,
)
from shnor_analysis.stages.run import (
    UNCHANGED,
    Confirm,
    Progress,
    Record,
    Records,
    Stage,
    bring_up_to_date,
    is_current,
    load_records,
    silent,
)

__all__ = [
    "UNCHANGED",
    "Confirm",
    "Progress",
    "Record",
    "Records",
    "Stage",
    "bring_up_to_date",
    "code_hash",
    "digest",
    "file_hash",
    "is_current",
    "load_records",
    "require_code_as_started",
    "silent",
    "versions",
]
