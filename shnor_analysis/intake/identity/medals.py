"""Pupils who claim a medal, found among the pupils of the ЕГЭ protocols."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.intake.joins.reconcile import gia_pseudonym
from shnor_analysis.intake.messages import Issue, make_issue

_PERSON = ["year", "school_id", "name_key"]


def claimed_pupils(
    claims: pd.DataFrame, gia: pd.DataFrame, pupil_key: bytes
) -> tuple[pd.DataFrame, list[Issue]]:
    """Give every claimant the fingerprint of the same pupil in the protocols.

    Parameters
    ----------
    claims : DataFrame
        Rows of ``medal_claims`` with ``name_key`` and ``document_key`` in place of ``pupil_id``.
    gia : DataFrame
        Rows of ``reconcile.identify_pupils``; may be empty.
    pupil_key : bytes
        Secret of the fingerprint.

    Returns
    -------
    DataFrame, list of Issue
        Claims with ``pupil_id``. A claimant who is not among the pupils of the school, or whose
        name two of them bear, keeps a fingerprint of its own; one query per school with results
        of that year says how many.
    """
    claims = claims.assign(year=claims["assessment_year"].astype(int).astype(str))
    document = claims["document_key"].fillna("")
    own = [
        gia_pseudonym(pupil_key, *person)
        for person in zip(
            claims["year"], claims["school_id"], claims["name_key"], document, strict=True
        )
    ]
    if gia.empty:
        return _without_helpers(claims.assign(pupil_id=own)), []
    year = gia["work_id"].str.split("-").str[1]
    people = gia[gia["work_id"].str.startswith("ege-")].assign(year=year)
    pupils = people.drop_duplicates([*_PERSON, "pupil_id"])
    known = pupils[~pupils.duplicated(_PERSON, keep=False)].set_index(_PERSON)["pupil_id"]
    keys = pd.MultiIndex.from_frame(claims[_PERSON].astype("str"))
    found = pd.Series(known.reindex(keys).to_numpy(), index=claims.index, dtype=object)
    is_pupil = pd.Series(own, index=claims.index).isin(set(pupils["pupil_id"]))
    lost = claims[found.isna() & ~is_pupil]
    seated = set(zip(people["year"], people["school_id"], strict=True))
    issues = [
        make_issue(
            "medal_not_found",
            str(rows["source_file"].iloc[0]),
            sheet if isinstance(sheet := rows["source_sheet"].iloc[0], str) else None,
            int(rows["source_row"].iloc[0]),
            value=str(len(rows)),
            school_id=str(school),
        )
        for (year_, school), rows in lost.groupby(["year", "school_id"], sort=True)
        if (year_, school) in seated
    ]
    return _without_helpers(
        claims.assign(pupil_id=found.fillna(pd.Series(own, claims.index)))
    ), issues


def _without_helpers(claims: pd.DataFrame) -> pd.DataFrame:
    return claims.drop(columns=["year", "name_key", "document_key"])
