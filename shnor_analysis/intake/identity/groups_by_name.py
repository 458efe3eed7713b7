"""Groups of participants that old reports name without codes."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.intake.identity.directory import SchoolDirectory, SchoolReference, Unresolved
from shnor_analysis.intake.messages import Issue, make_issue

_UNKNOWN_MUNICIPALITY = Unresolved("municipality_unknown")


def resolve_groups(
    groups: pd.DataFrame, directory: SchoolDirectory
) -> tuple[pd.DataFrame, list[Issue]]:
    """Give an id to every group that came with a name only.

    Parameters
    ----------
    groups : DataFrame
        Rows of ``group_statistics`` or ``group_items``; ``group_id`` is missing where the file
        names a school or a municipality without its code.
    directory : SchoolDirectory
        How schools and municipalities are called.

    Returns
    -------
    DataFrame, list of Issue
        Rows with ``group_id``; groups that are not found are left out, each is one error per
        file with the number of rows.
    """
    if groups.empty or groups["group_id"].notna().all():
        return groups, []
    nameless = groups[groups["group_id"].isna()]
    pairs = list(zip(nameless["group_level"], nameless["group_name"], strict=True))
    found = {pair: _find(*pair, directory) for pair in set(pairs)}
    ids = pd.Series([one if isinstance(one := found[pair], str) else None for pair in pairs],
                    index=nameless.index, dtype=object)  # fmt: skip
    filled = groups.assign(group_id=groups["group_id"].where(groups["group_id"].notna(), ids))
    lost = nameless[ids.isna()]
    issues = [
        _issue(rows, found[(level, name)])
        for (_, level, name), rows in lost.groupby(
            ["source_file", "group_level", "group_name"], sort=True
        )
    ]
    return filled[filled["group_id"].notna()].reset_index(drop=True), issues


def _find(level: str, name: str, directory: SchoolDirectory) -> str | Unresolved:
    if level == "school":
        return directory.resolve(SchoolReference(None, None, None, name))
    return directory.municipality(name) or _UNKNOWN_MUNICIPALITY


def _issue(rows: pd.DataFrame, why: str | Unresolved) -> Issue:
    first = rows.sort_values(["source_file", "source_row"]).iloc[0]
    check_id = why.check_id if isinstance(why, Unresolved) else _UNKNOWN_MUNICIPALITY.check_id
    near = why.nearest if isinstance(why, Unresolved) else ()
    return make_issue(
        check_id,
        str(first["source_file"]),
        first["source_sheet"] if isinstance(first["source_sheet"], str) else None,
        int(first["source_row"]),
        value=SchoolReference(None, None, None, str(first["group_name"])).shown
        if first["group_level"] == "school"
        else str(first["group_name"]),
        n_rows=rows["source_row"].nunique(),
        nearest=f"похожие: {', '.join(f'«{n}»' for n in near)}" if near else "похожих нет",
    )
