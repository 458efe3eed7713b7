"""The project's own lists agree with each other, and the lock is a lock."""

import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from shnor_analysis.tables import data_dictionary

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SPARK_LOCK = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")


def name_of(requirement):
    return (
        re.split(r"[\[>=<~! ]", requirement, maxsplit=1)[0]
        .lower()
        .replace("_", "-")
        .replace(".", "-")
    )


def conda_requirements():
    data = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    for entry in data["dependencies"]:
        if isinstance(entry, dict):
            yield from entry["pip"]
        elif not entry.startswith(("python>", "pip")):
            yield entry


def test_conda_installs_what_the_package_needs():
    wanted = set(PROJECT["dependencies"]) | set(PROJECT["optional-dependencies"]["lab"])
    assert set(conda_requirements()) - {"--editable ."} == wanted


def locked_names(lock):
    return {name_of(line) for line in lock.splitlines() if re.match(r"[a-z0-9]", line)}


def test_everything_required_is_locked():
    locked = locked_names(LOCK)
    extras = PROJECT["optional-dependencies"]
    required = PROJECT["dependencies"] + extras["lab"] + extras["dev"]
    assert {name_of(requirement) for requirement in required} <= locked


def test_spark_is_locked_apart_and_adds_only_itself():
    assert {name_of(r) for r in PROJECT["optional-dependencies"]["spark"]} == {"pyspark"}
    assert locked_names(SPARK_LOCK) == {"pyspark", "py4j"}
    assert not locked_names(SPARK_LOCK) & locked_names(LOCK)


@pytest.mark.parametrize(("lock", "at_least"), [(LOCK, 100), (SPARK_LOCK, 2)], ids=["all", "spark"])
def test_every_locked_version_is_exact_and_hashed(lock, at_least):
    blocks = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert len(blocks) >= at_least
    for block in blocks:
        assert "==" in block.splitlines()[0], block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("lock", [LOCK, SPARK_LOCK], ids=["all", "spark"])
def test_the_lock_names_no_index(lock):
    assert not re.search(r"https?://|--index|--find-links|--extra", lock)


def test_real_data_stays_out_of_the_repository():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for line in ("/data/raw/*", "/data/processed/*", "/reports/*", "/.pupil_key"):
        assert line in ignored


def test_the_data_dictionary_is_the_contracts():
    written = (ROOT / "docs/outputs.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "выполните make docs"
