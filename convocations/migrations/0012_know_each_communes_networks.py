"""Communes, and the networks the regulator publishes for each: about places, never about a person."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('convocations', '0011_keep_a_persons_calendar_true'),
    ]

    operations = [
        migrations.CreateModel(
            name='Commune',
            fields=[
                ('insee', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('name', models.CharField(max_length=80, verbose_name='nom')),
            ],
            options={
                'verbose_name': 'commune',
            },
        ),
        migrations.CreateModel(
            name='CoverageEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('COMMUNES', 'codes postaux (La Poste)'), ('MOBILE', 'réseaux mobiles (Arcep)'), ('FIXED', 'réseaux fixes (Arcep)')], max_length=8, verbose_name='source')),
                ('quarter', models.CharField(blank=True, default='', max_length=6, verbose_name='trimestre')),
                ('is_sample', models.BooleanField(default=False, verbose_name='échantillon fictif')),
                ('file_name', models.CharField(max_length=120, verbose_name='fichier')),
                ('lines', models.IntegerField(verbose_name='lignes')),
                ('left_out', models.IntegerField(default=0, verbose_name='lignes écartées')),
                ('imported_at', models.DateTimeField(verbose_name='importé le')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source',), name='one_edition_per_source', violation_error_message='Cette source a déjà une édition.')],
            },
        ),
        migrations.CreateModel(
            name='FixedCoverage',
            fields=[
                ('insee', models.CharField(max_length=5, primary_key=True, serialize=False, verbose_name='code INSEE')),
                ('premises', models.IntegerField(verbose_name='locaux')),
                ('wired_3', models.IntegerField()),
                ('wired_8', models.IntegerField()),
                ('wired_30', models.IntegerField()),
                ('wired_100', models.IntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('premises__gte', models.F('wired_3')), ('wired_100__gte', 0), ('wired_30__gte', models.F('wired_100')), ('wired_3__gte', models.F('wired_8')), ('wired_8__gte', models.F('wired_30'))), name='fixed_premises_are_among_all', violation_error_message='Un débit plus élevé ne peut pas atteindre plus de locaux.')],
            },
        ),
        migrations.CreateModel(
            name='MobileCoverage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('insee', models.CharField(max_length=5, verbose_name='code INSEE')),
                ('operator', models.IntegerField(verbose_name='opérateur')),
                ('technology', models.CharField(max_length=4, verbose_name='technologie')),
                ('people_none', models.DecimalField(decimal_places=2, max_digits=5)),
                ('people_limited', models.DecimalField(decimal_places=2, max_digits=5)),
                ('people_good', models.DecimalField(decimal_places=2, max_digits=5)),
                ('people_very_good', models.DecimalField(decimal_places=2, max_digits=5)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('insee', 'operator', 'technology'), name='mobile_coverage_once', violation_error_message='Cette couverture est déjà connue.'), models.CheckConstraint(condition=models.Q(('people_good__gte', 0), ('people_limited__gte', 0), ('people_none__gte', 0), ('people_very_good__gte', 0), ('people_none__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(99), '-', models.F('people_limited')), '-', models.F('people_good')), '-', models.F('people_very_good'))), ('people_none__lte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.Value(101), '-', models.F('people_limited')), '-', models.F('people_good')), '-', models.F('people_very_good')))), name='mobile_shares_make_a_whole', violation_error_message='Les parts d’habitants doivent faire cent.')],
            },
        ),
        migrations.CreateModel(
            name='CommuneName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('postcode', models.CharField(max_length=5, verbose_name='code postal')),
                ('key', models.CharField(max_length=80, verbose_name='nom simplifié')),
                ('commune', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='names', to='convocations.commune')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('postcode', 'key', 'commune'), name='commune_is_named_once', violation_error_message='Cette commune est déjà connue sous ce nom.')],
            },
        ),
    ]
