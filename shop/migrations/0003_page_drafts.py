"""The pages that a shop owes its customers, as empty drafts which nobody but staff sees."""

from django.db import migrations

DRAFTS = [
    ("shipping-and-returns", "Shipping and returns"),
    ("privacy", "Privacy"),
    ("terms", "Terms"),
    ("contact", "Contact"),
    ("who-sells", "Who sells here"),
]


def add(apps, schema_editor):
    pages = apps.get_model("shop", "Page").objects.using(schema_editor.connection.alias)
    for position, (slug, title) in enumerate(DRAFTS, 1):
        pages.get_or_create(slug=slug, defaults={"title": title, "position": position})


def remove(apps, schema_editor):
    pages = apps.get_model("shop", "Page").objects.using(schema_editor.connection.alias)
    pages.filter(slug__in=[slug for slug, _ in DRAFTS], body_html="", is_published=False).delete()


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_pages")]
    operations = [migrations.RunPython(add, remove, elidable=False)]
