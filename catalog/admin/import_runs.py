"""Finding goods at a supplier, importing them, and watching how far an import is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.import_forms import FindForm, ImportForm
from catalog.importing import finding, pictures, runs
from catalog.importing.addresses import read_list
from catalog.importing.spreadsheets import as_csv
from catalog.models import ImportItem, ImportRun
from integrations.admin import PageAdmin
from integrations.cells import label, money_text
from integrations.errors import SupplierError
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS
from shop.errors import DomainError

FIND = "catalog_importrun_find"
MAY_IMPORT = "catalog.add_importrun"
STATUS_TONES = {"running": "info", "finished": "success", "stopped": "warning"}
RESULT_TONES = {"imported": "success", "updated": "info", "skipped": "", "failed": "danger"}
_ITEMS_SHOWN = 100


def on_imports(request: HttpRequest) -> bool:
    """Whether the menu marks *Imports*: finding goods has an entry of its own."""
    here, find = request.path, reverse(f"admin:{FIND}")
    return here.startswith(reverse("admin:catalog_importrun_changelist")) and not here.startswith(find)


@admin.register(ImportRun)
class ImportRunAdmin(PageAdmin):
    """Imports, each with its progress and the result of every product."""

    page_template = "admin/catalog/import_run.html"
    list_display = ["title", "account", "status_label", "done_text", "failed_text", "created_at"]
    list_select_related = ["account"]
    list_filter = ["status", "account"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        queryset: QuerySet[ImportRun] = super().get_queryset(request)
        is_open = Q(items__status__in=runs.OPEN)
        return queryset.annotate(
            items_total=Count("items"),
            items_open=Count("items", filter=is_open),
            items_failed=Count("items", filter=Q(items__status=ImportItem.Status.FAILED)),
        )

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(request.user.has_perm(MAY_IMPORT))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("add/", view(self.begin), name="catalog_importrun_add"),
            path("find/", view(self.find), name=FIND),
            path("<int:object_id>/stop/", view(self.stop), name="catalog_importrun_stop"),
            path("<int:object_id>/retry/", view(self.retry), name="catalog_importrun_retry"),
            path("<int:object_id>/results.csv", view(self.results), name="catalog_importrun_results"),
            *super().get_urls(),
        ]

    @display(description=_("status"), ordering="status")
    def status_label(self, run: ImportRun) -> SafeString:
        return label(run.get_status_display(), STATUS_TONES[run.status])

    @display(description=_("done"))
    def done_text(self, run: Any) -> str:
        return f"{run.items_total - run.items_open} / {run.items_total}"

    @display(description=_("failed"))
    def failed_text(self, run: Any) -> str:
        return str(run.items_failed)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Import what is named by address or id."""
        _check(request, MAY_IMPORT)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            try:
                run = runs.start_run(
                    values["account"],
                    form.entries,
                    title=form.title,
                    country=values["country"],
                    category=values["category"],
                    user=request.user,
                )
            except DomainError as exc:
                form.add_error(None, exc.message)
            else:
                return HttpResponseRedirect(_page_of(run.pk))
        context = self._frame(request, _("Import products")) | {"form": form}
        return TemplateResponse(request, "admin/catalog/import_begin.html", context)

    def find(self, request: HttpRequest) -> HttpResponse:
        """Search (GET), or import what was chosen among the hits (POST)."""
        _check(request, MAY_IMPORT)
        if request.method == "POST":
            return self._import_chosen(request)
        form = FindForm(request.GET or None, initial={"limit": "20"})
        context = self._frame(request, _("Find products")) | {"form": form}
        origins: set[str] = set()
        if form.is_bound and form.is_valid():
            account = form.cleaned_data["account"]
            try:
                found = finding.find(account, form.wanted())
            except SupplierError as exc:
                messages.error(request, exc.message)
            else:
                origins = finding.picture_origins(account, found)
                context |= {"found": found, "cards": [_card(product, origins, account) for product in found.products]}
                context |= {"account": account, "country": form.cleaned_data["country"]}
        response = TemplateResponse(request, "admin/catalog/find.html", context)
        # Pictures of hits are shown from where the supplier has them: none of them is ours yet.
        response._csp_update = {"img-src": sorted(origins)}  # type: ignore[attr-defined]
        return response

    def _import_chosen(self, request: HttpRequest) -> HttpResponse:
        account = SupplierAccount.objects.filter(pk=_number(request.POST.get("account"))).first()
        country = request.POST.get("country", "")
        if account is None or account.provider not in PROVIDERS or not (len(country) == 2 and country.isalpha()):
            raise Http404
        chosen = request.POST.getlist("shown" if "all" in request.POST else "product")[:200]
        try:
            run = runs.start_run(
                account,
                read_list(account.provider, "\n".join(chosen)) if chosen else (),
                title=request.POST.get("keywords", "")[:200],
                country=country.upper(),
                user=request.user,
            )
        except DomainError as exc:
            messages.error(request, exc.message)
            return HttpResponseRedirect(f"{reverse(f'admin:{FIND}')}?{request.META.get('QUERY_STRING', '')}")
        return HttpResponseRedirect(_page_of(run.pk))

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        wanted = request.GET.get("status", "")
        rows = row.items.select_related("staged").order_by("position", "pk")
        if wanted in ImportItem.Status.values:
            rows = rows.filter(status=wanted)
        progress = runs.progress(row)
        items = Paginator(rows, _ITEMS_SHOWN).get_page(request.GET.get("page"))
        return {
            "title": row.title,
            "run": row,
            "status": self.status_label(row),
            "progress": progress,
            "results": [
                (status, ImportItem.Status(status).label, count)
                for status, count in sorted(progress.results.items())
                if status not in runs.OPEN
            ],
            "items": items,
            "rows": [(item, label(item.get_status_display(), RESULT_TONES.get(item.status, ""))) for item in items],
            "wanted": wanted,
            "may_import": request.user.has_perm(MAY_IMPORT),
        }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; to its script only the part that changes."""
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse) and request.headers.get("X-Fragment"):
            response.template_name = "admin/catalog/_import_progress.html"
        return response

    def stop(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take up nothing more (POST)."""
        run = self._posted(request, object_id)
        if isinstance(run, HttpResponse):
            return run
        if runs.stop_run(run):
            messages.success(request, gettext("The import was stopped; what was imported stays."))
        return HttpResponseRedirect(_page_of(run.pk))

    def retry(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another try at what failed (POST)."""
        run = self._posted(request, object_id)
        if isinstance(run, HttpResponse):
            return run
        count = runs.retry_failed(run)
        text = ngettext("%(n)d product is tried again.", "%(n)d products are tried again.", count)
        messages.success(request, text % {"n": count})
        return HttpResponseRedirect(_page_of(run.pk))

    def results(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Every line and its result, as a table for a spreadsheet program."""
        run = ImportRun.objects.filter(pk=object_id).first()
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        rows = [
            (item.position, item.entered, item.external_product_id, item.get_status_display(), item.note)
            for item in run.items.order_by("position", "pk").iterator()
        ]
        heading = (gettext("line"), gettext("entered"), "product_id", gettext("result"), gettext("note"))
        response = HttpResponse(as_csv(heading, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
        return response

    def _posted(self, request: HttpRequest, object_id: int) -> ImportRun | HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        _check(request, MAY_IMPORT)
        run = ImportRun.objects.filter(pk=object_id).first()
        if run is None:
            raise Http404
        return run

    def _frame(self, request: HttpRequest, title: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts}


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page_of(run_id: int) -> str:
    return reverse("admin:catalog_importrun_change", args=[run_id])


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _card(product: finding.FoundProduct, origins: set[str], account: SupplierAccount) -> dict[str, Any]:
    hit = product.hit
    shown = pictures.origin_of(hit.image_url, pictures.local_origins(account)) in origins
    return {
        "product": product,
        "hit": hit,
        "price": money_text(hit.price),
        "picture": hit.image_url if shown else "",
        "rating": f"{hit.rating_percent / 20:.1f}" if hit.rating_percent is not None else "",
    }
