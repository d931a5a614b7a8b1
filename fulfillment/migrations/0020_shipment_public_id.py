from django.db import migrations, models

import integrations.models


def give_ids(apps, schema_editor):
    """Each parcel that was there before gets an id of its own."""
    Shipment = apps.get_model("fulfillment", "Shipment")
    rows = Shipment.objects.filter(public_id__isnull=True).order_by("pk")
    # In steps: a shop has as many parcels as orders.
    while batch := list(rows.only("pk")[:1000]):
        for shipment in batch:
            shipment.public_id = integrations.models.new_public_id()
        Shipment.objects.bulk_update(batch, ["public_id"])


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0019_fill_payment_is_test'),
    ]

    operations = [
        # A default would be computed once and be the same for all rows.
        migrations.AddField(
            model_name='shipment',
            name='public_id',
            field=models.CharField(editable=False, max_length=40, null=True),
        ),
        migrations.RunPython(give_ids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name='shipment',
            name='public_id',
            field=models.CharField(default=integrations.models.new_public_id, editable=False, max_length=40, unique=True),
        ),
    ]
