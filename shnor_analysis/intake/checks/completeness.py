"""Whether everybody took part, and whether series of years hold together."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import Check

CHECKS: dict[str, Check] = {
    "participation_low": Check(
        "query",
        "Работа {work}: писали {value} из {n_listed} ({percent} %), меньше {norm} %.",
        "Сообщите причину отсутствия; при малой явке выводы по работе ненадёжны.",
    ),
    "participation_low_grade": Check(
        "query",
        "Работа {work}: участников {value}, а обучающихся в {grade}-х классах {n_listed} "
        "({percent} %), меньше {norm} %.",
        "Сообщите причину отсутствия или уточните число обучающихся в классах.",
    ),
    "procedures_missing": Check(
        "query",
        "Нет результатов {year} года по работам, которые школа писала годом раньше, "
        "а другие школы муниципалитета — в оба года: {works}.",
        "Пришлите недостающие отчёты или сообщите, что обучающихся в этом классе не было.",
    ),
    "series_break": Check(
        "query",
        "Работа {work}: участников {value}, годом раньше {n_before}; изменение более чем вдвое.",
        "Подтвердите изменение или проверьте, полны ли отчёты обоих лет.",
    ),
}
