"""Annual monitoring of schools with low results and in adverse social conditions."""

__version__ = "0.1.0"
