"""Kiosks booked with an appointment, hours kept while a form is open, appointments to move."""

import convocations.models.convocation
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DISPLACED = """
CREATE FUNCTION displaced_founds_no_absence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM convocations_displacement WHERE convocation_id = NEW.id) THEN
        RAISE EXCEPTION 'appointment % could not take place as announced', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'displaced_founds_no_absence';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER displaced_founds_no_absence BEFORE UPDATE ON convocations_convocation
    FOR EACH ROW WHEN (NEW.state = 'ABSENT' AND OLD.state <> 'ABSENT')
    EXECUTE FUNCTION displaced_founds_no_absence();
"""
REVERSE = """
DROP TRIGGER displaced_founds_no_absence ON convocations_convocation;
DROP FUNCTION displaced_founds_no_absence();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_give_advisors_their_hours'),
        ('convocations', '0007_labels_with_no_break_blanks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Displacement',
            fields=[
                ('convocation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='displacement', serialize=False, to='convocations.convocation')),
                ('cause', models.CharField(choices=[('CLOSURE', 'agence fermée'), ('HOURS', 'hors des nouveaux horaires de l’agence'), ('LEAVE', 'conseiller absent'), ('KIOSK', 'espace numérique hors service')], max_length=12, verbose_name='raison')),
                ('found_at', models.DateTimeField(verbose_name='constaté le')),
            ],
            options={
                'verbose_name': 'rendez-vous à déplacer',
                'verbose_name_plural': 'rendez-vous à déplacer',
            },
        ),
        migrations.CreateModel(
            name='SlotHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='début')),
                ('ends_at', models.DateTimeField(verbose_name='fin')),
                ('held_at', models.DateTimeField(verbose_name='gardé le')),
                ('expires_at', models.DateTimeField(verbose_name='gardé jusqu’au')),
            ],
            options={
                'verbose_name': 'créneau gardé',
                'verbose_name_plural': 'créneaux gardés',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='hold_ends_after_start', violation_error_message='La fin du créneau doit venir après son début.'),
                    models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('held_at'))), name='hold_expires', violation_error_message='Un créneau est gardé pour un temps.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='convocation',
            name='kiosk',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.kiosk', verbose_name='espace numérique'),
        ),
        migrations.AddConstraint(
            model_name='convocation',
            constraint=models.CheckConstraint(condition=models.Q(('kiosk__isnull', True), ('modality', 'KIOSK_VIDEO'), _connector='OR'), name='kiosk_is_for_video_at_the_agency', violation_error_message='Un espace numérique se réserve pour une vidéo depuis l’agence.'),
        ),
        migrations.AddConstraint(
            model_name='convocation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['ACCEPTED', 'ACKNOWLEDGED', 'DELIVERED', 'ISSUED', 'READ', 'RESCHEDULE_PENDING']), models.Q(('modality', 'ASYNC_MESSAGE'), _negated=True), ('kiosk__isnull', False)), expressions=[('kiosk', '='), (convocations.models.convocation._TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='kiosk_has_one_appointment_at_a_time', violation_error_message='Cet espace numérique est déjà pris à cette heure.'),
        ),
        migrations.AddField(
            model_name='displacement',
            name='closure',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='displacements', to='accounts.closure'),
        ),
        migrations.AddField(
            model_name='displacement',
            name='leave',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='displacements', to='accounts.leave'),
        ),
        migrations.AddField(
            model_name='slothold',
            name='advisor',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.advisor'),
        ),
        migrations.AddField(
            model_name='slothold',
            name='claimant',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='slot_hold', to='accounts.claimant'),
        ),
        migrations.AddField(
            model_name='slothold',
            name='kiosk',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.kiosk'),
        ),
        migrations.AddConstraint(
            model_name='displacement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'CLOSURE'), ('closure__isnull', False), ('leave__isnull', True)), models.Q(('cause', 'LEAVE'), ('closure__isnull', True), ('leave__isnull', False)), models.Q(('cause__in', ['HOURS', 'KIOSK']), ('closure__isnull', True), ('leave__isnull', True)), _connector='OR'), name='displacement_has_its_cause', violation_error_message='Dites ce qui empêche le rendez-vous.'),
        ),
        migrations.AddConstraint(
            model_name='slothold',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('advisor', '='), (convocations.models.convocation._TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='advisor_hour_held_once', violation_error_message='Ce créneau est gardé pour une autre personne.'),
        ),
        migrations.AddConstraint(
            model_name='slothold',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kiosk__isnull', False)), expressions=[('kiosk', '='), (convocations.models.convocation._TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='kiosk_hour_held_once', violation_error_message='Cet espace numérique est gardé pour une autre personne.'),
        ),
        migrations.RunSQL(DISPLACED, REVERSE),
    ]
