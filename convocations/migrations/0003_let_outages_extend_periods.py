
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_find_people_by_name'),
        ('convocations', '0002_let_only_evidence_found_an_absence'),
        ('core', '0005_let_an_outage_last'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_at', models.DateTimeField(verbose_name='fin avant')),
                ('ends_at', models.DateTimeField(verbose_name='fin maintenant')),
                ('given_at', models.DateTimeField(verbose_name='prolongé le')),
            ],
            options={
                'verbose_name': 'délai prolongé',
                'verbose_name_plural': 'délais prolongés',
                'ordering': ['given_at', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('ended_at'))), name='extension_gives_time'),
                ],
            },
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(condition=models.Q(('state__in', ['EXPLANATION_REQUESTED', 'EXPLAINED', 'REFERRED'])), fields=['id'], name='absence_to_extend'),
        ),
        migrations.AddIndex(
            model_name='justificatif',
            index=models.Index(condition=models.Q(('state', 'INCOMPLETE')), fields=['id'], name='justificatif_to_complete'),
        ),
        migrations.AddField(
            model_name='extension',
            name='absence',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='convocations.absence'),
        ),
        migrations.AddField(
            model_name='extension',
            name='justificatif',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='convocations.justificatif'),
        ),
        migrations.AddField(
            model_name='extension',
            name='outage',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.outage'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(fields=('absence', 'justificatif', 'ends_at'), name='extension_given_once', nulls_distinct=False),
        ),
    ]
