"""People are looked up by their address at every login, and Django's own table has no index for it."""

from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0006_accounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX shop_auth_user_by_email ON auth_user (email)", "DROP INDEX shop_auth_user_by_email"
        ),
    ]
