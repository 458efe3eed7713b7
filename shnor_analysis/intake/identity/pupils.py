"""Pupil pseudonyms: keyed fingerprints instead of names, documents and participant codes."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from shnor_analysis.errors import SourceFileError

KEY_BYTES = 32
_SEPARATOR = "\x1f"  # cannot stand in a cell, so ("а", "бв") and ("аб", "в") differ


def pseudonym(key: bytes, *parts: str) -> str:
    """Keyed fingerprint of a pupil.

    Parameters
    ----------
    key : bytes
        Secret of the office; another key gives other fingerprints.
    *parts : str
        What identifies the pupil; used in memory only.

    Returns
    -------
    str
        First 16 hexadecimal digits of HMAC-SHA256.

    Examples
    --------
    >>> pseudonym(b"k", "vpr", "40001") == pseudonym(b"k", "vpr", "40001")
    True
    >>> len(pseudonym(b"k", "vpr", "40001"))
    16
    """
    message = _SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, "sha256").hex()[:16]


def load_or_create_key(path: Path) -> bytes:
    """Read the secret key of the office, or make it on the first run.

    Parameters
    ----------
    path : Path
        File with 64 hexadecimal digits; created readable by the owner only.

    Returns
    -------
    bytes
        32 bytes.

    Raises
    ------
    SourceFileError
        If the file exists but does not hold a key: a new key would break earlier fingerprints.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _load_key(path)
    except OSError as broken:
        raise SourceFileError(
            f"Ключ участников «{path.name}» не создаётся ({broken.strerror}); "
            "проверьте права на папку проекта."
        ) from broken
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex())
    return key


def _load_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, OSError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SourceFileError(
            f"Ключ участников «{path.name}» повреждён: ожидалось {KEY_BYTES * 2} "
            "шестнадцатеричных цифр; восстановите файл из копии или удалите его, "
            "тогда отпечатки участников изменятся."
        )
    return key
