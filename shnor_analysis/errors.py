"""Errors a methodologist can meet: each message is one Russian sentence that says what to do."""

from __future__ import annotations


class ShnorError(Exception):
    """The run cannot continue; the message is shown to the user without a traceback."""


class MethodologyError(ShnorError):
    """A file in ``methodology/`` is missing, malformed or contradicts itself."""


class SourceFileError(ShnorError):
    """A file received from a school, ФИС ОКО or РЦОИ cannot be read at all."""


class SchemaError(ShnorError):
    """A table does not keep its contract (see ``tables.py``)."""


class ParameterError(ShnorError):
    """A parameter of a command or a notebook is unknown or impossible."""


class ExportError(ShnorError):
    """A document cannot be written."""


class EngineError(ShnorError):
    """The engine chosen is not installed, does not start or gives up."""
