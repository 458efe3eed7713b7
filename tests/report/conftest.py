"""The sample document and its four files, written once for all tests of this folder."""

import importlib.util
import sys
from pathlib import Path

import pytest

from shnor_analysis.report.exporters import WRITERS

SAMPLE = Path(__file__).with_name("sample.py")


@pytest.fixture(scope="session")
def sample():
    """The module ``sample``: the tests' folder is not a package."""
    spec = importlib.util.spec_from_file_location("report_sample", SAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def document(sample):
    return sample.sample_document()


@pytest.fixture(scope="session")
def files(document):
    """The sample as written: suffix -> bytes."""
    return {suffix: write(document) for suffix, write in WRITERS.items()}
