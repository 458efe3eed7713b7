"""The invented region with known truth: a training ground for users and tests.

Notebooks read the truth on its own, so nothing is imported here: what writes the files is heavy.
"""
