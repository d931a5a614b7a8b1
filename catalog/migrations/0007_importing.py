
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_pricing'),
        ('integrations', '0004_replays'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='what')),
                ('country', models.CharField(max_length=2, verbose_name='sold to')),
                ('status', models.CharField(choices=[('running', 'Running'), ('finished', 'Finished'), ('stopped', 'Stopped')], default='running', max_length=8, verbose_name='status')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('lease_until', models.DateTimeField(null=True)),
                ('next_work_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_runs', to='integrations.supplieraccount', verbose_name='supplier account')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.category', verbose_name='category')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='OptionWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('name', 'Name of an option'), ('value', 'Value')], max_length=5, verbose_name='kind')),
                ('supplier_word', models.CharField(max_length=200, verbose_name="supplier's word")),
                ('key', models.CharField(editable=False, max_length=200)),
                ('shop_word', models.CharField(blank=True, help_text='Empty, for a name: this option is not shown to customers.', max_length=80, verbose_name='our word')),
            ],
            options={
                'verbose_name': 'option word',
                'verbose_name_plural': 'option words',
                'ordering': ['kind', 'supplier_word', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='option_word_once'), models.CheckConstraint(condition=models.Q(('kind', 'name'), models.Q(('shop_word', ''), _negated=True), _connector='OR'), name='option_value_has_a_word')],
            },
        ),
        migrations.CreateModel(
            name='StagedProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_product_id', models.CharField(max_length=64, verbose_name="supplier's product id")),
                ('country', models.CharField(max_length=2, verbose_name='sold to')),
                ('source_title', models.CharField(max_length=500, verbose_name="supplier's title")),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name="supplier's page")),
                ('store_name', models.CharField(blank=True, max_length=200, verbose_name='store')),
                ('external_category_id', models.CharField(blank=True, max_length=64, verbose_name="supplier's category")),
                ('rating_percent', models.DecimalField(decimal_places=1, max_digits=4, null=True, verbose_name='rating')),
                ('quantity_sold', models.PositiveBigIntegerField(null=True, verbose_name='sold')),
                ('ship_days', models.PositiveSmallIntegerField(null=True, verbose_name='delivery days')),
                ('is_orderable', models.BooleanField(default=True, verbose_name='can be ordered')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('brand', models.CharField(blank=True, max_length=80, verbose_name='brand')),
                ('summary', models.CharField(blank=True, max_length=300, verbose_name='summary')),
                ('description_html', models.TextField(blank=True, verbose_name='description')),
                ('option_names', models.JSONField(blank=True, default=list, verbose_name='options')),
                ('edited', models.JSONField(default=list, editable=False)),
                ('is_dismissed', models.BooleanField(default=False, verbose_name='put aside')),
                ('changes_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='changes')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='first imported')),
                ('imported_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='imported')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staged_products', to='integrations.supplieraccount', verbose_name='supplier account')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.category', verbose_name='category')),
                ('product', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='staged', to='catalog.product', verbose_name='product of the shop')),
            ],
            options={
                'verbose_name': 'staged product',
                'verbose_name_plural': 'staged products',
                'ordering': ['-imported_at', '-pk'],
                'permissions': [('publish_stagedproduct', 'Can publish staged products')],
            },
        ),
        migrations.CreateModel(
            name='StagedPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=1000)),
                ('url_hash', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('stored', 'Stored'), ('refused', 'Refused')], default='waiting', max_length=8, verbose_name='status')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('large', models.CharField(blank=True, max_length=200)),
                ('small', models.CharField(blank=True, max_length=200)),
                ('width', models.PositiveIntegerField(default=0)),
                ('height', models.PositiveIntegerField(default=0)),
                ('options', models.JSONField(blank=True, default=dict, verbose_name='shows')),
                ('alt', models.CharField(blank=True, max_length=200, verbose_name='alternative text')),
                ('is_kept', models.BooleanField(default=True, verbose_name='show')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('image', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='staged', to='catalog.productimage')),
                ('staged', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='catalog.stagedproduct')),
            ],
            options={
                'verbose_name': 'staged picture',
                'verbose_name_plural': 'staged pictures',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ImportItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='line')),
                ('entered', models.CharField(max_length=300, verbose_name='entered')),
                ('external_product_id', models.CharField(max_length=64, null=True, verbose_name="supplier's product id")),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('fetched', 'Pictures'), ('imported', 'Imported'), ('updated', 'Updated'), ('skipped', 'Skipped'), ('failed', 'Failed')], default='waiting', max_length=8, verbose_name='result')),
                ('result', models.CharField(blank=True, choices=[('waiting', 'Waiting'), ('fetched', 'Pictures'), ('imported', 'Imported'), ('updated', 'Updated'), ('skipped', 'Skipped'), ('failed', 'Failed')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='catalog.importrun', verbose_name='import')),
                ('staged', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_items', to='catalog.stagedproduct')),
            ],
            options={
                'verbose_name': 'imported product',
                'verbose_name_plural': 'imported products',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='StagedVariant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_sku_id', models.CharField(blank=True, max_length=64, verbose_name="supplier's SKU id")),
                ('external_sku_attr', models.CharField(blank=True, max_length=300, verbose_name="supplier's SKU text")),
                ('fingerprint', models.JSONField(default=dict, editable=False)),
                ('cost', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='cost')),
                ('cost_currency', models.CharField(max_length=3)),
                ('stock', models.PositiveIntegerField(null=True, verbose_name='stock')),
                ('quantity_limit', models.PositiveIntegerField(null=True, verbose_name='limit per order')),
                ('options', models.JSONField(blank=True, default=dict, verbose_name='options')),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='price')),
                ('price_note', models.CharField(blank=True, editable=False, max_length=200, verbose_name='why there is no price')),
                ('picture_url', models.CharField(blank=True, editable=False, max_length=1000)),
                ('is_kept', models.BooleanField(default=True, verbose_name='sell')),
                ('is_gone', models.BooleanField(default=False, verbose_name='gone')),
                ('edited', models.JSONField(default=list, editable=False)),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('staged', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='catalog.stagedproduct')),
                ('variant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='staged', to='catalog.variant')),
            ],
            options={
                'verbose_name': 'staged variant',
                'verbose_name_plural': 'staged variants',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CategoryMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=32, verbose_name='supplier')),
                ('external_category_id', models.CharField(max_length=64, verbose_name="supplier's category")),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='its name there')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.category', verbose_name='our category')),
            ],
            options={
                'verbose_name': 'category mapping',
                'verbose_name_plural': 'category mappings',
                'ordering': ['provider', 'name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('provider', 'external_category_id'), name='category_mapping_once')],
            },
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(condition=models.Q(('status', 'running')), fields=['next_work_at'], name='import_run_to_work'),
        ),
        migrations.AddConstraint(
            model_name='stagedproduct',
            constraint=models.UniqueConstraint(fields=('account', 'external_product_id'), name='staged_product_once'),
        ),
        migrations.AddConstraint(
            model_name='stagedpicture',
            constraint=models.UniqueConstraint(fields=('staged', 'url_hash'), name='staged_picture_once'),
        ),
        migrations.AddIndex(
            model_name='importitem',
            index=models.Index(condition=models.Q(('status__in', ['waiting', 'fetched'])), fields=['run', 'next_attempt_at', 'id'], name='import_item_open'),
        ),
        migrations.AddIndex(
            model_name='importitem',
            index=models.Index(fields=['run', 'position', 'id'], name='import_item_shown'),
        ),
        migrations.AddConstraint(
            model_name='importitem',
            constraint=models.UniqueConstraint(fields=('run', 'external_product_id'), name='import_item_once_in_a_run'),
        ),
        migrations.AddConstraint(
            model_name='importitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['waiting', 'fetched']), _negated=True), ('external_product_id__isnull', False), _connector='OR'), name='import_item_open_has_an_id'),
        ),
        migrations.AddConstraint(
            model_name='stagedvariant',
            constraint=models.UniqueConstraint(fields=('staged', 'external_sku_id'), name='staged_variant_once'),
        ),
        migrations.AddConstraint(
            model_name='stagedvariant',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gte', 0)), name='staged_variant_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stagedvariant',
            constraint=models.CheckConstraint(condition=models.Q(('price__isnull', True), ('price__gte', 0), _connector='OR'), name='staged_variant_price_not_negative'),
        ),
    ]
