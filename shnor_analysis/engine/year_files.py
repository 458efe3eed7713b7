"""Where a tidy table lies: one file of a run, or one file a year as a region hands them over."""

from __future__ import annotations

from pathlib import Path


def table_files(tidy: Path, name: str) -> list[Path]:
    """Files of one tidy table.

    Parameters
    ----------
    tidy : Path
        Folder with ``<name>.parquet`` or with ``<year>/<name>.parquet``.
    name : str
        Name of the table's contract.

    Returns
    -------
    list of Path
        The one file, or a file per year in the order of years; empty when there is no such table.
    """
    whole = tidy / f"{name}.parquet"
    return [whole] if whole.is_file() else sorted(tidy.glob(f"[0-9]*/{name}.parquet"))
