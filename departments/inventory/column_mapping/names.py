"""Calculates. What a column of somebody else's file may be, by its name in several languages."""

from __future__ import annotations

import re

from departments.inventory import units
from departments.inventory.activity_file import COLUMNS

# Words are compared without case, marks and what stands in brackets.
WORDS: dict[str, tuple[str, ...]] = {
    "department": (
        "dept", "department code", "business unit", "division", "team", "cost centre",
        "cost center", "abteilung", "bereich", "kostenstelle", "부서", "부서명", "부서코드",
        "département", "service", "departamento", "部署", "部门",
    ),
    "activity": (
        "activity type", "category", "type", "energy type", "fuel", "energy source",
        "aktivität", "energieart", "energieträger", "활동", "활동유형", "에너지원", "연료",
        "activité", "actividad",
    ),
    "started_on": (
        "start", "start date", "from", "period start", "begin", "billing start", "von",
        "beginn", "startdatum", "시작일", "시작", "사용시작일", "début", "du", "inicio",
        "desde", "開始日",
    ),
    "ended_on": (
        "end", "end date", "to", "until", "period end", "billing end", "date", "reading date",
        "bis", "ende", "enddatum", "datum", "ablesedatum", "종료일", "종료", "사용종료일",
        "일자", "날짜", "fin", "au", "date de fin", "fecha", "hasta", "終了日", "日期",
    ),
    "external_id": (
        "id", "reference", "ref", "invoice", "invoice no", "invoice number", "bill no",
        "meter id", "document", "rechnung", "rechnungsnummer", "beleg", "belegnummer",
        "referenz", "청구번호", "고지서번호", "참조번호", "문서번호", "référence", "facture",
        "factura", "referencia",
    ),
    "quantity": (
        "amount", "consumption", "usage", "use", "value", "reading", "volume", "verbrauch",
        "menge", "wert", "사용량", "소비량", "수량", "값", "quantité", "consommation",
        "cantidad", "consumo", "使用量", "数量",
    ),
    "unit": (
        "uom", "unit of measure", "units", "einheit", "단위", "unité", "unidad", "単位",
        "单位",
    ),
    "place": (
        "country", "location", "country code", "region", "site country", "land", "ort",
        "standort", "국가", "지역", "위치", "장소", "pays", "lieu", "país", "lugar", "国",
        "国家",
    ),
    "note": (
        "notes", "comment", "comments", "remark", "remarks", "description", "bemerkung",
        "notiz", "kommentar", "비고", "메모", "설명", "remarque", "commentaire", "nota",
        "comentario", "備考",
    ),
    "estimated": (
        "is estimated", "estimate", "geschätzt", "추정", "추정여부", "estimé", "estimado",
    ),
}  # fmt: skip
# Names of a column that says both days: a month, or a day.
MONTHS = frozenset(
    {
        "month",
        "period",
        "billing month",
        "monat",
        "zeitraum",
        "월",
        "기간",
        "사용월",
        "mois",
        "mes",
        "月",
    }
)
_BRACKETS = re.compile(r"[(\[{（]([^)\]}）]*)[)\]}）]")
_MARKS = re.compile(r"[\s_\-./:#*]+")


def plain_name(name: str) -> str:
    """A name without case, marks and brackets."""
    without = _BRACKETS.sub(" ", name)
    return _MARKS.sub(" ", without).strip().casefold()


def unit_in(name: str) -> str:
    """The unit that a name has in brackets, e.g. of “Consumption (kWh)”; empty if none."""
    for text in _BRACKETS.findall(name):
        if units.is_known(text.strip()):
            return str(text.strip())
    return ""


def guesses(header: list[str]) -> dict[str, str]:
    """Our columns with the column of the file that each most likely is; no column is guessed twice.

    A column with our own name is that one; a column of months is both days.
    """
    ours = dict(zip(COLUMNS, COLUMNS, strict=True))
    for column, words in WORDS.items():
        ours |= dict.fromkeys(words, column)
    found: dict[str, str] = {}
    for wants_own in (True, False):
        for name in header:
            plain = plain_name(name)
            column = name.strip().casefold() if wants_own else ours.get(plain, "")
            if column in COLUMNS and column not in found and name not in found.values():
                found[column] = name
    months = [name for name in header if plain_name(name) in MONTHS]
    if months and not {"started_on", "ended_on"} & found.keys():
        found |= {"started_on": months[0], "ended_on": months[0]}
    return found
