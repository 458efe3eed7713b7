# Every target makes the environment first when it is missing; nothing is installed outside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PLACE ?= demo
YEAR ?= 2025

.DEFAULT_GOAL := help
.PHONY: help report test check lab spark format docs lock clean

help: ## Показать эту справку
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t 12

report: $(READY) ## Создать выдуманный муниципалитет и собрать его годовой отчёт в reports/demo/2025
	$(BIN)/shnor demo
	$(BIN)/shnor annual $(PLACE) --year $(YEAR)

test: $(READY) ## Проверить программу тестами
	$(BIN)/python -m pytest

check: $(READY) ## Проверить стиль и типы
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(READY) ## Открыть блокноты в JupyterLab
	$(BIN)/jupyter lab --notebook-dir=.

spark: $(READY) ## Поставить движок Spark в .venv (нужна Java 17)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@command -v java >/dev/null || echo "Spark нужна Java 17: в Debian и Ubuntu это openjdk-17-jre-headless"

format: $(READY) ## Привести код к одному виду и убрать выводы из блокнотов
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/jupyter nbconvert --clear-output --inplace notebooks/*.ipynb

docs: $(READY) ## Пересобрать описание таблиц docs/outputs.md
	$(BIN)/python -c "from shnor_analysis.tables import data_dictionary; \
	  open('docs/outputs.md', 'w', encoding='utf-8', newline='\n').write(data_dictionary())"

COMPILE := uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header
lock: ## Пересчитать requirements.lock и requirements-spark.lock (нужен uv)
	$(COMPILE) pyproject.toml --extra lab --extra dev -o requirements.lock
	grep -o 'pyspark[^"]*' pyproject.toml | head -1 | \
	  $(COMPILE) - --constraints requirements.lock -o requirements-spark.lock

clean: ## Удалить окружение, отчёты и расчёты; исходные файлы в data/raw остаются
	rm -rf $(VENV) reports/*/ data/processed/*/ .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Нужен Python 3.11 или новее; укажите его: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q shnor_analysis
	@touch $(READY)
