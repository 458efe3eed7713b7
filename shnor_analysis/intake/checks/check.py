"""The wording of one check, and advice that several checks share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """Wording of one check: what is printed and what the school or the office should do."""

    severity: str
    template: str
    guidance: str


AGAIN = "Скачайте отчёт в ФИС ОКО заново; новый файл заменит прежний."
ASK_RCOI = "Запросите протокол в РЦОИ заново; новый файл заменит прежний."
SCHOOL_ROW = "Сверьте строку с отчётом ФИС ОКО; исправленный отчёт скачайте заново."
