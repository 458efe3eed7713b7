"""Run the stages whose key has changed; take the others' results over from the earlier run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shnor_analysis.stages.fingerprints import digest, file_hash
from shnor_analysis.workspace import failed_folder, replaced_folder, restore_interrupted

RECORDS_FILE = ".stages.json"
UNCHANGED = "без изменений"

Progress = Callable[[str, str], None]
"""Called with the stage and with what it is working on, or ``UNCHANGED`` when it is taken over."""

Confirm = Callable[[], None]
"""Called before finished results replace the earlier ones; raises if they must not."""


def silent(stage: str, detail: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Record:
    """What a stage was made from and what it made.

    ``key`` is the SHA-256 of all it depends on; ``outputs`` maps a path in the folder of results
    to the SHA-256 of the file.
    """

    key: str
    outputs: dict[str, str]


Records = Mapping[str, Record]
"""Name of a stage → its record."""


@dataclass(frozen=True)
class Stage:
    """One step of a run.

    Parameters
    ----------
    name : str
        Code in the records.
    title : str
        What the user reads while it runs.
    covers : mapping
        All that the stage depends on beside earlier stages: parameters, content hashes of files,
        of its code, versions of libraries. What is not named here is not noticed when it changes.
    run : callable
        Called with the folder being built and the records of the earlier stages; the files it
        writes there are its outputs.
    reads : tuple of str, optional
        Earlier stages whose outputs it reads: their content is part of the key, so a change that
        leaves them as they were goes no further.
    ignores : frozenset of str, optional
        Outputs of those stages that it does not read.
    """

    name: str
    title: str
    covers: Mapping[str, Any]
    run: Callable[[Path, Records], None]
    reads: tuple[str, ...] = ()
    ignores: frozenset[str] = frozenset()

    def key(self, earlier: Records) -> str:
        """SHA-256 of all the stage depends on."""
        read = {
            path: content
            for name in self.reads
            for path, content in earlier[name].outputs.items()
            if path not in self.ignores
        }
        return digest({"stage": self.name, "covers": self.covers, "reads": read})


def load_records(folder: Path) -> dict[str, Record]:
    """Records of the run that made a folder; none if there are none or they cannot be read."""
    try:
        stored = json.loads((folder / RECORDS_FILE).read_text(encoding="utf-8"))
        return {name: Record(one["key"], dict(one["outputs"])) for name, one in stored.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def is_current(stages: Sequence[Stage], folder: Path) -> bool:
    """Whether a folder holds exactly what the stages would make."""
    records = load_records(folder)
    if list(records) != [stage.name for stage in stages]:
        return False
    recorded = {path: content for one in records.values() for path, content in one.outputs.items()}
    return (
        all(stage.key(records) == records[stage.name].key for stage in stages)
        and all(file_hash(folder / path) == content for path, content in recorded.items())
        and not any(path not in recorded for path in _files_below(folder))
    )


def bring_up_to_date(
    stages: Sequence[Stage],
    folder: Path,
    confirm: Confirm,
    progress: Progress = silent,
    *,
    from_scratch: bool = False,
) -> tuple[str, ...]:
    """Make a folder hold what the stages make, running only those that have changed.

    Parameters
    ----------
    stages : sequence of Stage
        In the order they run.
    folder : Path
        The results; replaced as a whole, or left alone when nothing has changed.
    confirm : callable
        Called when all is made and before the earlier folder is replaced.
    progress : callable
        Told of every stage, also of those taken over.
    from_scratch : bool
        Take nothing over.

    Returns
    -------
    tuple of str
        Names of the stages that were run.
    """
    restore_interrupted(folder)
    if not from_scratch and is_current(stages, folder):
        shutil.rmtree(failed_folder(folder), ignore_errors=True)
        for stage in stages:
            progress(stage.title, UNCHANGED)
        return ()
    earlier = {} if from_scratch else load_records(folder)
    made: dict[str, Record] = {}
    ran = []
    with replaced_folder(folder) as draft:
        for stage in stages:
            key, record = stage.key(made), earlier.get(stage.name)
            if record and record.key == key and _take_over(record, folder, draft):
                progress(stage.title, UNCHANGED)
            else:
                progress(stage.title, "")
                record = Record(key, _outputs_of(stage, draft, made))
                ran.append(stage.name)
            made[stage.name] = record
        _store_records(made, draft)
        confirm()
    return tuple(ran)


def _take_over(record: Record, folder: Path, draft: Path) -> bool:
    """Copy a stage's outputs if every one is as recorded.

    Copies and not links: a reader who edits a report must not change another run's file.
    """
    for path, content in record.outputs.items():
        copy = draft / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(folder / path, copy)
        except FileNotFoundError:
            is_whole = False
        else:
            is_whole = file_hash(copy) == content
        if not is_whole:
            for taken in record.outputs:
                (draft / taken).unlink(missing_ok=True)
            return False
    return True


def _outputs_of(stage: Stage, draft: Path, made: Records) -> dict[str, str]:
    before = set(_files(draft))
    stage.run(draft, made)
    return {path: file_hash(draft / path) for path in sorted(set(_files(draft)) - before)}


def _store_records(made: Records, draft: Path) -> None:
    stored = {name: {"key": one.key, "outputs": one.outputs} for name, one in made.items()}
    text = json.dumps(stored, ensure_ascii=False, indent=1)
    (draft / RECORDS_FILE).write_text(text + "\n", encoding="utf-8")


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _files_below(folder: Path) -> Iterable[str]:
    """Files in subfolders that a person sees: a stray letter or table there is not ours."""
    return (
        path
        for path in _files(folder)
        if "/" in path and not any(part.startswith((".", "~$")) for part in path.split("/"))
    )
