"""The form by which a customer asks to send something back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.images import BadPicture, as_webp
from fulfillment.models import ReturnRequest
from fulfillment.returns import MAX_PHOTOS, Returnable

MAX_PHOTO_BYTES = 8 * 1024 * 1024
PHOTO_PX = 1600


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        return files.getlist(name) if isinstance(files, MultiValueDict) else []


class PhotosField(forms.Field):
    """Some photos; cleaned, they are WebP pictures encoded by us."""

    widget = _SeveralFiles

    def clean(self, value: Sequence[UploadedFile] | None) -> list[bytes]:
        files = [file for file in value or [] if file]
        if len(files) > MAX_PHOTOS:
            raise forms.ValidationError(gettext("Please send at most %(count)s photos.") % {"count": MAX_PHOTOS})
        pictures = []
        for file in files:
            if (file.size or 0) > MAX_PHOTO_BYTES:
                raise forms.ValidationError(gettext("Each photo may have 8 MB at most. Please choose a smaller one."))
            try:
                pictures.append(as_webp(file.read(), max_px=PHOTO_PX))
            except BadPicture as exc:
                raise forms.ValidationError(exc.message) from exc
        return pictures


class ReturnForm(forms.Form):
    """What, why, and photos. ``items`` are all the order's lines: the form names them by their place, never by an id.

    A line of which nothing is left keeps its place and has no field: an older form means the same lines.
    """

    key = forms.SlugField(max_length=64, widget=forms.HiddenInput())
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Please choose")), *ReturnRequest.Reason.choices],
        error_messages={
            "required": _("Please choose a reason."),
            "invalid_choice": _("Please choose a reason from the list."),
        },
    )
    comment = forms.CharField(
        label=_("What is wrong"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Please use at most %(limit_value)d characters (these are %(show_value)d).")},
    )
    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_("Up to four, 8 MB each, as JPEG, PNG or WebP. Only our staff see them."),
        widget=_SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    use_required_attribute = False

    def __init__(self, items: Sequence[Returnable], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        offered = [item for item in items if item.quantity]
        self.fields["key"].initial = secrets.token_urlsafe(24)
        self.fields["comment"].is_optional = self.fields["photos"].is_optional = True  # type: ignore[attr-defined]
        for place, item in enumerate(items, start=1):
            if not item.quantity:
                continue
            # A single piece of a single line can only be meant.
            chosen = 1 if len(offered) == 1 and item.quantity == 1 else 0
            self.fields[f"quantity_{place}"] = forms.TypedChoiceField(
                label=_("How many of “%(title)s”?") % {"title": item.line.title},
                choices=[(number, str(number)) for number in range(item.quantity + 1)],
                coerce=int,
                required=False,
                initial=chosen,
                error_messages={"invalid_choice": _("So many cannot be sent back.")},
            )

    def rows(self) -> list[tuple[Returnable, BoundField]]:
        """Each line of which something is left, beside its own field."""
        return [(item, self[f"quantity_{place}"]) for place, item in enumerate(self.items, start=1) if item.quantity]

    def clean(self) -> dict[str, Any]:
        if any(
            self.data.get(f"quantity_{place}", "0") not in ("", "0")
            for place, item in enumerate(self.items, start=1)
            if not item.quantity
        ):
            self.add_error(None, gettext("This changed while you filled in the form. Please load the page again."))
        elif not self.quantities and not any(name.startswith("quantity_") for name in self.errors):
            self.add_error(None, gettext("Please say what you send back: choose how many of at least one thing."))
        return self.cleaned_data

    @property
    def quantities(self) -> dict[int, int]:
        """Order line id -> pieces, without the lines of which nothing goes back."""
        chosen = [self.cleaned_data.get(f"quantity_{place}") or 0 for place in range(1, len(self.items) + 1)]
        return {item.line.pk: number for item, number in zip(self.items, chosen, strict=True) if number}
