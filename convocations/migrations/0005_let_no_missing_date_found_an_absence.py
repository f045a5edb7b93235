
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_find_people_by_name'),
        ('convocations', '0004_let_no_outage_cost_a_person_time'),
        ('core', '0005_let_an_outage_last'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='absence',
            name='referral_waits_for_the_explanation_period',
        ),
        migrations.RemoveConstraint(
            model_name='convocation',
            name='absent_only_if_validly_notified',
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFERRED'), _negated=True), models.Q(('decided_at__gte', models.F('explanation_due_at')), ('decided_at__isnull', False), models.Q(('report', ''), _negated=True)), _connector='OR'), name='referral_waits_for_the_explanation_period', violation_error_message='La transmission attend la fin de la période d’explication.'),
        ),
        migrations.AddConstraint(
            model_name='convocation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ABSENT'), _negated=True), models.Q(('bindingness', 'CONVOCATION'), ('deposited_at__isnull', False), ('deposited_at__lte', models.F('notice_deadline')), ('known_at__isnull', False), ('known_at__lt', models.F('starts_at'))), _connector='OR'), name='absent_only_if_validly_notified', violation_error_message='Une absence ne peut être enregistrée que si la convocation a été valablement notifiée.'),
        ),
        migrations.AlterConstraint(
            model_name='absence',
            name='annulment_has_a_reason',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ANNULLED'), _negated=True), models.Q(('annulled_at__isnull', False), models.Q(('annulment_reason', ''), _negated=True)), _connector='OR'), name='annulment_has_a_reason', violation_error_message='Une correction est datée et expliquée.'),
        ),
        migrations.AlterConstraint(
            model_name='convocation',
            name='convocation_is_not_answered_like_an_invitation',
            constraint=models.CheckConstraint(condition=models.Q(('bindingness', 'INVITATION'), models.Q(('state__in', ['ACCEPTED', 'DECLINED', 'EXPIRED']), _negated=True), _connector='OR'), name='convocation_is_not_answered_like_an_invitation', violation_error_message='On n’accepte ni ne décline une convocation\xa0: la présence est due.'),
        ),
        migrations.AlterConstraint(
            model_name='convocation',
            name='nothing_follows_from_declining_an_invitation',
            constraint=models.CheckConstraint(condition=models.Q(('bindingness', 'CONVOCATION'), models.Q(('state__in', ['ABSENT', 'EXCUSED', 'NOT_PROVEN']), _negated=True), _connector='OR'), name='nothing_follows_from_declining_an_invitation', violation_error_message='Ne pas venir à une invitation est sans conséquence.'),
        ),
        migrations.AlterConstraint(
            model_name='convocation',
            name='attendance_is_recorded_by_somebody',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ATTENDED', 'ABSENT', 'EXCUSED', 'TECH_INCIDENT', 'NOT_PROVEN', 'CANCELLED_BY_AGENCY']), _negated=True), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='attendance_is_recorded_by_somebody', violation_error_message='Une présence est enregistrée par quelqu’un, à une date.'),
        ),
        migrations.AlterConstraint(
            model_name='extension',
            name='extension_given_once',
            constraint=models.UniqueConstraint(fields=('absence', 'justificatif', 'ends_at'), name='extension_given_once', nulls_distinct=False, violation_error_message='Ce délai est déjà prolongé jusqu’à ce jour.'),
        ),
        migrations.AlterConstraint(
            model_name='extension',
            name='extension_gives_time',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('ended_at'))), name='extension_gives_time', violation_error_message='Un délai prolongé finit plus tard qu’avant.'),
        ),
        migrations.AlterConstraint(
            model_name='justificatif',
            name='incomplete_has_a_date',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'INCOMPLETE'), _negated=True), ('complete_by__isnull', False), _connector='OR'), name='incomplete_has_a_date', violation_error_message='Dites jusqu’à quand le justificatif peut être complété.'),
        ),
        migrations.AlterConstraint(
            model_name='justificatif',
            name='review_is_made_by_a_person',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'IN_REVIEW'), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='review_is_made_by_a_person', violation_error_message='Un examen est fait par quelqu’un, à une date.'),
        ),
    ]
