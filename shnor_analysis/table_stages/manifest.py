"""Stage «manifest»: what went in, by which rules and programs, and what came out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from shnor_analysis import tables
from shnor_analysis.methodology import PURPOSES
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.stages import Records
from shnor_analysis.workspace import TIDY


def write_manifest(
    path: Path, run: PlaceYear, parameters: dict[str, Any], versions: dict[str, Any], made: Records
) -> None:
    """Write the manifest as sorted JSON; no clock, so that equal input gives an equal file.

    Parameters
    ----------
    path : Path
        Beside the folders of tables.
    run : PlaceYear
        Its inputs with their hashes.
    parameters, versions : dict
        As in the keys of the stages.
    made : mapping of str to Record
        The stages of tables.
    """
    folder = path.parent
    files = pd.read_parquet(folder / TIDY / f"{tables.SOURCE_FILES.name}.parquet")
    status = dict(zip(files["file"], files["status"], strict=True))
    outputs = {name: sha256 for record in made.values() for name, sha256 in record.outputs.items()}
    manifest = {
        "parameters": parameters,
        "regulations": {
            purpose: [
                {"id": name, **_file(run, f"regulations/{name}.yaml")}
                for name in run.description.regulations.names(purpose)
            ]
            for purpose in PURPOSES
        },
        "versions": versions,
        "files": {
            # a file that vanished before it was read has no status; run.confirm() refuses the run
            file: {"sha256": sha256, "status": status.get(file)}
            for file, sha256 in run.received.items()
        },
        "settings": run.settings,
        "methodology": run.methodology_files,
        "tables": {
            name: {"sha256": sha256, "rows": pq.read_metadata(folder / name).num_rows}
            for name, sha256 in outputs.items()
        },
        "stages": {name: record.key for name, record in made.items()},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _file(run: PlaceYear, name: str) -> dict[str, str]:
    return {"file": name, "sha256": run.methodology_files[name]}
