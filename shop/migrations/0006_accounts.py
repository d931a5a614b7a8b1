import django.db.models.deletion
import django.utils.timezone
import integrations.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_listing_quantity_limit'),
        ('shop', '0005_api_clients'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('content_sealed', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outgoing mails',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SavedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=integrations.models.new_public_id, editable=False, max_length=40, unique=True)),
                ('first_name', models.CharField(max_length=80, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=80, verbose_name='last name')),
                ('line1', models.CharField(max_length=200, verbose_name='address')),
                ('line2', models.CharField(blank=True, max_length=200, verbose_name='address, line 2')),
                ('city', models.CharField(max_length=80, verbose_name='city')),
                ('province', models.CharField(blank=True, max_length=80, verbose_name='state / province')),
                ('postcode', models.CharField(blank=True, max_length=20, verbose_name='postcode')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('phone', models.CharField(blank=True, max_length=24, verbose_name='phone')),
                ('tax_id', models.CharField(blank=True, max_length=40, verbose_name='tax id')),
                ('national_address', models.CharField(blank=True, max_length=40, verbose_name='national address')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved address',
                'verbose_name_plural': 'saved addresses',
                'ordering': ['-is_default', '-created_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('user',), name='saved_address_one_default')],
            },
        ),
        migrations.CreateModel(
            name='StockWatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('asked_at', models.DateTimeField(editable=False, null=True)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('mailed_at', models.DateTimeField(editable=False, null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stock_watches', to=settings.AUTH_USER_MODEL)),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.variant')),
            ],
            options={
                'verbose_name': 'stock watch',
                'verbose_name_plural': 'stock watches',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('confirmed_at__isnull', False), ('mailed_at__isnull', True)), fields=['variant'], name='stock_watch_waiting'), models.Index(fields=['email'], name='stock_watch_by_email')],
                'constraints': [models.UniqueConstraint(fields=('variant', 'email'), name='stock_watch_once_per_address')],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to=settings.AUTH_USER_MODEL)),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.variant')),
            ],
            options={
                'verbose_name': 'wish',
                'verbose_name_plural': 'wishes',
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('user', 'variant'), name='wish_once_per_variant')],
            },
        ),
    ]
