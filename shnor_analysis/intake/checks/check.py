"""The wording of one check, and advice that several checks share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """Wording of one check: what is printed and what the school or the office should do."""

    severity: str
    template: str
    guidance: str


AGAIN = "Скачайте отчёт заново в ФИС ОКО и замените файл в папке."
ASK_RCOI = "Запросите в РЦОИ протокол заново и замените файл в папке."
SCHOOL_ROW = "Сверьте строку с отчётом ФИС ОКО; исправленный отчёт скачайте заново."
