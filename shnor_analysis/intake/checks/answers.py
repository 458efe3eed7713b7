"""Answers to closed questions: what is not in the list is not kept."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import Check

CHECKS: dict[str, Check] = {
    "explanation_reason": Check(
        "warning",
        "Строка {row}: в столбце «Код причины» найдено {value}, ожидался один из кодов: "
        "{expected}; код не учтён, текст пояснения сохранён.",
        "Выберите код из списка причин, слова напишите в столбце «Пояснение школы».",
    ),
}
