"""Conditions of schools: questionnaires of ФИС ОКО and form ОО-1."""
