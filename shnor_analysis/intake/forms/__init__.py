"""Flat forms: exports of questionnaires, templates, cards, plans."""
