"""Staff's pages for finding, importing, staging and publishing."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from catalog.importing import items
from catalog.importing.differences import changes_of
from catalog.importing.staging import stage
from catalog.models import CategoryMapping, ExchangeRate, ImportRun, OptionWord, Product, StagedProduct
from tests import fake_supplier
from tests.catalog.importing.goods import imported, kinds, priced, product
from tests.factories import CategoryFactory, ExchangeRateFactory, PriceRuleFactory
from tests.sourcing_supplier import SearchableSupplier, hit
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db

ADD = "/admin/catalog/importrun/add/"
FIND = "/admin/catalog/importrun/find/"


class Fields(HTMLParser):
    """The values of a page's form as a browser sends them, without its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._name = ""
        self._is_select = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, kind = told.get("name") or "", told.get("type")
        if tag == "input" and name and kind not in ("submit", "button", "file"):
            if kind not in ("checkbox", "radio"):
                self.values[name] = told.get("value") or ""
            elif "checked" in told:
                self.values[name] = told.get("value") or "on"
        elif tag in ("textarea", "select"):
            self._name, self._is_select = name, tag == "select"
            self.values[name] = ""
        elif tag == "option" and "selected" in told and self._name:
            self.values[self._name] = told.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._name and not self._is_select:
            # A textarea's first line break is none.
            self.values[self._name] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._name = ""


def page_of(row: ImportRun | StagedProduct) -> str:
    return f"/admin/catalog/{row._meta.model_name}/{row.pk}/change/"


def posted(row: StagedProduct, **changes: Any) -> dict[str, Any]:
    """The form of a staged product as a browser sends it that opened the page when ``row`` was read."""
    data: dict[str, Any] = {
        "title": row.title, "category": row.category_id or "", "brand": row.brand, "summary": row.summary,
        "description_html": row.description_html, "option_names": ", ".join(row.option_names),
    }  # fmt: skip
    for name, rows in (("variants", list(row.variants.all()[:50])), ("pictures", list(row.pictures.all()))):
        data |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": len(rows)}
        for number, one in enumerate(rows):
            key = f"{name}-{number}"
            data |= {f"{key}-id": one.pk, f"{key}-staged": row.pk, f"{key}-is_kept": "on" if one.is_kept else ""}
            data[f"{key}-options"] = ", ".join(f"{option}: {value}" for option, value in one.options.items())
            if name == "variants":
                data[f"{key}-price"] = one.price or ""
            else:
                data |= {f"{key}-alt": one.alt, f"{key}-position": one.position}
    followed = ("title", "category", "brand", "description_html", "option_names")
    rows_followed = ("-is_kept", "-options", "-price")
    opened = {
        f"initial-{name}": value for name, value in data.items() if name in followed or name.endswith(rows_followed)
    }
    return data | opened | changes


def sent_by_browser(page: HttpResponse, **changes: Any) -> dict[str, Any]:
    """Every field that ``page`` shows, the hidden ones included."""
    shown = Fields()
    shown.feed(page.content.decode())
    return shown.values | changes


def staged(account, **options) -> StagedProduct:
    return stage(account, product(**options), country="US").staged


def test_a_pasted_list_becomes_an_import(account):
    reply = superuser().post(ADD, {"account": account.pk, "country": "DE", "named": "101\nhello\n101"})

    run = ImportRun.objects.get()
    assert reply.url == page_of(run)
    assert [(item.entered, item.status) for item in run.items.all()] == [
        ("101", "waiting"), ("hello", "failed"), ("101", "skipped"),
    ]  # fmt: skip
    assert (run.country, run.started_by.username) == ("DE", "root")


def test_a_file_becomes_an_import(account):
    upload = SimpleUploadedFile("goods.csv", b"product_id;title\n101;=1+1\n102;x")

    superuser().post(ADD, {"account": account.pk, "country": "US", "file": upload})

    run = ImportRun.objects.get()
    assert (run.title, run.items.count()) == ("goods.csv", 2)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"named": ""}, "Paste at least one address, or choose a file."),
        ({"named": "x\n" * 5001}, "more than 5000 products"),
        ({"country": "XX", "named": "1"}, "Select a valid choice"),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK\x00\x00")}, "Save the table as CSV"),
    ],
)
def test_a_bad_list_is_refused_in_words_and_stays_in_the_form(account, data, text):
    reply = superuser().post(ADD, {"account": account.pk, "country": "US", **data})

    assert text in reply.content.decode()
    assert not ImportRun.objects.exists()


def test_the_page_of_an_import_shows_each_result(account, supplier):
    supplier.products = {"1": product("1"), "2": product("2", title="<script>alert(1)</script>Mat")}
    run = imported(account, "1", "2", "3x"[:1])
    items.work()

    body = superuser().get(page_of(run)).content.decode()

    assert "2 of 3 done" in body or "3 of 3 done" in body
    assert 'data-result="imported"' in body
    assert "<script>alert" not in body


def test_the_script_gets_only_the_part_that_changes(account):
    run = imported(account, "1")

    reply = superuser().get(page_of(run), headers={"X-Fragment": "1"})

    assert b"<html" not in reply.content
    assert b'data-status="running"' in reply.content


def test_results_leave_as_a_table_in_which_nothing_runs(account):
    from catalog.importing.addresses import Entry
    from catalog.importing.runs import start_run

    run = start_run(account, [Entry("=HYPERLINK(1)", "")], title="x", country="US")

    body = superuser().get(f"/admin/catalog/importrun/{run.pk}/results.csv").content.decode()

    assert '"\'=HYPERLINK(1)"' in body


def test_an_import_is_stopped_and_tried_again_by_a_post(account):
    run = imported(account, "1")
    client = superuser()

    assert client.get(f"/admin/catalog/importrun/{run.pk}/stop/").status_code == 405
    client.post(f"/admin/catalog/importrun/{run.pk}/stop/")
    run.refresh_from_db()
    assert run.status == "stopped"
    client.post(f"/admin/catalog/importrun/{run.pk}/retry/")
    run.refresh_from_db()
    assert run.status == "running"


def test_hits_are_shown_with_pictures_from_their_own_hosts_and_imported_by_a_click(account):
    fake_supplier.install(SearchableSupplier(hits=[hit(1), hit(2), hit(3, image_url="javascript:alert(1)")]))
    client = superuser()
    query = {"account": account.pk, "country": "US", "keywords": "mat", "limit": "20"}

    reply = client.get(FIND, query)

    body = reply.content.decode()
    assert 'src="https://supplier.example/1.jpg"' in body
    assert "javascript:" not in body
    policy = reply.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://supplier.example;" in f"{policy};"
    client.post(
        FIND, {"account": account.pk, "country": "US", "keywords": "mat", "product": ["2"], "shown": ["1", "2"]}
    )
    assert [item.external_product_id for item in ImportRun.objects.get().items.all()] == ["2"]


def test_a_whole_page_of_hits_is_imported_by_one_click(account):
    superuser().post(FIND, {"account": account.pk, "country": "US", "keywords": "mat", "all": "1", "shown": ["1", "2"]})

    assert ImportRun.objects.get().items.count() == 2


def test_choosing_nothing_is_said(account):
    reply = superuser().post(FIND, {"account": account.pk, "country": "US"}, follow=True)

    assert "Choose at least one product." in reply.content.decode()


def test_what_the_supplier_answers_to_a_search_is_said(account):
    fake_supplier.install(SearchableSupplier(hits=[hit(1)], page_errors={1: fake_supplier_error()}))
    query = {"account": account.pk, "country": "US", "keywords": "mat", "limit": "20"}

    reply = superuser().get(FIND, query)

    assert "not in this country" in reply.content.decode()


def test_editing_keeps_a_persons_words_and_remembers_the_category(account):
    row, towels = staged(account), CategoryFactory()

    superuser().post(
        page_of(row),
        posted(row, title="Our towel", category=towels.pk, remember_category="on", **{"variants-0-price": "19.90"}),
    )

    row.refresh_from_db()
    assert (row.title, row.edited) == ("Our towel", ["category", "title"])
    assert row.variants.first().price == Decimal("19.90")
    assert CategoryMapping.objects.get().category == towels


def test_an_import_while_a_page_is_open_is_followed_where_nobody_wrote_anything(account):
    PriceRuleFactory(percent=Decimal(100))
    pictures = {"image_urls": ("https://a.example/1.jpg",)}
    row = staged(account, description_html="<p>Soft.</p>\n<p>Dry.</p>", **pictures)
    client = superuser()
    opened = client.get(page_of(row))
    staged(account, brand="New brand", title="New title", skus=kinds("Sage", "Sea", cost="9.00"), **pictures)

    reply = client.post(page_of(row), sent_by_browser(opened, title="Our towel"))

    assert reply.status_code == 302
    row.refresh_from_db()
    assert (row.title, row.brand, row.edited) == ("Our towel", "New brand", ["title"])
    assert row.description_html == "<p>Soft and dry.</p>"
    assert [(v.price, v.options, v.edited) for v in row.variants.all()] == [
        (Decimal("18.00"), {"Color": "Sage"}, []), (Decimal("18.00"), {"Color": "Sea"}, []),
    ]  # fmt: skip
    again = staged(account, skus=kinds("Sage", "Sea", cost="10.00"))
    assert {variant.price for variant in again.variants.all()} == {Decimal("20.00")}


def test_the_number_of_changes_is_true_after_an_import_while_a_page_was_open(account):
    row = priced(staged(account))
    StagedProduct.objects.update(category=CategoryFactory())
    client = superuser()
    client.post("/admin/catalog/stagedproduct/", {"action": "publish_chosen", "_selected_action": [row.pk]})
    opened = client.get(page_of(row))
    staged(account, brand="New brand")

    client.post(page_of(row), sent_by_browser(opened, summary="Ours"))

    row.refresh_from_db()
    assert [change.key for change in changes_of(row)] == ["brand", "summary"]
    assert row.changes_count == 2


def test_a_script_that_staff_paste_into_a_description_is_taken_out(account):
    row = staged(account)

    superuser().post(page_of(row), posted(row, description_html="<p>Soft</p><script>alert(1)</script>"))

    row.refresh_from_db()
    assert row.description_html == "<p>Soft</p>"


def test_save_and_publish_puts_it_into_the_shop(account, client):
    row = priced(staged(account))
    shelf = CategoryFactory()

    reply = superuser().post(page_of(row), posted(row, category=shelf.pk, _publish="1"), follow=True)

    assert [str(message) for message in reply.context["messages"]] == ["“Linen towel” is in the shop."]
    made = Product.objects.get()
    assert client.get(made.get_absolute_url()).status_code == 200


def test_what_is_missing_for_publishing_is_said_and_what_was_typed_is_kept(account):
    row = staged(account)

    reply = superuser().post(page_of(row), posted(row, title="Our towel", _publish="1"), follow=True)

    assert "Saved, but not published. Choose its category first." in reply.content.decode()
    row.refresh_from_db()
    assert row.title == "Our towel"


def test_a_product_of_500_variants_is_edited_page_by_page(account):
    row = priced(staged(account, skus=kinds(*(f"No {n}" for n in range(500)))))
    client = superuser()

    assert client.get(page_of(row)).status_code == 200
    reply = client.post(page_of(row), posted(row, **{"variants-3-price": "7.70"}))

    assert reply.status_code == 302
    assert row.variants.get(position=4).price == Decimal("7.70")


def test_changes_are_shown_and_answered(account):
    row = priced(staged(account))
    StagedProduct.objects.update(category=CategoryFactory())
    client = superuser()
    client.post("/admin/catalog/stagedproduct/", {"action": "publish_chosen", "_selected_action": [row.pk]})
    row = staged(account, title="New title")
    address = f"/admin/catalog/stagedproduct/{row.pk}/changes/"

    body = client.get(address).content.decode()
    assert "Linen towel" in body
    assert "New title" in body
    client.post(address, {"accept": ["title"], "seen": ["title"], "seen_at": row.imported_at.isoformat()})

    assert Product.objects.get().title == "New title"


def test_the_list_shows_cost_price_and_margin(account, django_assert_max_num_queries):
    priced(staged(account), "16.02")
    client = superuser()

    with django_assert_max_num_queries(40):
        body = client.get("/admin/catalog/stagedproduct/").content.decode()

    assert "8.01 USD" in body
    assert "16.02 USD" in body
    assert "50.0 %" in body


def test_the_list_reads_rates_once_whatever_it_shows(account):
    for number in range(3):
        row = stage(account, product(str(number), skus=kinds("Sage", cost=f"{number + 1}.00")), country="US").staged
        row.variants.update(cost_currency="CNY")
        priced(row, "16.02")
    ExchangeRateFactory(currency="CNY", rate=Decimal(8))
    ExchangeRateFactory(currency="USD", rate=Decimal(1))

    with CaptureQueriesContext(connection) as captured:
        body = superuser().get("/admin/catalog/stagedproduct/").content.decode()

    assert body.count("CNY") >= 3
    assert sum(ExchangeRate._meta.db_table in query["sql"] for query in captured) == 1


def test_publishing_is_a_permission_of_its_own(account):
    row = priced(staged(account))
    StagedProduct.objects.update(category=CategoryFactory())
    row.refresh_from_db()
    client = signed_in("catalog.view_stagedproduct", "catalog.change_stagedproduct", "catalog.view_stagedvariant")

    assert b"_publish" not in client.get(page_of(row)).content
    client.post(page_of(row), posted(row, _publish="1"))
    assert client.get(f"/admin/catalog/stagedproduct/{row.pk}/changes/").status_code == 403
    assert not Product.objects.exists()


def test_importing_is_a_permission_of_its_own(account):
    run = imported(account, "1")
    client = signed_in("catalog.view_importrun")

    assert client.get(page_of(run)).status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.get(FIND).status_code == 403
    assert client.post(f"/admin/catalog/importrun/{run.pk}/stop/").status_code == 403


def test_a_word_of_the_dictionary_is_stored_as_it_is_compared(db):
    data = {"kind": "value", "supplier_word": " RED  Wine", "shop_word": "Burgundy"}
    client = superuser()

    client.post("/admin/catalog/optionword/add/", data)
    again = client.post("/admin/catalog/optionword/add/", {**data, "supplier_word": "red wine"})

    assert OptionWord.objects.get().key == "red wine"
    assert "in the dictionary already" in again.content.decode()


def fake_supplier_error() -> Exception:
    from integrations.errors import Rejected

    return Rejected("not in this country")
