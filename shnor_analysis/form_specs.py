"""Flat forms that schools and offices fill: one description for the reader and the template."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; decides how a cell is read and what a template lets in."""

    LOGIN = "login"
    SCHOOL_NAME = "school_name"
    SCHOOL_CODE = "school_code"
    SCHOOL_INN = "school_inn"
    MOMENT = "moment"
    YEAR = "year"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    INDICATOR = "indicator"
    YES_NO = "yes_no"
    CHOICE = "choice"
    WORD = "word"
    PHRASE = "phrase"
    PERSON = "person"
    SUBJECT = "subject"
    GRADE = "grade"


@dataclass(frozen=True)
class Choice:
    """One answer of a closed list: our code, the word of the template, what people write."""

    code: str
    word: str
    pattern: str


@dataclass(frozen=True)
class FormField:
    """One column of a form.

    ``at_most`` names the column whose value this one cannot exceed. ``is_helper`` columns are
    read when a file has them but do not stand in the template.
    """

    column: str
    kind: Kind
    hint: str = ""
    is_required: bool = False
    choices: tuple[Choice, ...] = ()
    at_most: str | None = None
    is_helper: bool = False
    example: str = ""


@dataclass(frozen=True)
class FormSpec:
    """A flat form: its family, the contract its rows go to and its columns.

    ``family`` is also the name of the column map; headings stand only there. ``dated_by`` are
    columns whose date gives the year when no year is written. ``printed`` columns stand filled
    in the template, so a row with nothing else in it is still empty.
    """

    family: str
    contract: str
    title: str
    purpose: str
    who: str
    fields: tuple[FormField, ...]
    dated_by: tuple[str, ...] = ("answered_at",)
    printed: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file is not this form."""
        return tuple(field.column for field in self.fields if field.is_required)

    @property
    def template_fields(self) -> tuple[FormField, ...]:
        """Columns of the template."""
        return tuple(field for field in self.fields if not field.is_helper)


_YEAR = FormField(
    "assessment_year",
    Kind.YEAR,
    "Учебный год из списка. Если столбец пуст, год берётся из даты ответа или папки.",
    example="2024/2025",
)
_MOMENT = FormField("answered_at", Kind.MOMENT, is_helper=True)
_SCHOOL = (
    FormField(
        "school_login",
        Kind.LOGIN,
        "Логин школы в ФИС ОКО: edu и шесть цифр. Нужен логин или название школы.",
        example="edu990001",
    ),
    FormField(
        "school_name",
        Kind.SCHOOL_NAME,
        "Краткое название школы по уставу; обязательно, если логин не указан.",
        example="МБОУ СОШ № 1",
    ),
    FormField("school_code", Kind.SCHOOL_CODE, is_helper=True),
    FormField("school_inn", Kind.SCHOOL_INN, is_helper=True),
)
_COMMON = (_MOMENT, *_SCHOOL, _YEAR)
_WORK = (
    FormField(
        "subject", Kind.SUBJECT, "Предмет из списка.", is_required=True, example="математика"
    ),
    FormField("grade", Kind.GRADE, "Класс числом.", is_required=True, example="6"),
)


def _people(column: str, hint: str) -> FormField:
    return FormField(
        column,
        Kind.INDICATOR,
        f"{hint} Целое число человек; если таких нет, поставьте 0; если не знаете, оставьте пусто.",
        at_most="n_pupils",
        example="7",
    )


def _flag(column: str, hint: str) -> FormField:
    return FormField(column, Kind.YES_NO, f"{hint} Да или нет.", example="нет")


SOCIAL_PASSPORT = FormSpec(
    "social_passport",
    "context",
    "Социальный паспорт",
    "Условия работы школ: по ним считается индекс условий и проверяются признаки ШНСУ.",
    "школа, одна строка на школу",
    (
        *_COMMON,
        FormField(
            "n_pupils",
            Kind.INDICATOR,
            "Всего обучающихся на дату заполнения, целое число.",
            example="812",
        ),
        _people("n_pupils_adapted", "Обучающиеся с ОВЗ."),
        _people("n_disabled", "Дети-инвалиды."),
        _people("n_second_shift", "Занимаются во вторую и третью смену."),
        _people("n_juvenile_police", "Состоят на учёте в ОДН."),
        _people("n_juvenile_commission", "Состоят на учёте в КДН."),
        _people("n_school_record", "Состоят на внутришкольном учёте."),
        _people("n_migrant", "Из семей мигрантов или слабо владеют русским языком."),
        _people("n_not_attested", "Не аттестованы по итогам учебного года."),
        _people("n_truancy", "Систематически пропускают занятия без уважительной причины."),
        _people("n_developmental_delay", "ЗПР или умственная отсталость, учатся по ООП."),
        _people("n_large_family", "Из многодетных семей."),
        _people("n_single_parent", "Из неполных семей."),
        _people("n_low_income", "Из малообеспеченных семей."),
        _people("n_orphans", "Сироты и оставшиеся без попечения родителей."),
        FormField("n_teachers", Kind.INDICATOR, "Всего учителей, целое число.", example="41"),
        FormField(
            "n_vacancies", Kind.INDICATOR, "Незанятые ставки педагогов, целое число.", example="2"
        ),
        _flag("is_remote", "Школа отдалена от других, транспорт недоступен."),
        _flag("is_small", "Школа малокомплектная."),
        _flag("has_infrastructure_deficit", "Не хватает инфраструктуры, интернета, компьютеров."),
        _flag("has_staff_deficit", "Не хватает педагогов или специалистов."),
        _flag(
            "is_accreditation_suspended",
            "Государственная аккредитация приостановлена или школа её лишена.",
        ),
    ),
)

_CATEGORIES = (
    Choice("high", "высшая", r"\bвысш"),
    Choice("first", "первая", r"\bперв"),
    Choice("position", "соответствие занимаемой должности", r"соответств|сзд"),
    Choice("none", "нет категории", r"\bнет\b|\bбез категор|\bне име[ею]|\bне аттест|молод"),
)
_DEFICIT_LEVELS = (
    Choice("none", "не выявлены", r"\bне выявл|\bотсутств|^нет$"),
    Choice("high", "высокий", r"\bвысок"),
    Choice("middle", "средний", r"\bсредн"),
    Choice("low", "низкий", r"\bнизк|\bминимальн"),
)

_YEARS = r"(?: ?(?:лет|год[а]?|г\.?))?"


def _bands(lowers: tuple[int, ...], last: int) -> tuple[Choice, ...]:
    """Closed list of bands of whole years: each begins at one of ``lowers``, the last is open.

    People write a band of the list, one number of years or a narrower band inside it; a wider
    one fits none.
    """
    bands = []
    for lower, following in zip(lowers, (*lowers[1:], None), strict=True):
        upper = last if following is None else following - 1
        inside = "|".join(map(str, range(lower, upper + 1)))
        pattern = rf"^(?:{inside})(?: ?[-–—] ?(?:{inside}))?{_YEARS}$"
        if following is None:
            word = f"{lower} и более"
            pattern += rf"|^{lower}{_YEARS} (?:и более|и старше|и выше)|^{lower} ?\+$"
            pattern += rf"|^(?:свыше|более|больше|старше) {lower - 1}{_YEARS}$|^от {lower}{_YEARS}$"
        elif lower == lowers[0]:
            word = f"до {following}"
            pattern += rf"|^(?:до|менее|меньше|моложе) {following}{_YEARS}$"
        else:
            word = f"{lower}–{upper}"
        bands.append(Choice(word, word, pattern))
    return tuple(bands)


# Ages and years of service that nobody exceeds close the last bands.
_AGE_BANDS = _bands((18, 25, 35, 45, 55, 65), 99)
_EXPERIENCE_BANDS = _bands((0, 3, 6, 11, 21), 80)

TEACHERS = FormSpec(
    "teachers",
    "teachers",
    "Сведения об учителях",
    "Кадровые дефициты: категории, диагностика, индивидуальные маршруты. Имён не пишите.",
    "школа или методический центр, одна строка на учителя",
    (
        *_COMMON,
        FormField(
            "teacher",
            Kind.PERSON,
            "Любой код, свой у каждого учителя школы. Фамилия не нужна и не сохраняется.",
            example="У-07",
        ),
        FormField("subject_name", Kind.WORD, "Основной предмет учителя.", example="математика"),
        FormField(
            "age_band",
            Kind.CHOICE,
            "Возраст, промежуток из списка или число полных лет.",
            choices=_AGE_BANDS,
            example="35–44",
        ),
        FormField(
            "experience_band",
            Kind.CHOICE,
            "Педагогический стаж, промежуток из списка или число полных лет.",
            choices=_EXPERIENCE_BANDS,
            example="11–20",
        ),
        FormField(
            "category",
            Kind.CHOICE,
            "Квалификационная категория.",
            choices=_CATEGORIES,
            example="первая",
        ),
        _flag("is_diagnosed", "Прошёл диагностику профессиональных дефицитов."),
        FormField("diagnosed_on", Kind.DATE, "Когда прошла диагностика.", example="05.11.2024"),
        FormField(
            "diagnostic_score",
            Kind.NUMBER,
            "Сколько баллов набрано.",
            at_most="diagnostic_max",
            example="19",
        ),
        FormField("diagnostic_max", Kind.NUMBER, "Сколько баллов возможно.", example="30"),
        FormField(
            "deficit_level",
            Kind.CHOICE,
            "Уровень выявленных дефицитов.",
            choices=_DEFICIT_LEVELS,
            example="средний",
        ),
        FormField("deficits", Kind.PHRASE, "Что выявлено, через запятую.", example="оценивание"),
        _flag("has_route", "Есть индивидуальный образовательный маршрут."),
        FormField(
            "training_hours",
            Kind.COUNT,
            "Часов повышения квалификации за три года.",
            example="72",
        ),
        FormField(
            "training_topic", Kind.PHRASE, "Тема последнего курса.", example="подготовка к ГИА"
        ),
    ),
)

# «Родители (законные представители) обучающихся» are parents only.
_OF_PUPILS = r"(?: (?:обучающихся|учащихся|учеников|школьников|учениц))?"
_ROLES = (
    Choice(
        "parent",
        "родители",
        rf"родител\w*(?: ?\(?законн\w+ представ\w*\)?)?{_OF_PUPILS}"
        rf"|законн\w+ представ\w*{_OF_PUPILS}",
    ),
    Choice("student", "обучающиеся", r"обучающ|учащ|ученик|учениц|школьник"),
    Choice("teacher", "педагоги", r"учител|педагог|классн\w+ руковод"),
    Choice("head", "руководители", r"руковод|директор|администрац"),
)

SURVEY_TOTALS = FormSpec(
    "survey_totals",
    "survey_totals",
    "Итоги анкетирования",
    "Удовлетворённость, если ответы уже посчитаны и выгрузки анкеты нет.",
    "школа или муниципалитет, одна строка на вопрос и группу ответивших",
    (
        *_COMMON,
        FormField(
            "role",
            Kind.CHOICE,
            "Кто отвечал; выберите из списка.",
            is_required=True,
            choices=_ROLES,
            example="родители",
        ),
        FormField(
            "item",
            Kind.PHRASE,
            "Вопрос так, как он стоял в анкете.",
            is_required=True,
            example="Удовлетворены ли Вы качеством образования?",
        ),
        FormField(
            "n_answered", Kind.COUNT, "Сколько человек ответили.", is_required=True, example="120"
        ),
        FormField(
            "n_satisfied",
            Kind.COUNT,
            "Сколько ответили «да» и «скорее да».",
            is_required=True,
            at_most="n_answered",
            example="96",
        ),
    ),
)

_OFFICE_PROCEDURES = (
    Choice("regional", "регион", r"регион|област|край|республик|рдр"),
    Choice("municipal", "муниципалитет", r"(?:администрац\w* )?(?:муницип|район|город)|мдр"),
    Choice("school", "школа", r"школ|внутр|администрац"),
)

DIAGNOSTIC_WORKS = FormSpec(
    "diagnostic_works",
    "diagnostic_works",
    "Диагностические работы",
    "Региональные, муниципальные и школьные работы: сопоставление с ВПР и ГИА.",
    "школа или муниципалитет, одна строка на работу в каждой параллели школы",
    (
        *_COMMON,
        FormField(
            "procedure",
            Kind.CHOICE,
            "Кто проводил работу; выберите из списка.",
            is_required=True,
            choices=_OFFICE_PROCEDURES,
            example="муниципалитет",
        ),
        FormField(
            "title",
            Kind.PHRASE,
            "Название работы.",
            is_required=True,
            example="Входная диагностическая работа",
        ),
        *_WORK,
        FormField("exam_date", Kind.DATE, "Дата работы.", example="15.10.2024"),
        FormField(
            "n_participants",
            Kind.COUNT,
            "Сколько обучающихся писали.",
            is_required=True,
            example="54",
        ),
        *(
            FormField(
                f"n_mark_{mark}",
                Kind.COUNT,
                f"Сколько получили «{mark}».",
                at_most="n_participants",
                example=example,
            )
            for mark, example in (("2", "9"), ("3", "21"), ("4", "18"), ("5", "6"))
        ),
        FormField(
            "n_below_minimum",
            Kind.COUNT,
            "Сколько не преодолели минимальный порог, если отметки не ставились.",
            at_most="n_participants",
        ),
        FormField("mean_score", Kind.NUMBER, "Средний балл.", at_most="max_score", example="11,4"),
        FormField("max_score", Kind.NUMBER, "Наибольший возможный балл.", example="20"),
    ),
    dated_by=("exam_date", "answered_at"),
)

_DEGREES = (
    Choice("first", "I степень", r"(?<!\w)(?:i|1|перв\w*)(?![iv\d])|золот"),
    Choice("second", "II степень", r"(?<!\w)(?:ii|2|втор\w*)(?![iv\d])|серебр"),
)

MEDAL_CLAIMS = FormSpec(
    "medal_claims",
    "medal_claims",
    "Претенденты на медаль",
    "Подтверждение медалей результатами ЕГЭ. Имена при чтении заменяются кодами и не хранятся.",
    "школа, одна строка на выпускника",
    (
        *_COMMON,
        FormField(
            "surname",
            Kind.PERSON,
            "Фамилия, как в протоколе ЕГЭ.",
            is_required=True,
            example="Фамилия",
        ),
        FormField("first_name", Kind.PERSON, "Имя, как в протоколе ЕГЭ.", example="Имя"),
        FormField("patronymic", Kind.PERSON, "Отчество, как в протоколе ЕГЭ.", example="Отчество"),
        FormField("document_series", Kind.PERSON, is_helper=True),
        FormField("document_number", Kind.PERSON, is_helper=True),
        FormField("degree", Kind.CHOICE, "Степень медали.", choices=_DEGREES, example="I степень"),
        _flag("is_confirmed", "Медаль подтверждена и выдана."),
    ),
)

_PROCEDURES = (
    Choice("vpr", "ВПР", r"впр|всероссийск\w+ провероч"),
    Choice("oge", "ОГЭ", r"огэ|гиа-?\s?9|гвэ-?\s?9"),
    Choice("ege", "ЕГЭ", r"егэ|гиа-?\s?11|гвэ-?\s?11"),
    Choice("regional", "региональная работа", r"регион|рдр"),
    Choice("municipal", "муниципальная работа", r"муницип|мдр"),
)

PROCEDURE_CONDUCT = FormSpec(
    "procedure_conduct",
    "procedure_conduct",
    "Проведение процедур",
    "Как проводились процедуры: наблюдение, защита материалов, перепроверка.",
    "школа или муниципалитет, одна строка на процедуру в школе",
    (
        *_COMMON,
        FormField(
            "procedure",
            Kind.CHOICE,
            "Какая процедура; выберите из списка.",
            is_required=True,
            choices=_PROCEDURES,
            example="ВПР",
        ),
        FormField(
            "subject",
            Kind.SUBJECT,
            "Предмет; пусто — все.",
            example="математика",
        ),
        FormField("grade", Kind.GRADE, "Класс числом; пусто — все классы.", example="5"),
        _flag("has_observer", "Был общественный наблюдатель."),
        _flag("has_video", "Велось видеонаблюдение."),
        _flag("has_protected_channel", "Материалы переданы по защищённому каналу."),
        FormField("n_rechecked", Kind.COUNT, "Сколько работ перепроверено.", example="24"),
        FormField(
            "n_rechecked_same",
            Kind.COUNT,
            "У скольких из них отметка подтвердилась.",
            at_most="n_rechecked",
            example="22",
        ),
    ),
)

_STATE_PROCEDURES = (
    Choice("vpr", "ВПР", r"впр|всероссийск\w+ провероч"),
    Choice("oge", "ОГЭ", r"огэ"),
    Choice("gve9", "ГВЭ-9", r"гвэ-?\s?9"),
    Choice("ege", "ЕГЭ", r"егэ"),
    Choice("gve11", "ГВЭ-11", r"гвэ-?\s?11"),
)

ADAPTED_PARTICIPANTS = FormSpec(
    "adapted_participants",
    "adapted_participants",
    "Участники по АОП",
    "Кто из участников учится по адаптированной программе: перечень ШНОР считается с ними и без "
    "них. В отчётах ФИС ОКО и РЦОИ они не отмечены.",
    "школа, одна строка на работу в каждой параллели",
    (
        *_COMMON,
        FormField(
            "procedure",
            Kind.CHOICE,
            "Какая процедура; выберите из списка.",
            is_required=True,
            choices=_STATE_PROCEDURES,
            example="ВПР",
        ),
        *_WORK,
        FormField(
            "n_participants",
            Kind.COUNT,
            "Сколько участников этой работы учатся по адаптированным программам; нет таких — 0.",
            is_required=True,
            example="3",
        ),
        FormField(
            "n_below_minimum",
            Kind.COUNT,
            "Сколько из них не преодолели минимум: отметка «2» или балл ниже минимального.",
            is_required=True,
            at_most="n_participants",
            example="2",
        ),
    ),
)

_REGISTERS = (
    Choice("objectivity", "признаки необъективности", r"необъектив|объективн|маркер"),
    Choice("mentor", "школы-наставники", r"наставн|ментор|лидер|куратор"),
    Choice("adverse_conditions", "ШНСУ", r"шф?нсу|неблагоприятн|услови"),
    Choice("low_results", "ШНОР", r"шнр?ор?|низк"),
)
_STATUSES = (
    Choice("out", "исключена", r"исключ|вышла|выбыл|снят"),
    Choice("watch", "наблюдение", r"наблюд|зон\w+ риска|риск"),
    Choice("in", "в перечне", r"(?<!из )перечн|\bвключ|\bвошла|\bсостоит|^да$"),
)

PAST_REGISTERS = FormSpec(
    "past_registers",
    "past_registers",
    "Перечни прошлых лет",
    "Кто был в перечнях раньше: кто вошёл, кто вышел, кто остался.",
    "муниципалитет, одна строка на школу, год и перечень",
    (
        FormField(
            "register",
            Kind.CHOICE,
            "Какой перечень; выберите из списка.",
            is_required=True,
            choices=_REGISTERS,
            example="ШНОР",
        ),
        *_COMMON,
        FormField(
            "status",
            Kind.CHOICE,
            "Состояние; пусто — школа в перечне.",
            choices=_STATUSES,
            example="в перечне",
        ),
        FormField("reason", Kind.PHRASE, "За что включена или исключена."),
        FormField(
            "document", Kind.PHRASE, "Приказ об утверждении.", example="приказ № 101 от 12.09.2023"
        ),
    ),
)

REPORTED_INDICATORS = FormSpec(
    "reported_indicators",
    "reported_indicators",
    "Сообщаемые показатели",
    "Показатели положений о мониторинге, которые нельзя посчитать по результатам.",
    "муниципалитет или школа, одна строка на показатель",
    (
        FormField("indicator_id", Kind.WORD, "Код из списка; не меняйте.", is_required=True),
        FormField("indicator_title", Kind.PHRASE, "Название для справки; при чтении не нужно."),
        *_COMMON,
        FormField("numerator", Kind.NUMBER, "Сколько таких, числом.", example="9"),
        FormField("denominator", Kind.NUMBER, "Из скольких, числом.", example="12"),
        FormField(
            "value",
            Kind.NUMBER,
            "Число единиц либо доля в процентах; долю программа пересчитает сама.",
            example="75 %",
        ),
    ),
    printed=("indicator_id", "indicator_title"),
)

EXPERT_CARD = FormSpec(
    "expert_card",
    "expert_cards",
    "Экспертная карта",
    "Самооценка школы и оценка эксперта по показателям карты.",
    "школа — значение и свой балл, эксперт — свой балл",
    (
        FormField("indicator_id", Kind.WORD, "Номер показателя; не меняйте."),
        FormField("direction", Kind.WORD, "Направление оценки; не меняйте."),
        FormField("title", Kind.PHRASE, "Показатель; не меняйте.", is_required=True),
        FormField("method", Kind.PHRASE, "За что даётся балл; не меняйте."),
        FormField("value", Kind.WORD, "Да, нет или процент.", is_required=True, example="85 %"),
        FormField("score_self", Kind.COUNT, "Балл школы: 0 или 1.", example="1"),
        FormField("score_expert", Kind.COUNT, "Балл эксперта: 0 или 1.", example="1"),
        FormField("evidence", Kind.PHRASE, "Ссылка на документ; сама ссылка не сохраняется."),
    ),
    printed=("indicator_id", "direction", "title", "method"),
)

_MEASURE_STATUSES = (
    Choice(
        "late",
        "просрочено",
        r"просроч|\bне (?:вы|ис)полн|(?:(?:вы|ис)полнен\w* |проведен\w* )?с опозданием",
    ),
    Choice("dropped", "отменено", r"отмен|снят|неактуальн|\bне актуальн"),
    Choice(
        "in_progress",
        "выполняется",
        r"\bвыполняется|в работе|исполняется|\bидет\b"
        r"|частично(?: (?:вы|ис)полнен)?|(?:вы|ис)полнен\w* частично",
    ),
    Choice("done", "выполнено", r"выполнен|исполнен|завершен|проведен|^да$|^\+$"),
    Choice("planned", "запланировано", r"заплан|планир|^план\w*$|\bне начат|предстоит"),
)

ROADMAP = FormSpec(
    "roadmap",
    "roadmap",
    "Дорожная карта",
    "Меры поддержки: сроки, ответственные, показатели и выполнение.",
    "муниципалитет или школа, одна строка на мероприятие",
    (
        FormField("item_id", Kind.WORD, "Номер мероприятия.", example="1.2"),
        FormField(
            "measure",
            Kind.PHRASE,
            "Что делается. Строка, где заполнена только первая ячейка, — название раздела.",
            is_required=True,
            example="Диагностика дефицитов учителей математики",
        ),
        FormField(
            "due_text",
            Kind.PHRASE,
            "Срок: «до 15 октября 2025», «сентябрь 2025», «октябрь – ноябрь 2025».",
            example="до 01.12.2025",
        ),
        FormField("report_form", Kind.PHRASE, "Чем подтверждается.", example="справка"),
        FormField(
            "responsible",
            Kind.PHRASE,
            "Должность или организация, не фамилия.",
            example="методический центр",
        ),
        *(
            FormField(
                field.column,
                field.kind,
                f"{field.hint} Пусто — вся территория.",
                is_helper=field.is_helper,
                example=field.example,
            )
            for field in _SCHOOL
        ),
        FormField("indicator", Kind.PHRASE, "Чем измеряется итог.", example="доля «2» по ВПР, %"),
        FormField("baseline", Kind.NUMBER, "Исходное значение, числом.", example="31"),
        FormField("target", Kind.NUMBER, "Целевое значение, числом.", example="20"),
        FormField("actual", Kind.NUMBER, "Достигнутое значение, числом."),
        FormField(
            "status",
            Kind.CHOICE,
            "Состояние мероприятия.",
            choices=_MEASURE_STATUSES,
            example="выполняется",
        ),
    ),
)

# More than the people of any municipality; a longer number is a telephone or a document.
LARGEST_NUMBER = 1_000_000
LAST_GRADE = 12  # evening schools
# Order of the templates in the folder of a place.
FORMS = (
    SOCIAL_PASSPORT,
    TEACHERS,
    SURVEY_TOTALS,
    DIAGNOSTIC_WORKS,
    ADAPTED_PARTICIPANTS,
    PROCEDURE_CONDUCT,
    MEDAL_CLAIMS,
    PAST_REGISTERS,
    ROADMAP,
    EXPERT_CARD,
    REPORTED_INDICATORS,
)
SURVEY_ROLES = _ROLES
# First cells of the sheets that explain a template; such sheets are not data.
HELP_TITLE, LISTS_TITLE = "Как заполнять", "Списки для выбора"
