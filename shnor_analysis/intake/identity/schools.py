"""School identity: one row per six digits of the login; РЦОИ codes through the crosswalk."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from shnor_analysis.intake.extract import RegisterEntry, SchoolMention
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.place_settings import Merger
from shnor_analysis.tables import SCHOOLS

_LOGIN_PREFERENCE = ("edu", "ksh", "spo", "sch")  # edu replaced sch in 2022
_NEAREST = 3


@dataclass(frozen=True)
class Crosswalk:
    """РЦОИ code → schools that named it, separately for 9 and 11 classes."""

    oge: dict[str, frozenset[str]]
    ege: dict[str, frozenset[str]]

    @property
    def codes(self) -> list[str]:
        """Every known code."""
        return sorted({*self.oge, *self.ege})

    def schools(self, code: str, procedure: str) -> frozenset[str]:
        """Schools of a code: first by the codes of this procedure's classes, then by the others."""
        first, second = (
            (self.oge, self.ege) if procedure in ("oge", "gve9") else (self.ege, self.oge)
        )
        return first.get(code) or second.get(code) or frozenset()


def latest_entries(register: list[RegisterEntry]) -> dict[str, dict[str, RegisterEntry]]:
    """The last answer of every school.

    Returns
    -------
    dict
        School → ``{"register": entry, "n_pupils": entry}``; a key is absent without an answer.
        Later school year wins, then the later upload; ties fall to file, sheet and row.
    """
    latest: dict[str, dict[str, RegisterEntry]] = defaultdict(dict)
    for entry in sorted(register, key=_entry_order):
        answers = latest[entry.mention.school_id]
        if entry.is_register:
            answers["register"] = entry
        else:
            answers.setdefault("register", entry)
            if not answers["register"].is_register:
                answers["register"] = entry
        if entry.n_pupils is not None:
            answers["n_pupils"] = entry
    return dict(latest)


def _entry_order(entry: RegisterEntry) -> tuple[object, ...]:
    mention = entry.mention
    return (
        entry.n_pupils_year,
        entry.uploaded_at,
        mention.file,
        mention.sheet or "",
        mention.row,
    )


def build_crosswalk(latest: dict[str, dict[str, RegisterEntry]]) -> Crosswalk:
    """РЦОИ codes of the last answers."""
    oge: dict[str, set[str]] = defaultdict(set)
    ege: dict[str, set[str]] = defaultdict(set)
    for school_id, answers in latest.items():
        entry = answers["register"]
        for code in entry.oge_codes:
            oge[code].add(school_id)
        for code in entry.ege_codes:
            ege[code].add(school_id)
    return Crosswalk(
        {code: frozenset(ids) for code, ids in oge.items()},
        {code: frozenset(ids) for code, ids in ege.items()},
    )


def resolve_school_codes(
    gia: pd.DataFrame, crosswalk: Crosswalk
) -> tuple[pd.DataFrame, list[Issue]]:
    """Replace РЦОИ codes by school ids.

    Parameters
    ----------
    gia : DataFrame
        One row per protocol row, with ``work_id`` and ``school_code``.
    crosswalk : Crosswalk
        Codes of the context form.

    Returns
    -------
    DataFrame, list of Issue
        Rows with ``school_id``; rows of unknown or ambiguous codes are left out, each code is
        one error issue per file with the count.
    """
    if gia.empty:
        return gia.assign(school_id=pd.Series(dtype="str")), []
    procedure = gia["work_id"].str.partition("-")[0]
    pairs = list(zip(gia["school_code"], procedure, strict=True))
    schools_of = {pair: crosswalk.schools(*pair) for pair in set(pairs)}
    found = [schools_of[pair] for pair in pairs]
    school_id = pd.Series([next(iter(s)) if len(s) == 1 else None for s in found], index=gia.index)
    lost = gia[school_id.isna()].assign(
        schools=[", ".join(sorted(s)) for s in found if len(s) != 1]
    )
    issues = [
        _code_issue(str(code), str(schools), rows, crosswalk)
        for (_, code, schools), rows in lost.groupby(
            ["source_file", "school_code", "schools"], sort=True
        )
    ]
    return gia.assign(school_id=school_id)[school_id.notna()], issues


def _code_issue(code: str, schools: str, rows: pd.DataFrame, crosswalk: Crosswalk) -> Issue:
    first = rows.sort_values(["source_sheet", "source_row"]).iloc[0]
    near = get_close_matches(code, crosswalk.codes, n=_NEAREST, cutoff=0.5)
    return make_issue(
        "crosswalk_ambiguous" if schools else "rcoi_school_unknown",
        str(first["source_file"]),
        first["source_sheet"] if isinstance(first["source_sheet"], str) else None,
        int(first["source_row"]),
        column="Код ОО",
        value=code,
        schools=schools,
        n_rows=len(rows),
        nearest=f"похожие коды: {', '.join(near)}" if near else "похожих кодов нет",
    )


def schools_table(
    latest: dict[str, dict[str, RegisterEntry]],
    mentions: Iterable[SchoolMention],
    school_ids: set[str],
    mergers: tuple[Merger, ...] = (),
) -> tuple[pd.DataFrame, list[Issue]]:
    """Join the register with schools met only in results.

    Parameters
    ----------
    latest : dict
        Last answers to the context form.
    mentions : iterable of SchoolMention
        How result files name schools.
    school_ids : set of str
        Schools that have results or reported something.
    mergers : tuple of Merger
        Schools that became part of another one.

    Returns
    -------
    DataFrame, list of Issue
        Table ``schools``; one warning per school that is not in the register.
    """
    named: dict[str, list[SchoolMention]] = defaultdict(list)
    for mention in sorted(mentions, key=lambda m: (m.file, m.sheet or "", m.row)):
        if mention.school_id in school_ids:
            named[mention.school_id].append(mention)
    municipalities = _municipality_ids(latest)
    rows = [
        _register_row(school_id, answers, named.get(school_id, []), municipalities)
        for school_id, answers in latest.items()
    ]
    issues = []
    for school_id, places in named.items():
        if school_id in latest:
            continue
        rows.append(_unregistered_row(school_id, places, municipalities))
        first = places[0]
        issues.append(
            make_issue(
                "school_not_in_register",
                first.file,
                first.sheet,
                first.row,
                value=school_id,
                school_id=school_id,
            )
        )
    table = pd.DataFrame(rows, columns=list(SCHOOLS.columns))
    heir = {one.old_school: one for one in mergers}
    merged = [heir.get(school_id) for school_id in table["school_id"]]
    table["merged_into"] = [one.new_school if one else None for one in merged]
    table["merged_from_year"] = [one.assessment_year if one else None for one in merged]
    return SCHOOLS.conform(table), issues


def schools_of_municipality(
    schools: pd.DataFrame, municipality_id: str, has_register: bool
) -> tuple[pd.DataFrame, list[Issue]]:
    """Keep the schools of one municipality.

    Parameters
    ----------
    schools : DataFrame
        Keeps the contract ``schools``.
    municipality_id : str
        Code of the place, ``regRR_mNNN``.
    has_register : bool
        Without a register most schools have no known municipality and all of them are kept.

    Returns
    -------
    DataFrame, list of Issue
        The schools kept; one note with the number of schools of other municipalities, one error
        per school whose municipality cannot be told.
    """
    known = schools["municipality_id"]
    is_foreign = known.notna() & (known != municipality_id)
    is_unplaced = known.isna() & has_register
    foreign, unplaced = schools[is_foreign], schools[is_unplaced]
    issues = [
        make_issue(
            "school_other_municipality",
            rows["source_file"].iloc[0],
            rows["source_sheet"].iloc[0],
            int(rows["source_row"].iloc[0]),
            value=str(len(rows)),
            place=municipality_id,
        )
        for rows in [foreign.sort_values(["source_file", "source_row"])]
        if len(rows)
    ]
    for school in unplaced.itertuples(index=False):
        issues.append(
            make_issue(
                "school_unplaced",
                school.source_file,
                school.source_sheet,
                int(school.source_row),
                value=school.school_id,
                school_id=school.school_id,
            )
        )
    return schools[~is_foreign & ~is_unplaced].reset_index(drop=True), issues


def _register_row(
    school_id: str,
    answers: dict[str, RegisterEntry],
    places: list[SchoolMention],
    municipalities: dict[str, str],
) -> dict[str, object]:
    entry = answers["register"]
    # the form of 2021 does not ask for the municipality; result files name it
    municipality = entry.mention.municipality_name or _commonest(
        place.municipality_name for place in places
    )
    municipality_id = (
        entry.mention.municipality_id
        or _commonest(place.municipality_id for place in places)
        or municipalities.get(municipality or "")
    )
    n_pupils = answers["n_pupils"].n_pupils if "n_pupils" in answers else None
    return {
        "school_id": school_id,
        "fisoko_login": entry.mention.login,
        "school_name": entry.mention.name,
        "municipality_id": municipality_id,
        "municipality_name": municipality,
        "region_code": school_id[:2],
        "inn": entry.inn,
        "oge_code": ", ".join(entry.oge_codes) or None,
        "ege_code": ", ".join(entry.ege_codes) or None,
        "n_pupils": n_pupils,
        "is_in_register": True,
        "source_file": entry.mention.file,
        "source_sheet": entry.mention.sheet,
        "source_row": entry.mention.row,
    }


def _municipality_ids(latest: dict[str, dict[str, RegisterEntry]]) -> dict[str, str]:
    """Municipality name → code, from the register: result files give only the name."""
    found: dict[str, set[str]] = defaultdict(set)
    for answers in latest.values():
        mention = answers["register"].mention
        if mention.municipality_id and mention.municipality_name:
            found[mention.municipality_name].add(mention.municipality_id)
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _unregistered_row(
    school_id: str, places: list[SchoolMention], municipalities: dict[str, str]
) -> dict[str, object]:
    logins = sorted({m.login for m in places}, key=lambda x: _LOGIN_PREFERENCE.index(x[:3]))
    municipality = _commonest(m.municipality_name for m in places)
    return {
        "school_id": school_id,
        "fisoko_login": logins[0],
        "school_name": _commonest(m.name for m in places) or logins[0],
        "municipality_id": _commonest(m.municipality_id for m in places)
        or municipalities.get(municipality or ""),
        "municipality_name": municipality,
        "region_code": school_id[:2],
        "is_in_register": False,
        "source_file": places[0].file,
        "source_sheet": places[0].sheet,
        "source_row": places[0].row,
    }


def _commonest(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default=None)
