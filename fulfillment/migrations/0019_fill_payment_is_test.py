from django.db import migrations
from django.db.models import Q


def mark_test_money(apps, schema_editor):
    """Payments of the sandbox page, and of sessions that Stripe's own ids call tests."""
    payments = apps.get_model("fulfillment", "Payment").objects
    payments.filter(Q(method="sandbox") | Q(method="stripe", session_id__startswith="cs_test_")).update(is_test=True)


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0018_payment_is_test'),
    ]

    operations = [
        migrations.RunPython(mark_test_money, migrations.RunPython.noop, elidable=True),
    ]
