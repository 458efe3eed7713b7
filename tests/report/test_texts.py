"""Wording: every code has words, every word is clean Russian, nothing accuses."""

import ast
import re
from pathlib import Path

import pytest

from shnor_analysis import tables
from shnor_analysis.errors import ExportError
from shnor_analysis.report.texts import load_texts, table_words, text

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "shnor_analysis").rglob("*.py"))
PROSE = sorted(
    path
    for pattern in ("shnor_analysis/**/*.py", "shnor_analysis/**/*.yaml", "methodology/**/*.yaml",
                    "notebooks/*.ipynb", "docs/*.md", "*.md", "Makefile")
    for path in ROOT.glob(pattern)
)  # fmt: skip
MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[А-Яа-яЁё])\w+\b")
# Escapes of notebooks (\nСлово) and format fields are not words.
ESCAPES = re.compile(
    r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[a-zA-Z])|[a-zа-яё]-[a-zа-яё]", re.IGNORECASE
)
ACCUSING = re.compile(
    r"рейтинг|наруш(?:ени|ил|ает)|фальсифик|списыва|виновн|\bхудш|отстающ\w* школ|плох\w+ школ",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", PROSE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_word_mixes_cyrillic_and_latin_letters(path):
    content = ESCAPES.sub(" ", path.read_text(encoding="utf-8"))
    allowed = set(_allowed_mixed(path))
    assert [word for word in MIXED.findall(content) if word not in allowed] == []


def _allowed_mixed(path):
    """Return look-alike alphabets that exist on purpose, one declared line a file."""
    marker = re.compile(r"mixed script on purpose: (.+)")
    for line in path.read_text(encoding="utf-8").splitlines():
        found = marker.search(line)
        if found:
            yield from found.group(1).split()


def strings_of(path):
    """Return string constants of a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_nothing_accuses_a_school():
    for path in CODE:
        for value in strings_of(path):
            assert not ACCUSING.search(value), (path.name, value)
    for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("shnor_analysis/**/*.yaml")]:
        found = ACCUSING.search(path.read_text(encoding="utf-8"))
        assert not found, (path.name, found)


def test_the_stop_list_sees_a_planted_word():
    assert ACCUSING.search("Рейтинг школ")
    assert ACCUSING.search("школа допустила нарушение")
    assert MIXED.findall("школа cельская") == ["cельская"]


REASON_CODE = r'"((?:clause|clauses|below|no_results|repeat|too_few)\w*)"'
CODES = {
    "decision": tables.DECISIONS,
    "evidence": tables.EVIDENCE,
    "index_reason": tables.INDEX_REASONS,
    "severity": tables.SEVERITIES,
    "procedure": tables.PROCEDURES,
    "membership_class": tables.MEMBERSHIP_CLASSES,
    "scenario": tables.SCENARIO_KINDS,
    "sign_family": tables.SIGN_FAMILIES,
    "sign_meaning": tables.SIGN_FAMILIES,
    "sign_other_reasons": tables.SIGN_FAMILIES,
    "sign_level": tables.SIGN_LEVELS,
    "sign_cell": {*tables.SIGN_LEVELS, *tables.FAMILY_LEVELS, *tables.SIGN_STATUSES} - {"ok"},
}


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_words(group):
    assert set(load_texts()[group]) == set(CODES[group])


def test_every_reason_code_of_the_rule_has_words():
    source = (ROOT / "shnor_analysis/decisions/low_results.py").read_text(encoding="utf-8")
    body = source[source.index("def _reason_codes") :]
    emitted = set(re.findall(REASON_CODE, body)) - {
        "clause_a_", "clause_b_",
    }  # fmt: skip
    assert emitted == set(load_texts()["reason"])


def test_a_missing_word_is_refused_not_shown_raw():
    with pytest.raises(ExportError, match=r"decision\.unknown"):
        text("decision", "unknown")
    with pytest.raises(ExportError, match="year"):
        text("reason", "clause_a", needed="2")
    with pytest.raises(ExportError, match="no_table"):
        table_words("no_table")


def test_titles_and_notes_end_as_sentences_do():
    for name, words in load_texts()["table"].items():
        assert not words["title"].endswith("."), name
        assert all(note.rstrip().endswith(".") for note in words.get("notes", ())), name
