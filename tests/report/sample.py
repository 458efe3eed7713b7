"""A rich document for the writers: every block, every status, hostile names, known numbers."""

from __future__ import annotations

import base64
import io

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from shnor_analysis.report.document import (
    Block,
    Callout,
    Cell,
    DisplayColumn,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Preformatted,
    Run,
    Status,
)

SCRIPT_NAME = "<script>alert(1)</script>"
FORMULA_NAME = "=cmd|' /C calc'!A0"
MARKUP_NAME = '#set text(red) *жирный* $x$ [a] "b" \\ {{ 7*7 }} & <b>'
HOSTILE = (SCRIPT_NAME, FORMULA_NAME, MARKUP_NAME)
NARROW = "\N{NARROW NO-BREAK SPACE}"
N_SCHOOLS = 40


def text(value: str, *, emphasis: bool = False) -> Cell:
    """A text cell."""
    return Cell(value, value, emphasis=emphasis)


def missing(words: str, status: Status) -> Cell:
    """A cell without a number."""
    return Cell(None, words, status)


def schools_table() -> DisplayTable:
    """Forty schools; school ``k`` has 100 * k + 7 participants, k.1 % and the mark 3 + k / 100."""
    columns = (
        DisplayColumn("school_name", "Школа", width=3.2),
        DisplayColumn("n_participants", "Участников", Kind.INTEGER, width=1.0),
        DisplayColumn(
            "below_minimum_share",
            "Доля не достигших минимального порога",
            Kind.SHARE,
            decimals=1,
            width=1.3,
        ),
        DisplayColumn("mean_mark", "Средняя отметка", Kind.NUMBER, decimals=2, width=1.0),
        DisplayColumn("decision", "Вывод", width=1.8),
    )
    rows = []
    for k in range(1, N_SCHOOLS + 1):
        name = f"МБОУ «Средняя общеобразовательная школа № {k}» г. Ёлкино"
        if k <= len(HOSTILE):
            name = HOSTILE[k - 1]
        n = 100 * k + 7
        n_text = f"{n:,}".replace(",", NARROW)
        share = (10 * k + 1) / 1000
        share_text = f"{k},1\N{NO-BREAK SPACE}%"
        mark = 3 + k / 100
        listed = k > 36  # the last four rows carry a verdict
        rows.append(
            (
                text(name),
                Cell(n, n_text),
                Cell(share, share_text, emphasis=listed),
                Cell(mark, f"{mark:.2f}".replace(".", ",")),
                text("признаки низких результатов" if listed else "не включена", emphasis=listed),
            )
        )
    rows[4] = (
        text("МКОУ «Ёлкинская основная школа-детский сад имени первого директора»"),
        missing("нет данных", Status.NO_DATA),
        missing("не применимо", Status.NOT_APPLICABLE),
        missing("мало участников", Status.TOO_FEW),
        missing("скрыто", Status.SUPPRESSED),
    )
    return DisplayTable(
        name="schools",
        title="Доля участников, не достигших минимального порога, по школам",
        columns=columns,
        rows=tuple(rows),
        notes=(
            "Школы идут по номеру. Доля показана, если участников не меньше 10.",
            "Выделены ячейки с признаками, требующими проверки.",
        ),
    )


def wide_table() -> DisplayTable:
    """Twelve subjects as columns; cell (r, c) holds (10 * r + c) / 200."""
    subjects = (
        "Русский язык", "Математика", "Окружающий мир", "Биология", "География", "История",
        "Обществознание", "Физика", "Химия", "Иностранный язык", "Литература", "Информатика",
    )  # fmt: skip
    columns = (
        DisplayColumn("school_name", "Школа", width=2.6),
        *(
            DisplayColumn(f"subject_{i}", s, Kind.SHARE, decimals=1)
            for i, s in enumerate(subjects, start=1)
        ),
    )
    rows = tuple(
        (
            text(f"МБОУ СОШ № {r}"),
            *(
                Cell(
                    (10 * r + c) / 200,
                    f"{(10 * r + c) / 2:.1f}".replace(".", ",") + "\N{NO-BREAK SPACE}%",
                    emphasis=r == 6 and c == 12,
                )
                for c in range(1, 13)
            ),
        )
        for r in range(1, 7)
    )
    return DisplayTable(
        name="subjects",
        title="Не достигли минимального порога по предметам",
        columns=columns,
        rows=rows,
        wide=True,
    )


def figure(name: str = "dynamics", title: str = "Доля ниже порога за три года") -> DisplayFigure:
    """A small line chart, the same bytes every time."""
    with mpl.rc_context({"svg.hashsalt": "sample", "svg.fonttype": "path"}):
        fig = Figure(figsize=(6.3, 2.8), layout="constrained")
        FigureCanvasAgg(fig)
        ax = fig.subplots()
        ax.plot([2023, 2024, 2025], [0.31, 0.28, 0.35], marker="o", color="#1F3A5F")
        ax.fill_between([2023, 2024, 2025], [0.26, 0.24, 0.3], [0.36, 0.33, 0.41], alpha=0.2)
        ax.set_xticks([2023, 2024, 2025])
        ax.set_ylabel("Доля ниже порога")
        svg, png = io.StringIO(), io.BytesIO()
        fig.savefig(svg, format="svg", metadata={"Date": None})
        fig.savefig(png, format="png", dpi=150, metadata={"Software": None})
    return DisplayFigure(
        name=name,
        title=title,
        alt="Линия: 31 % в 2023 году, 28 % в 2024 году, 35 % в 2025 году; полоса — интервал.",
        svg=svg.getvalue(),
        png_base64=base64.b64encode(png.getvalue()).decode("ascii"),
        width_mm=160.0,
        height_mm=71.1,
        notes=("Полоса — 95-процентный доверительный интервал.",),
    )


def blocks() -> tuple[Block, ...]:
    """The blocks of the sample, in reading order: 2 tables, 2 figures."""
    return (
        Heading(1, "Кому нужна адресная помощь"),
        Paragraph(
            (
                Run("В перечень с признаками низких результатов вошли "),
                Run("четыре школы", bold=True),
                Run(" из сорока. Признак — не вывод: каждая школа "),
                Run("проверяется", italic=True),
                Run(" по экспертной карте, поле "),
                Run("decision", code=True),
                Run(", вопросы: "),
                Run("отдел образования", href="mailto:edu@example.ru"),
                Run(", "),
                Run("сайт", href="https://evil.example/x"),
                Run("."),
            )
        ),
        Callout(
            (
                Paragraph((Run("Чего не хватает. ", bold=True), Run("Нет данных школы № 5."))),
                Paragraph((Run("Спросите школу и запустите расчёт ещё раз."),)),
            )
        ),
        schools_table(),
        Heading(2, "Что проверить в первую очередь"),
        Listing(
            (
                (Run("отметки за год и за работу;"),),
                (Run("состав участников, "), Run("особенно", bold=True), Run(" в малых классах;")),
            )
        ),
        Listing(((Run("запросить протоколы;"),), (Run("сверить итоги."),)), ordered=True),
        Listing(((Run("новый список начинается с единицы."),),), ordered=True),
        Heading(1, "Что изменилось"),
        Paragraph((Run(f"Названия школ остаются текстом: {SCRIPT_NAME} и {MARKUP_NAME}."),)),
        figure(),
        Paragraph((Run("Вторая картинка проверяет, что рисунки не мешают друг другу."),)),
        figure("dynamics", "Та же линия ещё раз"),
        Heading(1, "Результаты по предметам"),
        Paragraph((Run("Широкая таблица стоит на повёрнутой странице."),)),
        wide_table(),
        Heading(1, "Приложение"),
        Preformatted("столбец      значение\nn_schools          40\n" + SCRIPT_NAME),
    )


def sample_document() -> Document:
    """The whole sample."""
    return Document(
        title="Аналитическая справка о школах с низкими результатами",
        subtitle="Муниципальный округ Ёлкинский, 2024/25 учебный год",
        facts=(
            ("Муниципалитет", "Ёлкинский муниципальный округ"),
            ("Учебный год", "2024/25"),
            ("Составлено для", "Управление образования администрации Ёлкинского округа"),
        ),
        blocks=blocks(),
        created="2025-09-15",
        name="annual_report",
        keywords=("ШНОР", "адресная помощь"),
    )
