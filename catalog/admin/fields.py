"""Form fields for what the catalogue keeps as JSON, so that nobody has to type JSON."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget


class WordsField(forms.CharField):
    """A list of words, typed with commas: ``Color, Size``."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for word in value:
            super().run_validators(word)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class CountriesField(WordsField):
    """A list of ISO country codes, typed with commas: ``US, DE``."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [word.upper() for word in super().to_python(value)]

    def validate(self, value: Any) -> None:
        super().validate(value)
        for code in value:
            if len(code) != 2 or not code.isalpha() or not code.isascii():
                raise forms.ValidationError(_("“%(code)s” is no country code such as US."), params={"code": code})


class OptionsField(forms.CharField):
    """Chosen options, typed as ``Color: Sage, Size: M``."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return ", ".join(f"{name}: {choice}" for name, choice in value.items())
        return value

    def to_python(self, value: Any) -> dict[str, str]:  # type: ignore[override]
        if isinstance(value, dict):
            return value
        options: dict[str, str] = {}
        for part in str(value or "").split(","):
            if not part.strip():
                continue
            name, colon, choice = (text.strip() for text in part.partition(":"))
            if not (name and colon and choice):
                raise forms.ValidationError(_("Write options as “Color: Sage, Size: M”."))
            options[name] = choice
        return options

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        super().run_validators(json.dumps(value, ensure_ascii=False))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
