"""Appeals against results of ГИА."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import ASK_RCOI, Check

CHECKS: dict[str, Check] = {
    "appeal_row": Check(
        "error",
        "Строка {row}, «{column}»: найдено {value}, ожидалось {expected}; апелляция не учтена.",
        ASK_RCOI,
    ),
    "appeal_state": Check(
        "query",
        "Лист «{sheet}»: состояние апелляции не узнано в строках: {value}; результат не изменён.",
        "Уточните в РЦОИ, удовлетворены ли эти апелляции.",
    ),
    "appeal_rejected": Check(
        "note",
        "Лист «{sheet}»: отклонённых и отозванных апелляций — {value}; результаты не изменены.",
        "Ничего делать не нужно.",
    ),
    "appeal_applied": Check(
        "note",
        "Экзамен {exam}: по удовлетворённым апелляциям заменено результатов — {value}.",
        "Ничего делать не нужно.",
    ),
    "appeal_unmatched": Check(
        "query",
        "Удовлетворённая апелляция, экзамен {exam}: участник в протоколах {reason}; "
        "результат не изменён.",
        "Проверьте, лежит ли в папке протокол этого экзамена, и сверьте имя, класс и дату.",
    ),
}
# Why an appeal leads to no result.
NOT_FOUND, SEVERAL = "не найден", "назван неоднозначно (есть полные тёзки)"
