"""A person's private feed, and a SEQUENCE that rises whenever their calendar must change its entry (RFC 5545)."""

import django.db.models.deletion
from django.db import migrations, models

SEQUENCE = """
-- Whichever process calls an appointment off, takes that back or accepts an invitation: the calendar follows.
CREATE FUNCTION calendar_sequence_never_falls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence < OLD.sequence THEN
        RAISE EXCEPTION 'the calendar of % has seen sequence %', OLD.id, OLD.sequence
            USING ERRCODE = 'check_violation', CONSTRAINT = 'calendar_sequence_never_falls';
    END IF;
    IF NEW.sequence = OLD.sequence
       AND ((NEW.state IN ('CANCELLED', 'CANCELLED_BY_AGENCY', 'DECLINED'), NEW.state = 'ACCEPTED')
            <> (OLD.state IN ('CANCELLED', 'CANCELLED_BY_AGENCY', 'DECLINED'), OLD.state = 'ACCEPTED'))
    THEN
        NEW.sequence := OLD.sequence + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER calendar_sequence_never_falls BEFORE UPDATE OF state, sequence ON convocations_convocation
    FOR EACH ROW EXECUTE FUNCTION calendar_sequence_never_falls();
"""
REVERSE = """
DROP TRIGGER calendar_sequence_never_falls ON convocations_convocation;
DROP FUNCTION calendar_sequence_never_falls();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_let_a_file_say_what_a_person_needs'),
        ('convocations', '0010_freeze_what_waits_for_an_answer'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('claimant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='calendar_feed', serialize=False, to='accounts.claimant')),
                ('nonce', models.BinaryField(max_length=16)),
                ('key_hash', models.BinaryField(max_length=32, null=True)),
                ('generation', models.IntegerField(default=1)),
                ('opened_at', models.DateTimeField(verbose_name='ouvert le')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='arrêté le')),
            ],
            options={
                'verbose_name': 'agenda privé',
                'verbose_name_plural': 'agendas privés',
                'constraints': [models.UniqueConstraint(fields=('key_hash',), name='calendar_key_opens_one_feed', violation_error_message='Cette adresse d’agenda est déjà prise.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('key_hash__isnull', True)), models.Q(('closed_at__isnull', True), ('key_hash__isnull', False)), _connector='OR'), name='closed_calendar_has_no_key', violation_error_message='Un agenda arrêté n’a plus d’adresse.')],
            },
        ),
        migrations.RunSQL(SEQUENCE, REVERSE),
    ]
