"""Forms: where in a file its table is, and in which characters."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from departments.inventory.column_mapping.plan import MOST_SKIPPED, ColumnPlan
from departments.inventory.column_mapping.tables import is_workbook, sheets_of
from departments.portal.uploads import KeptFile

ENCODINGS = [
    ("", gettext_lazy("told from the file")),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", gettext_lazy("Windows-1252, Western European")),
    ("cp949", gettext_lazy("Windows-949, Korean")),
]


class TableForm(forms.Form):
    """The sheet of a workbook, or the encoding of a text; and the lines above the table."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        required=False,
        choices=ENCODINGS,
        help_text=gettext_lazy("Choose another one if letters such as ü or 전 look wrong above."),
    )
    skip_rows = forms.IntegerField(
        label=gettext_lazy("Lines above the names of the columns"),
        required=False,
        min_value=0,
        max_value=MOST_SKIPPED,
        help_text=gettext_lazy("Titles and addresses that stand above the table are passed over."),
    )

    def __init__(self, *args: Any, file: KeptFile, **options: Any) -> None:
        """Raises: TableRefused."""
        super().__init__(*args, **options)
        plan = file.plan or ColumnPlan()
        content = io.BytesIO(file.content)
        if is_workbook(content):
            del self.fields["encoding"]
            names = [(name, name) for name in sheets_of(content)]
            sheet = self.fields["sheet"]
            assert isinstance(sheet, forms.ChoiceField)
            sheet.choices = [("", gettext_lazy("the first that holds anything")), *names]
            sheet.initial = file.sheet
        else:
            del self.fields["sheet"]
            self.fields["encoding"].initial = plan.encoding
        self.fields["skip_rows"].initial = plan.skip_rows

    def changed(self, file: KeptFile) -> KeptFile:
        """The file, read so; its columns are looked for anew."""
        told = self.cleaned_data
        plan = ColumnPlan(encoding=told.get("encoding", ""), skip_rows=told.get("skip_rows") or 0)
        return replace(file, plan=plan, sheet=told.get("sheet", ""))
