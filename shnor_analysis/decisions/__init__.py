"""Decisions: values and a regulation become a verdict, its reason and its evidence."""
