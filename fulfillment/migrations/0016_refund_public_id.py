from django.db import migrations, models

import integrations.models


def give_ids(apps, schema_editor):
    """Each refund that was made before gets an id of its own; a refund is rare, so one by one."""
    Refund = apps.get_model("fulfillment", "Refund")
    for pk in Refund.objects.filter(public_id__isnull=True).values_list("pk", flat=True).iterator():
        Refund.objects.filter(pk=pk).update(public_id=integrations.models.new_public_id())


class Migration(migrations.Migration):

    dependencies = [
        ('fulfillment', '0015_order_language'),
    ]

    operations = [
        # A default would be computed once and be the same for all rows.
        migrations.AddField(
            model_name='refund',
            name='public_id',
            field=models.CharField(editable=False, max_length=40, null=True),
        ),
        migrations.RunPython(give_ids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name='refund',
            name='public_id',
            field=models.CharField(default=integrations.models.new_public_id, editable=False, max_length=40, unique=True),
        ),
    ]
