"""Advisors' weeks, exceptions and leave, kiosks, closures of some hours; a deputy is of the same agency."""

import accounts.models.availability
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

DEPUTY = """
CREATE FUNCTION deputy_is_of_the_same_agency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT agency_id FROM accounts_advisor WHERE user_id = NEW.deputy_id)
       IS DISTINCT FROM (SELECT agency_id FROM accounts_advisor WHERE user_id = NEW.advisor_id)
    THEN
        RAISE EXCEPTION 'the deputy of advisor % is of another agency', NEW.advisor_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deputy_is_of_the_same_agency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deputy_is_of_the_same_agency BEFORE INSERT OR UPDATE ON accounts_leave
    FOR EACH ROW WHEN (NEW.deputy_id IS NOT NULL) EXECUTE FUNCTION deputy_is_of_the_same_agency();
"""
REVERSE = """
DROP TRIGGER deputy_is_of_the_same_agency ON accounts_leave;
DROP FUNCTION deputy_is_of_the_same_agency();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_let_a_file_say_what_a_person_needs'),
        # The operators of exclusion constraints.
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Availability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.SmallIntegerField(choices=[(0, 'lundi'), (1, 'mardi'), (2, 'mercredi'), (3, 'jeudi'), (4, 'vendredi'), (5, 'samedi'), (6, 'dimanche')], verbose_name='jour')),
                ('starts', models.TimeField(verbose_name='de')),
                ('ends', models.TimeField(verbose_name='à')),
                ('modalities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('IN_PERSON', 'en agence'), ('PHONE', 'par téléphone'), ('VIDEO', 'en vidéo'), ('KIOSK_VIDEO', 'en vidéo depuis l’agence')], max_length=16), default=list, size=None, verbose_name='moyens')),
            ],
            options={
                'verbose_name': 'disponibilité',
                'verbose_name_plural': 'disponibilités',
                'ordering': ['advisor', 'weekday', 'starts'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends__gt', models.F('starts'))), name='availability_ends_after_start', violation_error_message='L’heure de fin doit venir après l’heure de début, le même jour. Pour passer minuit, notez deux disponibilités\xa0: une par jour.'),
                    models.CheckConstraint(condition=models.Q(('modalities__contained_by', ['IN_PERSON', 'PHONE', 'VIDEO', 'KIOSK_VIDEO']), models.Q(('modalities', []), _negated=True)), name='availability_says_how', violation_error_message='Choisissez au moins un moyen dans la liste.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AvailabilityException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='jour')),
                ('starts', models.TimeField(blank=True, null=True, verbose_name='de')),
                ('ends', models.TimeField(blank=True, null=True, verbose_name='à')),
                ('is_free', models.BooleanField(default=False, verbose_name='disponible')),
                ('modalities', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('IN_PERSON', 'en agence'), ('PHONE', 'par téléphone'), ('VIDEO', 'en vidéo'), ('KIOSK_VIDEO', 'en vidéo depuis l’agence')], max_length=16), blank=True, default=list, size=None, verbose_name='moyens')),
                ('note', models.CharField(blank=True, default='', max_length=120, verbose_name='note')),
            ],
            options={
                'verbose_name': 'exception aux disponibilités',
                'verbose_name_plural': 'exceptions aux disponibilités',
                'ordering': ['day', 'starts'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('ends__isnull', True), ('is_free', False), ('starts__isnull', True)), models.Q(('ends__gt', models.F('starts')), ('ends__isnull', False), ('starts__isnull', False)), _connector='OR'), name='exception_ends_after_start', violation_error_message='L’heure de fin doit venir après l’heure de début, le même jour. Pour passer minuit, notez deux disponibilités\xa0: une par jour.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('is_free', False), ('modalities', [])), models.Q(('is_free', True), ('modalities__contained_by', ['IN_PERSON', 'PHONE', 'VIDEO', 'KIOSK_VIDEO']), models.Q(('modalities', []), _negated=True)), _connector='OR'), name='exception_says_how_when_free', violation_error_message='Choisissez au moins un moyen si vous êtes disponible, aucun si vous ne l’êtes pas.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Kiosk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='nom')),
                ('has_video', models.BooleanField(default=True, verbose_name='équipé pour la vidéo')),
                ('is_active', models.BooleanField(default=True, verbose_name='en service')),
            ],
            options={
                'verbose_name': 'espace numérique',
                'verbose_name_plural': 'espaces numériques',
                'ordering': ['agency', 'name'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='kiosk_has_a_name', violation_error_message='Donnez un nom à l’espace numérique.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='premier jour')),
                ('last_day', models.DateField(verbose_name='dernier jour')),
            ],
            options={
                'verbose_name': 'congé',
                'ordering': ['first_day'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='leave_ends_after_start', violation_error_message='Le dernier jour ne peut pas précéder le premier.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='closure',
            name='ends',
            field=models.TimeField(blank=True, null=True, verbose_name='jusqu’à'),
        ),
        migrations.AddField(
            model_name='closure',
            name='starts',
            field=models.TimeField(blank=True, null=True, verbose_name='à partir de'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends__isnull', True), ('starts__isnull', True)), models.Q(('ends__gt', models.F('starts')), ('ends__isnull', False), ('starts__isnull', False)), _connector='OR'), name='closed_hours_end_after_start', violation_error_message='Donnez les deux heures, la fin après le début\xa0; ou aucune pour la journée entière.'),
        ),
        migrations.AddField(
            model_name='availability',
            name='advisor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='accounts.advisor', verbose_name='conseiller'),
        ),
        migrations.AddField(
            model_name='availabilityexception',
            name='advisor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availability_exceptions', to='accounts.advisor', verbose_name='conseiller'),
        ),
        migrations.AddField(
            model_name='kiosk',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kiosks', to='accounts.agency', verbose_name='agence'),
        ),
        migrations.AddField(
            model_name='leave',
            name='advisor',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='leaves', to='accounts.advisor', verbose_name='conseiller'),
        ),
        migrations.AddField(
            model_name='leave',
            name='deputy',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputisings', to='accounts.advisor', verbose_name='suppléant'),
        ),
        migrations.AddConstraint(
            model_name='availability',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('advisor', '='), ('weekday', '='), (accounts.models.availability._Stretch(accounts.models.availability._Seconds('starts'), accounts.models.availability._Seconds('ends')), '&&')], name='availability_never_twice', violation_error_message='Une disponibilité couvre déjà une partie de ces heures, ce jour-là.'),
        ),
        migrations.AddConstraint(
            model_name='availabilityexception',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('advisor', '='), ('day', '='), (accounts.models.availability._Stretch(django.db.models.functions.comparison.Coalesce(accounts.models.availability._Seconds('starts'), models.Value(0)), django.db.models.functions.comparison.Coalesce(accounts.models.availability._Seconds('ends'), models.Value(86400))), '&&')], name='exception_never_twice', violation_error_message='Une exception couvre déjà une partie de ces heures, ce jour-là.'),
        ),
        migrations.AddConstraint(
            model_name='kiosk',
            constraint=models.UniqueConstraint(models.F('agency'), django.db.models.functions.text.Lower('name'), name='kiosk_named_once', violation_error_message='Un espace numérique de cette agence porte déjà ce nom.'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('advisor')), _negated=True), _connector='OR'), name='deputy_is_somebody_else', violation_error_message='Choisissez un suppléant autre que vous-même.'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('advisor', '='), (accounts.models.availability._Days('first_day', 'last_day', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='leave_never_twice', violation_error_message='Un congé couvre déjà une partie de ces jours.'),
        ),
        migrations.RunSQL(DEPUTY, REVERSE),
    ]
