"""Run a notebook with parameters that are checked first; keep the executed copy even on failure."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from shnor_analysis.errors import ParameterError, ShnorError

# Every kernel is interrupted before it is stopped and may report that as an error of its own.
QUIET_KERNEL = "--IPKernelApp.log_level=50"

Parameters = Mapping[str, str | int]


class PrivateKernelManager(AsyncKernelManager):
    """Talk to the kernel through sockets in ``folder`` where the system can, not through a port.

    A local port is open to every user of the machine, and results of schools pass through it.
    """

    folder = ""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = str(Path(self.folder) / "kernel")


class NotebookError(ShnorError):
    """A cell of a notebook failed; the executed copy shows which one."""


def check_parameters(source: Path, parameters: Parameters) -> None:
    """Refuse parameters that the notebook does not declare.

    papermill only logs a warning about an unknown parameter and goes on with the default, so a
    misspelt year would silently produce another year's list.

    Raises
    ------
    ParameterError
        With the unknown names, the declared ones and the nearest spelling.
    """
    declared = sorted(papermill.inspect_notebook(str(source)))
    unknown = sorted(set(parameters) - set(declared))
    if unknown:
        near = difflib.get_close_matches(unknown[0], declared, n=1)
        hint = f"; возможно, имелось в виду «{near[0]}»" if near else ""
        raise ParameterError(
            f"{source.name}: неизвестный параметр {', '.join(unknown)}, объявлены "
            f"{', '.join(declared)}{hint}."
        )


def run_notebook(source: Path, target: Path, parameters: Parameters) -> nbformat.NotebookNode:
    """Execute a notebook from a fresh kernel.

    Parameters
    ----------
    source : Path
        The notebook as committed.
    target : Path
        Where the executed copy goes; it is written even when a cell fails.
    parameters : mapping
        Plain scalars; every one must be declared in the notebook's parameters cell.

    Returns
    -------
    NotebookNode
        The executed notebook.

    Raises
    ------
    ParameterError
        If a parameter is not declared; nothing is run then.
    NotebookError
        If a cell fails, with the notebook, the cell and the last line of the error.
    """
    check_parameters(source, parameters)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix="shnor-") as folder:
            manager = type("KernelManager", (PrivateKernelManager,), {"folder": folder})
            return papermill.execute_notebook(
                str(source),
                str(target),
                parameters=dict(parameters),
                progress_bar=False,
                log_output=False,
                cwd=str(source.parent),
                request_save_on_cell_execute=False,
                kernel_manager_class=manager,
                extra_arguments=[QUIET_KERNEL],
            )
    except PapermillExecutionError as broken:
        raise NotebookError(
            f"{source.name}, ячейка {broken.exec_count}: {broken.ename}: "
            f"{' '.join(str(broken.evalue).split())}"
        ) from broken
    except DeadKernelError as broken:
        raise NotebookError(
            f"{source.name}: вычислительное ядро остановилось ({broken}); возможно, не хватило "
            "памяти, закройте другие программы и повторите."
        ) from broken
