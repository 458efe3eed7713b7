"""The command ``shnor``: the same functions as in the notebooks, for people who do not program.

The heavy parts are imported by the commands that need them: help comes at once.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shnor_analysis import __version__
from shnor_analysis.command_help import RussianCommand, RussianGroup, usage_sentence
from shnor_analysis.engine_choice import DUCKDB, EngineChoice
from shnor_analysis.errors import ParameterError, ShnorError
from shnor_analysis.stages import UNCHANGED
from shnor_analysis.workspace import Workspace, find_workspace

USER_ERROR = 2
DEMO_SEED = 2025
DEFAULT_RULE = "federal-low-results"
TEMPLATES_FOLDER = "Шаблоны"
INTERRUPTED = 130
BYTES_IN_KB = 1024

FIRST_YEAR, LAST_YEAR = 2000, 2100

app = typer.Typer(
    name="shnor",
    cls=RussianGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Мониторинг школ с низкими результатами: из файлов, как они получены, — годовой отчёт.\n\n"
        "Порядок работы: положите файлы в data/raw/ТЕРРИТОРИЯ, проверьте их командой shnor check, "
        "затем соберите отчёт командой shnor annual. Попробовать на выдуманной территории: "
        "shnor demo."
    ),
    epilog="Пример: shnor demo, затем shnor annual demo --year 2025",
)
console = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


def _year(text_given: str) -> int:
    if not text_given.isdecimal() or not FIRST_YEAR <= int(text_given) <= LAST_YEAR:
        raise ParameterError(
            f"--year: найдено «{text_given}», ожидался год оценки четырьмя цифрами, например 2025 "
            "для 2024/25 учебного года."
        )
    return int(text_given)


def _seed(given: str | int) -> int:
    text_given = str(given)  # the default comes through here as a number
    if not text_given.isdecimal():
        raise ParameterError(f"--seed: найдено «{text_given}», ожидалось целое число от нуля.")
    return int(text_given)


PlaceArgument = Annotated[
    str, typer.Argument(metavar="ТЕРРИТОРИЯ", help="Имя папки в data/raw, например demo.")
]
YearOption = Annotated[
    int,
    typer.Option(
        "--year",
        metavar="ГОД",
        parser=_year,
        help="Год оценки: 2025 означает 2024/25 учебный год.",
    ),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="ДВИЖОК",
        help="Чем собирать ячейки: duckdb (встроен) или spark; см. docs/scale.md.",
    ),
]
MasterOption = Annotated[
    str | None,
    typer.Option(
        "--master",
        metavar="АДРЕС",
        help="Где работает Spark: local[4], spark://узел:7077, yarn, k8s://https://узел:6443.",
    ),
]


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    show_version: Annotated[
        bool, typer.Option("--version", help="Показать версию и выйти.")
    ] = False,
) -> None:
    """Show the version when asked; the commands do the work."""
    if show_version:
        console.print(f"shnor {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        context.get_help()


@app.command(cls=RussianCommand)
def demo(
    region: Annotated[
        bool,
        typer.Option(
            "--region", help="Весь регион (около 400 школ) таблицами Parquet, до минуты работы."
        ),
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", metavar="ЧИСЛО", parser=_seed, help="Зерно случайных чисел.")
    ] = DEMO_SEED,
) -> None:
    """Создать выдуманный муниципалитет из 24 школ с файлами в настоящих форматах.

    Файлы ложатся в data/raw/demo, истинные свойства школ — рядом, в папку, которую
    расчёт не читает. На этой территории можно учиться и пробовать.
    """
    from shnor_analysis.demo.files import write_demo, write_region

    workspace = find_workspace()
    with _progress() as say:
        summary = (write_region if region else write_demo)(
            workspace, seed=seed, progress=lambda stage: say(stage, "")
        )
    console.print(summary)


@app.command(cls=RussianCommand)
def new(
    place: PlaceArgument,
    name: Annotated[
        str,
        typer.Option("--name", metavar="НАЗВАНИЕ", help="Название территории для отчёта."),
    ],
    region: Annotated[
        str,
        typer.Option("--region", metavar="РЕГИОН", help="Регион, как в отчётах ФИС ОКО."),
    ],
    municipality: Annotated[
        str | None,
        typer.Option(
            "--municipality",
            metavar="КОД",
            help="Код в скобках после названия района в отчётах ФИС ОКО, вида reg99_m012; без него "
            "территория — весь регион.",
        ),
    ] = None,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            metavar="ПРАВИЛО",
            help="Правило низких результатов: файл в methodology/regulations без .yaml.",
        ),
    ] = DEFAULT_RULE,
) -> None:
    """Создать папку новой территории с описанием и шаблонами форм; файлы положите в неё сами.

    Описание можно потом править: data/raw/ТЕРРИТОРИЯ/monitoring.yaml. Там же названы
    правила для высоких результатов, условий работы и прочего; какие есть, показывает
    shnor rules. Рядом, в папке
    Шаблоны, лежат книги Excel, которые заполняют школы и отделы; незаполненные ничему не мешают.
    """
    from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
    from shnor_analysis.new_place import create_place
    from shnor_analysis.templates import write_templates

    workspace = find_workspace()
    path = create_place(workspace, place, name, region, municipality, rule)
    methodology = load_methodology(workspace.methodology, DEFAULT_REGULATIONS)
    templates = write_templates(path.parent / TEMPLATES_FOLDER, methodology)
    _print_paths(workspace, "Описание территории", (path,))
    _print_paths(workspace, "Шаблоны форм", templates)
    console.print(
        f"Положите файлы ФИС ОКО и РЦОИ в data/raw/{place} и выполните: "
        f"shnor check {place} --year ГОД"
    )


@app.command(cls=RussianCommand)
def rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ПРАВИЛО | diff ПРАВИЛО ПРАВИЛО]",
            help="Имя файла в methodology/regulations без .yaml; без слов — перечень всех правил.",
        ),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(
            "--place",
            metavar="ТЕРРИТОРИЯ",
            help="С diff и --year: какие школы входят в перечень и выходят из него.",
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="ГОД", parser=_year, help="Год оценки, вместе с --place."),
    ] = None,
) -> None:
    """Показать правила: что сказано в каждом, в каком пункте, насколько это надёжно.

    Правила — файлы methodology/regulations. Своё правило описывают, скопировав такой файл
    под новым именем; как это сделать, сказано в docs/rules.md.

    shnor rules — какие правила есть и какая территория какие применяет; shnor rules
    yershichi-2020 — всё, что сказано в одном; shnor rules diff А Б — чем правило Б
    отличается от А, а с --place и --year — какие школы из-за этого входят в перечни
    (низкие результаты, показатели, условия) или выходят из них.
    """
    from shnor_analysis import rules_command

    workspace = find_workspace()
    match words or []:
        case [] if place is None and year is None:
            rules_command.show_all(workspace, console)
        case [name] if name != "diff" and place is None and year is None:
            rules_command.show_one(workspace, name, console)
        case ["diff", old, new] if place is None and year is None:
            rules_command.show_difference(workspace, old, new, console)
        case ["diff", old, new] if place is not None and year is not None:
            rules_command.show_difference_and_schools(workspace, old, new, place, year, console)
        case _:
            raise ParameterError(
                "Команда rules: ожидалось имя одного правила либо diff и два имени; --place и "
                "--year вместе и только с diff. Справка: shnor rules --help."
            )


@app.command(cls=RussianCommand)
def check(place: PlaceArgument, year: YearOption) -> None:
    """Прочитать файлы, ничего не считая, и показать, что найдено и что с ними не так.

    Перечень замечаний с файлом, листом и строкой сохраняется в
    reports/ТЕРРИТОРИЯ/ГОД/issues.xlsx: общий лист и по листу на школу. Письма школам,
    от которых нужен ответ, — рядом, в папке letters. В конце сказано, для каких разделов
    отчёта есть файлы, чего нет и где это взять.
    """
    from shnor_analysis.checking import check as run_check

    workspace = find_workspace()
    with _progress() as say:
        run = run_check(workspace, place, year, say)
    from shnor_analysis.report.texts import text
    from shnor_analysis.tables import SEVERITIES

    intake = run.intake
    files = Table("Вид файла", "Что сделано", "Файлов", "Строк", title="Полученные файлы")
    kinds = intake.source_files.assign(family=intake.source_files["family"].fillna(""))
    counts = kinds.groupby(["family", "status"], as_index=False).agg(
        n=("file", "size"), rows=("n_rows", "sum")
    )
    counts = counts.assign(is_unknown=counts["family"] == "").sort_values(
        ["is_unknown", "family", "status"], kind="stable"
    )
    for row in counts.itertuples(index=False):
        name = text("family", row.family) if row.family else "—"
        files.add_row(name, text("file_status", row.status), str(row.n), str(row.rows))
    console.print(files)
    found = Table("Важность", "Число", title="Замечания")
    severities = intake.issues["severity"].value_counts()
    for severity in SEVERITIES:
        found.add_row(text("severity", severity), str(severities.get(severity, 0)))
    console.print(found)
    if run.missing_year:
        console.print(escape(run.missing_year))
    for line in run.readiness:
        if line.depth == 0:
            console.print()
        look = "bold" if line.depth == 0 else ""
        console.print(Padding(Text(line.text, look), (0, 0, 0, 2 * line.depth)))
    console.print()
    _print_paths(workspace, "Перечень замечаний", (run.issues,))
    _print_letters(workspace, run.letters)
    _print_broken(run.broken_regulations)


@app.command(cls=RussianCommand)
def annual(
    place: PlaceArgument,
    year: YearOption,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Выполнить все этапы, даже если нет изменений.")
    ] = False,
    engine: EngineOption = DUCKDB,
    master: MasterOption = None,
) -> None:
    """Собрать годовой отчёт: таблицы, блокноты и документы HTML, DOCX, PDF, XLSX.

    Результаты — в reports/ТЕРРИТОРИЯ/ГОД. Этап, у которого не изменились файлы, методика,
    параметры и программа, не выполняется снова: его результаты берутся из прошлого расчёта.
    Если расчёт прервётся, прежние отчёты останутся на месте.
    """
    from shnor_analysis import publication

    workspace, choice = find_workspace(), EngineChoice(engine, master)
    with _progress() as say:
        run = publication.annual(
            workspace, place, year, say, from_scratch=from_scratch, engine=choice
        )
    if not run.ran:
        console.print("Изменений нет, документы прежние. Выполнить всё заново: --from-scratch.")
    console.print(
        f"Получено файлов: {run.n_files}, из них прочитано: {run.n_read}; "
        f"замечаний: {run.n_issues}."
    )
    _print_paths(workspace, "Готовые документы", run.documents)
    _print_letters(workspace, run.letters)
    _print_paths(workspace, "Таблицы расчёта", (run.processed,))
    _print_broken(run.broken_regulations)


@app.command(cls=RussianCommand)
def norms(
    place: PlaceArgument,
    year: YearOption,
    engine: EngineOption = DUCKDB,
    master: MasterOption = None,
) -> None:
    """Составить нормы региона: один небольшой файл без учеников для муниципалитетов.

    ТЕРРИТОРИЯ — папка всего региона (в её monitoring.yaml нет municipality_id): с файлами, как
    они получены, или с готовыми таблицами Parquet по годам. Нормы — разброс результатов внутри
    школ и между школами, распределения баллов, связь с условиями, квантили показателей.

    Файл ложится в reports/ТЕРРИТОРИЯ. Муниципалитет кладёт его рядом со своим monitoring.yaml
    и собирает отчёт, как обычно.
    """
    from shnor_analysis.norms_run import make_norms

    workspace, choice = find_workspace(), EngineChoice(engine, master)
    with _progress() as say:
        run = make_norms(workspace, place, year, say, choice)
    console.print(
        f"Школ: {run.norms.n_schools}; работ с нормами: {len(run.norms.works)}; размер файла: "
        f"{run.path.stat().st_size // BYTES_IN_KB + 1} КБ."
    )
    _print_paths(workspace, "Нормы региона", (run.path,))
    console.print(
        "Передайте файл муниципалитетам: положите его в папку data/raw/ТЕРРИТОРИЯ рядом с "
        "monitoring.yaml и соберите отчёт командой shnor annual. Сведений об учениках в нём нет."
    )


@contextmanager
def _progress() -> Iterator[Callable[[str, str], None]]:
    """Show the running stage and print each finished one, also those taken over."""
    done: list[str] = []
    with console.status("Начинаю") as status:

        def say(stage: str, detail: str) -> None:
            line = f"{stage} — {detail}" if detail == UNCHANGED else stage
            if not done or done[-1] != line:
                if done:
                    console.print(f"[green]✓[/green] {escape(done[-1])}")
                done.append(line)
            status.update(escape(f"{stage}: {detail}" if detail else stage))

        yield say
    if done:
        console.print(f"[green]✓[/green] {escape(done[-1])}")


def _print_paths(workspace: Workspace, title: str, paths: tuple[Path, ...]) -> None:
    console.print(f"[bold]{title}:[/bold]")
    for path in paths:
        console.print(f"  {escape(path.relative_to(workspace.root).as_posix())}", soft_wrap=True)


def _print_letters(workspace: Workspace, letters: tuple[Path, ...]) -> None:
    """One line for all letters: there may be as many as schools."""
    if letters:
        _print_paths(workspace, f"Письма школам ({len(letters)})", (letters[0].parent,))


def _print_broken(sentences: tuple[str, ...]) -> None:
    """A rule that stopped nothing, but that somebody may look for in the report."""
    if sentences:
        console.print(
            "[bold]Не читаются правила, которых эта территория не применяет; в отчёте рядом с её "
            "правилами их нет:[/bold]"
        )
    for sentence in sentences:
        console.print(f"  {escape(sentence)}", soft_wrap=True)


def main() -> None:
    """Run the command; every error a user can meet is one Russian sentence and a status."""
    logging.getLogger("papermill").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
    try:
        status = app(standalone_mode=False)
    except ShnorError as broken:
        _fail(str(broken))
    except typer.TyperException as broken:
        _fail(usage_sentence(broken))
    except (typer.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except OSError as broken:
        _fail(
            f"Файл или диск недоступен: {broken.filename or ''} ({broken.strerror}). "
            "Закройте файл в других программах, проверьте место на диске и права на запись."
        )
    if status == INTERRUPTED:
        problems.print("Остановлено. Прежние отчёты не изменены.")
    sys.exit(status or 0)


def _fail(sentence: str) -> None:
    problems.print(f"[bold red]Ошибка.[/bold red] {escape(sentence)}", soft_wrap=True)
    sys.exit(USER_ERROR)


if __name__ == "__main__":
    main()
