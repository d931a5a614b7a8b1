"""Replay against the emulator: from a logged call to the page that shows both replies side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from integrations import replaying
from integrations.models import ApiCall
from integrations.replay_request import SAMPLE_PERSON
from integrations.replaying import NotReplayable
from integrations.support import pretty_reply, pretty_request

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object

MAY_REPLAY = "integrations.replay_apicall"
COMPARISON = "integrations_apicall_comparison"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two calls, as text."""

    title: str
    row: ApiCall
    request: str
    reply: str


class ReplayMixin(_Base):
    """The button *Replay against the emulator*, its question, and the comparison."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.comparison)
        return [path("<int:object_id>/comparison/", view, name=COMPARISON), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """The button is left out for calls that cannot be replayed."""
        actions = list(super().get_actions_detail(request, object_id))
        logged = _call(object_id)
        if logged is not None and replaying.can_replay(logged):
            return actions
        return [item for item in actions if not item.action_name.endswith("replay_call")]

    def has_replay_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(request.user.has_perm(MAY_REPLAY) and self.has_view_permission(request))

    @action(description=_("Replay against the emulator"), url_path="replay", icon="replay", permissions=["replay"])
    def replay_call(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask (GET), or send it to the emulator (POST)."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        logged = _call(object_id)
        if logged is None:
            raise Http404
        page = reverse("admin:integrations_apicall_change", args=[logged.pk])
        try:
            replay = replaying.prepare(logged)
            if request.method == "POST":
                row = replaying.send(replay)
                return HttpResponseRedirect(reverse(f"admin:{COMPARISON}", args=[row.pk]))
        except NotReplayable as exc:
            messages.error(request, exc.message)
            return HttpResponseRedirect(page)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Replay against the emulator"),
            "opts": self.opts,
            "original": logged,
            "call": logged,
            "account": replay.account,
            "is_reachable": replay.is_reachable(),
            "filled": replay.request.filled,
            "sample": sample_text(),
            "back_url": page,
        }
        return TemplateResponse(request, "admin/integrations/replay.html", context)

    def comparison(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A replay beside what it repeats."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        replayed = _call(str(object_id))
        if not self.has_view_permission(request, replayed):
            raise PermissionDenied
        if replayed is None or not replayed.is_replay:
            raise Http404
        logged = replayed.replay_of
        sides = [_side(gettext("Logged"), logged)] if logged else []
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Replay against the emulator"),
            "opts": self.opts,
            "original": replayed,
            "call": replayed,
            "logged": logged,
            "sides": [*sides, _side(gettext("Emulator"), replayed)],
            "filled": _filled(logged),
            "sample": sample_text(),
            "may_replay": self.has_replay_permission(request),
        }
        return TemplateResponse(request, "admin/integrations/comparison.html", context)

    @display(description=_("replays"))
    def replays_text(self, call: ApiCall) -> SafeString | str:
        """Links to the comparisons; of a replay, the one to its own."""
        rows = [call] if call.is_replay else list(call.replays.all()[:20])
        if not rows:
            return gettext("none yet")
        links = [
            (reverse(f"admin:{COMPARISON}", args=[row.pk]), f"{row.started_at:%Y-%m-%d %H:%M:%S}", row.error)
            for row in rows
        ]
        return format_html_join(SafeString("<br>"), '<a class="text-link" href="{}">{} {}</a>', links)


def sample_text() -> str:
    """The sample person in one line."""
    person = SAMPLE_PERSON
    return f"{person.full_name}, {person.line1}, {person.city}, {person.postcode}, {person.country}, {person.phone}"


def _call(object_id: str) -> ApiCall | None:
    if not object_id.isdigit():
        return None
    return ApiCall.objects.select_related("account", "replay_of__account").filter(pk=object_id).first()


def _side(title: str, row: ApiCall) -> Side:
    return Side(
        title, row, pretty_request(row.request_body), pretty_reply(row.reply_body) or gettext("nothing arrived")
    )


def _filled(logged: ApiCall | None) -> tuple[str, ...]:
    """What was filled in; empty if the original is no longer kept, or the emulator's account is not complete now."""
    if logged is None:
        return ()
    try:
        return replaying.prepare(logged).request.filled
    except NotReplayable:
        return ()
