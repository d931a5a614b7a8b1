"""What was imported for a country is asked for that country from now on."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    Listing = apps.get_model("catalog", "Listing")
    StagedProduct = apps.get_model("catalog", "StagedProduct")
    same = StagedProduct.objects.filter(
        account=OuterRef("account"), external_product_id=OuterRef("external_product_id")
    )
    Listing.objects.filter(country="").update(
        country=Coalesce(Subquery(same.order_by("pk").values("country")[:1]), Value(""))
    )


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0013_listing_country"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
