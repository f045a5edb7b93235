"""Let an advisor reserve hours for one kind of appointment; hours written before are open to every kind."""

import accounts.models.availability
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_let_only_volunteers_follow_by_web'),
    ]

    operations = [
        migrations.AddField(
            model_name='availability',
            name='kinds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('INTERVIEW', 'entretien'), ('REFRAMING', 'entretien de recadrage')], max_length=12), default=accounts.models.availability.every_kind, size=None, verbose_name='natures'),
        ),
        migrations.AddField(
            model_name='availabilityexception',
            name='kinds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('INTERVIEW', 'entretien'), ('REFRAMING', 'entretien de recadrage')], max_length=12), blank=True, default=list, size=None, verbose_name='natures'),
        ),
        # A few rows an advisor.
        migrations.RunSQL(
            "UPDATE accounts_availabilityexception SET kinds = '{INTERVIEW,REFRAMING}' WHERE is_free",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=models.CheckConstraint(condition=models.Q(('kinds__contained_by', ['INTERVIEW', 'REFRAMING']), models.Q(('kinds', []), _negated=True)), name='availability_says_what_for', violation_error_message='Choisissez au moins une nature de rendez-vous dans la liste.'),
        ),
        migrations.AddConstraint(
            model_name='availabilityexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_free', False), ('kinds', [])), models.Q(('is_free', True), ('kinds__contained_by', ['INTERVIEW', 'REFRAMING']), models.Q(('kinds', []), _negated=True)), _connector='OR'), name='exception_says_what_for_when_free', violation_error_message='Choisissez au moins une nature de rendez-vous si vous êtes disponible, aucune si vous ne l’êtes pas.'),
        ),
    ]
