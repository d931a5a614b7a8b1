from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0010_returns")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="personal_data_erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="personal data erased"),
        ),
    ]
