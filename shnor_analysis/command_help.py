"""Help and mistakes of the command line in Russian: the library speaks English only."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from typer import TyperException
from typer.core import TyperCommand, TyperGroup

from shnor_analysis.errors import ParameterError

HELP_HINT = " Справка: shnor --help."


def usage_sentence(broken: TyperException) -> str:
    """Say in one Russian sentence what is wrong with the words of a command."""
    param = getattr(broken, "param", None)
    match type(broken).__name__:
        case "NoSuchOption":
            near = getattr(broken, "possibilities", None)
            guess = f"; возможно, имелось в виду {', '.join(near)}" if near else ""
            return f"Неизвестный ключ {getattr(broken, 'option_name', '')}{guess}.{HELP_HINT}"
        case "MissingParameter":
            return f"Не указано: {_param_name(param)}.{HELP_HINT}"
        case "BadParameter":
            return f"Значение {_param_name(param)} не подходит.{HELP_HINT}"
        case _:
            return f"Лишние или непонятные слова в команде.{HELP_HINT}"


def _param_name(param: Any) -> str:
    if param is None:
        return "параметр"
    return str(param.metavar if param.param_type_name == "argument" else param.opts[0])


class RussianCommand(TyperCommand):
    """A command whose ``--help`` is Russian from the first to the last word."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of a command: usage, text, arguments and options."""
        _print_help(ctx, self, {})


class RussianGroup(TyperGroup):
    """The command ``shnor`` itself: Russian help, and a Russian answer to an unknown command."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help: usage, text, commands and options."""
        names = self.list_commands(ctx)
        found = {name: self.get_command(ctx, name) for name in names}
        _print_help(ctx, self, {name: _first_line(c) for name, c in found.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command of the words given.

        Raises
        ------
        ParameterError
            If there is no such command; the known ones are named.
        """
        names = self.list_commands(ctx)
        if args and args[0] not in names:
            raise ParameterError(
                f"Нет команды «{args[0]}»; есть команды: {', '.join(names)}.{HELP_HINT}"
            )
        return super().resolve_command(ctx, args)


def _first_line(command: Any) -> str:
    return str(command.help or "").split("\n\n")[0].replace("\n", " ")


def _print_help(ctx: Any, command: Any, commands: dict[str, str]) -> None:
    console = Console(highlight=False)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = [ctx.command_path, *(a.metavar for a in arguments)]
    usage += [f"{o.opts[0]} {o.metavar}" for o in options if o.required]
    usage += ["[ключи]"] if any(not o.required for o in options) else []
    usage += ["КОМАНДА"] if commands else []
    console.print(f"\n[bold]Вызов:[/bold] {' '.join(usage).replace('[', chr(92) + '[')}\n")
    for paragraph in str(command.help or "").split("\n\n"):
        console.print(Padding(" ".join(paragraph.split()), (0, 0, 1, 0)))
    if commands:
        _print_rows(console, "Команды", list(commands.items()))
    if arguments:
        _print_rows(console, "Аргументы", [(a.metavar, a.help) for a in arguments])
    rows = [(_option_name(o), _option_help(o)) for o in options]
    _print_rows(console, "Ключи", [*rows, ("--help", "Показать эту справку и выйти.")])
    if command.epilog:
        console.print(f"{command.epilog}\n")


def _option_name(option: Any) -> str:
    return f"{option.opts[0]} {option.metavar}" if option.metavar else str(option.opts[0])


def _option_help(option: Any) -> str:
    text = str(option.help or "")
    if option.required:
        return f"{text} Обязательный ключ."
    if option.default in (None, False):
        return text
    return f"{text} По умолчанию {option.default}."


def _print_rows(console: Console, title: str, rows: list[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, text in rows:
        table.add_row(f"  {name}", text)
    console.print(f"[bold]{title}[/bold]")
    console.print(table)
    console.print()
