import convocations.models.convocation
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('core', '0002_make_the_journal_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('reason', models.CharField(choices=[('UNREAD', 'convocation non lue'), ('BOUNCED', 'e-mail refusé'), ('NOT_PROVEN', 'nouveau rendez-vous à convenir'), ('TECH_INCIDENT', 'nouveau rendez-vous après un incident technique'), ('NO_EMAIL', 'sans e-mail : lettre ou appel')], max_length=16, verbose_name='raison')),
                ('state', models.CharField(choices=[('OPEN', 'à appeler'), ('REACHED', 'jointe'), ('DROPPED', 'sans objet'), ('UNREACHED', 'non jointe')], default='OPEN', max_length=12, verbose_name='état')),
                ('opened_at', models.DateTimeField(verbose_name='depuis le')),
                ('due_at', models.DateTimeField(verbose_name='avant le')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='close le')),
                ('advisor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.advisor')),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.claimant')),
            ],
            options={
                'verbose_name': 'appel à passer',
                'verbose_name_plural': 'appels à passer',
                'indexes': [
                    models.Index(condition=models.Q(('state', 'OPEN')), fields=['advisor', 'due_at', 'id'], name='call_to_make'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CallTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('reached', models.BooleanField(verbose_name='jointe')),
                ('note', models.CharField(blank=True, default='', max_length=240, verbose_name='note')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='convocations.calltask')),
            ],
        ),
        migrations.CreateModel(
            name='Convocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('bindingness', models.CharField(choices=[('CONVOCATION', 'convocation'), ('INVITATION', 'invitation')], max_length=12, verbose_name='force')),
                ('kind', models.CharField(choices=[('INTERVIEW', 'entretien'), ('WORKSHOP', 'atelier'), ('SERVICE', 'prestation chez un partenaire'), ('CONTROL', 'entretien de contrôle'), ('REFRAMING', 'entretien de recadrage')], max_length=12, verbose_name='nature')),
                ('modality', models.CharField(choices=[('IN_PERSON', 'en agence'), ('PHONE', 'par téléphone'), ('VIDEO', 'en vidéo'), ('KIOSK_VIDEO', 'en vidéo depuis l’agence'), ('ASYNC_MESSAGE', 'par échange écrit')], max_length=16, verbose_name='modalité')),
                ('starts_at', models.DateTimeField(verbose_name='début')),
                ('ends_at', models.DateTimeField(verbose_name='fin')),
                ('place', models.CharField(blank=True, default='', max_length=240, verbose_name='lieu ou accès')),
                ('purpose', models.CharField(max_length=240, verbose_name='objet')),
                ('to_bring', models.CharField(blank=True, default='', max_length=480, verbose_name='à apporter')),
                ('state', models.CharField(choices=[('ISSUED', 'envoyée'), ('DELIVERED', 'remise'), ('READ', 'consultée'), ('ACKNOWLEDGED', 'accusé de réception fait'), ('AWAITING_STATUS', 'présence à enregistrer'), ('ATTENDED', 'présent'), ('ABSENT', 'absence en examen'), ('EXCUSED', 'absence excusée'), ('TECH_INCIDENT', 'incident technique'), ('NOT_PROVEN', 'notification non prouvée'), ('CANCELLED_BY_AGENCY', 'annulé par l’agence'), ('RESCHEDULE_PENDING', 'report demandé'), ('SUPERSEDED', 'déplacé'), ('CANCELLED', 'annulé'), ('ACCEPTED', 'invitation acceptée'), ('DECLINED', 'invitation déclinée'), ('EXPIRED', 'invitation passée')], default='ISSUED', max_length=20, verbose_name='état')),
                ('sequence', models.SmallIntegerField(default=0)),
                ('issued_at', models.DateTimeField(verbose_name='envoyée le')),
                ('notice_deadline', models.DateTimeField(verbose_name='dépôt au plus tard')),
                ('short_notice_agreed', models.CharField(blank=True, default='', max_length=240, verbose_name='accord pour un délai court')),
                ('content_hash', models.BinaryField(max_length=32)),
                ('deposited_at', models.DateTimeField(null=True, verbose_name='déposée le')),
                ('known_at', models.DateTimeField(null=True, verbose_name='connue le')),
                ('read_at', models.DateTimeField(null=True, verbose_name='consultée le')),
                ('recorded_at', models.DateTimeField(null=True, verbose_name='présence enregistrée le')),
                ('record_due_at', models.DateTimeField(null=True, verbose_name='à enregistrer avant le')),
                ('record_escalated_at', models.DateTimeField(null=True, verbose_name='responsable prévenu le')),
                ('note', models.CharField(blank=True, default='', max_length=480, verbose_name='note')),
                ('advisor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='convocations', to='accounts.advisor')),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='convocations', to='accounts.claimant')),
                ('recorded_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('successor', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessor', to='convocations.convocation')),
            ],
            options={
                'verbose_name': 'rendez-vous',
                'verbose_name_plural': 'rendez-vous',
                'indexes': [
                    models.Index(fields=['claimant', '-starts_at', '-id'], name='convocation_of_claimant'),
                    models.Index(fields=['advisor', 'starts_at', 'id'], name='convocation_agenda'),
                    models.Index(condition=models.Q(('state', 'AWAITING_STATUS')), fields=['advisor', 'record_due_at', 'id'], name='convocation_to_record'),
                    models.Index(condition=models.Q(('state', 'AWAITING_STATUS')), fields=['agency', 'record_due_at', 'id'], name='convocation_late_record'),
                    models.Index(condition=models.Q(('bindingness', 'CONVOCATION'), ('state__in', ['ISSUED', 'DELIVERED'])), fields=['advisor', 'starts_at'], name='convocation_unread'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='convocation_ends_after_start', violation_error_message='La fin du rendez-vous doit venir après son début.'),
                    django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['ACCEPTED', 'ACKNOWLEDGED', 'DELIVERED', 'ISSUED', 'READ', 'RESCHEDULE_PENDING']), models.Q(('modality', 'ASYNC_MESSAGE'), _negated=True), models.Q(('kind', 'WORKSHOP'), _negated=True), models.Q(('kind', 'SERVICE'), _negated=True)), expressions=[('advisor', '='), (convocations.models.convocation._TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='advisor_has_one_appointment_at_a_time', violation_error_message='Le conseiller a déjà un rendez-vous à cette heure.'),
                    django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ['ACCEPTED', 'ACKNOWLEDGED', 'DELIVERED', 'ISSUED', 'READ', 'RESCHEDULE_PENDING']), models.Q(('modality', 'ASYNC_MESSAGE'), _negated=True)), expressions=[('claimant', '='), (convocations.models.convocation._TimeRange('starts_at', 'ends_at', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='claimant_has_one_appointment_at_a_time', violation_error_message='La personne a déjà un rendez-vous à cette heure.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ABSENT'), _negated=True), models.Q(('bindingness', 'CONVOCATION'), ('deposited_at__lte', models.F('notice_deadline')), ('known_at__lt', models.F('starts_at'))), _connector='OR'), name='absent_only_if_validly_notified', violation_error_message='Une absence ne peut être enregistrée que si la convocation a été valablement notifiée.'),
                    models.CheckConstraint(condition=models.Q(('bindingness', 'INVITATION'), models.Q(('state__in', ['ACCEPTED', 'DECLINED', 'EXPIRED']), _negated=True), _connector='OR'), name='convocation_is_not_answered_like_an_invitation'),
                    models.CheckConstraint(condition=models.Q(('bindingness', 'CONVOCATION'), models.Q(('state__in', ['ABSENT', 'EXCUSED', 'NOT_PROVEN']), _negated=True), _connector='OR'), name='nothing_follows_from_declining_an_invitation'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ATTENDED', 'ABSENT', 'EXCUSED', 'TECH_INCIDENT', 'NOT_PROVEN', 'CANCELLED_BY_AGENCY']), _negated=True), models.Q(('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='attendance_is_recorded_by_somebody'),
                ],
            },
        ),
        migrations.AddField(
            model_name='calltask',
            name='convocation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='convocations.convocation'),
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('state', models.CharField(choices=[('RECORDED', 'enregistrée'), ('EXPLANATION_REQUESTED', 'explications attendues'), ('EXPLAINED', 'explications reçues'), ('EXCUSED', 'excusée'), ('CLOSED_NO_ACTION', 'close sans suite'), ('INVITED_TO_REGULARISE', 'nouveau rendez-vous proposé'), ('REFERRED', 'transmise pour examen'), ('ANNULLED', 'corrigée : absence annulée')], default='RECORDED', max_length=24, verbose_name='état')),
                ('recorded_at', models.DateTimeField(verbose_name='enregistrée le')),
                ('explanation_due_at', models.DateTimeField(verbose_name='explications jusqu’au')),
                ('explained_at', models.DateTimeField(null=True, verbose_name='expliquée le')),
                ('period_ended_at', models.DateTimeField(null=True, verbose_name='période close le')),
                ('decide_by', models.DateTimeField(verbose_name='à décider avant le')),
                ('closes_at', models.DateTimeField(verbose_name='close sans décision le')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='responsable prévenu le')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='décidée le')),
                ('reasons', models.TextField(blank=True, default='', verbose_name='raisons')),
                ('report', models.TextField(blank=True, default='', verbose_name='rapport factuel')),
                ('annulled_at', models.DateTimeField(null=True, verbose_name='annulée le')),
                ('annulment_reason', models.TextField(blank=True, default='', verbose_name='raison de la correction')),
                ('advisor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='accounts.advisor')),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ('annulled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='accounts.claimant')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('convocation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='convocations.convocation')),
                ('new_appointment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='regularises', to='convocations.convocation')),
            ],
            options={
                'verbose_name': 'absence',
                'indexes': [
                    models.Index(fields=['claimant', '-id'], name='absence_of_claimant'),
                    models.Index(condition=models.Q(('state__in', ['EXPLANATION_REQUESTED', 'EXPLAINED'])), fields=['advisor', 'decide_by', 'id'], name='absence_to_decide'),
                    models.Index(condition=models.Q(('state__in', ['EXPLANATION_REQUESTED', 'EXPLAINED'])), fields=['agency', 'decide_by', 'id'], name='absence_late'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'ANNULLED'), _negated=True), fields=('convocation',), name='one_live_absence_per_convocation', violation_error_message='Une absence est déjà enregistrée pour ce rendez-vous.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['EXCUSED', 'CLOSED_NO_ACTION', 'INVITED_TO_REGULARISE', 'REFERRED']), _negated=True), models.Q(('decided_at__isnull', False), models.Q(('reasons', ''), _negated=True)), _connector='OR'), name='absence_decision_has_reasons', violation_error_message='Une décision est datée et expliquée.'),
                    models.CheckConstraint(condition=models.Q(('decided_by__isnull', False), models.Q(('state__in', ['EXCUSED', 'INVITED_TO_REGULARISE', 'REFERRED']), _negated=True), _connector='OR'), name='absence_is_decided_by_a_person', violation_error_message='Une personne décide, jamais la machine.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'REFERRED'), _negated=True), models.Q(('decided_at__gte', models.F('explanation_due_at')), models.Q(('report', ''), _negated=True)), _connector='OR'), name='referral_waits_for_the_explanation_period', violation_error_message='La transmission attend la fin de la période d’explication.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ANNULLED'), _negated=True), models.Q(('annulled_at__isnull', False), models.Q(('annulment_reason', ''), _negated=True)), _connector='OR'), name='annulment_has_a_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ConvocationBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form_key', models.UUIDField(unique=True)),
                ('issued_at', models.DateTimeField()),
                ('results', models.JSONField(default=list)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DeliveryEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fact', models.CharField(choices=[('DEPOSITED', 'déposée dans l’espace personnel'), ('EMAIL_ACCEPTED', 'e-mail remis au serveur de la personne'), ('EMAIL_BOUNCED', 'e-mail refusé'), ('LETTER_POSTED', 'lettre postée'), ('LETTER_DELIVERED', 'lettre remise'), ('CONSULTED', 'première consultation'), ('ACKNOWLEDGED', 'accusé de réception'), ('PHONE_CONFIRMED', 'confirmée par téléphone')], max_length=20, verbose_name='fait')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('written_at', models.DateTimeField(verbose_name='écrit le')),
                ('message_id', models.BigIntegerField(default=0)),
                ('detail', models.CharField(blank=True, default='', max_length=240, verbose_name='précision')),
                ('shown_hash', models.BinaryField(max_length=32, null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('convocation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='convocations.convocation')),
            ],
            options={
                'verbose_name': 'preuve de notification',
                'verbose_name_plural': 'preuves de notification',
                'constraints': [
                    models.UniqueConstraint(fields=('convocation', 'fact', 'message_id', 'at'), name='evidence_once'),
                    models.UniqueConstraint(condition=models.Q(('fact__in', ['DEPOSITED', 'CONSULTED', 'ACKNOWLEDGED'])), fields=('convocation', 'fact'), name='evidence_first_of_its_kind'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form_key', models.UUIDField(unique=True)),
                ('motive', models.CharField(choices=[('JOB_INTERVIEW', 'Entretien d’embauche'), ('WORK', 'Travail'), ('TRAINING', 'Formation'), ('HEALTH_SELF', 'Votre santé'), ('HEALTH_RELATIVE', 'La santé d’un proche'), ('CHILDCARE', 'Garde d’enfant'), ('BEREAVEMENT', 'Décès d’un proche'), ('OFFICIAL_SUMMONS', 'Convocation d’une administration ou d’un tribunal'), ('EXAM', 'Examen ou concours'), ('TRANSPORT', 'Problème de transport'), ('FORCE_MAJEURE', 'Événement imprévisible (incendie, inondation, agression…)'), ('EQUIPMENT', 'Pas de matériel'), ('CONNECTIVITY', 'Pas de réseau ou mauvaise connexion'), ('DISABILITY', 'Handicap'), ('NOTICE_NOT_RECEIVED', 'Vous n’avez pas reçu ou pas vu la convocation'), ('AGENCY_ERROR', 'Erreur de l’agence'), ('OTHER', 'Autre raison')], max_length=24, verbose_name='motif')),
                ('text', models.TextField(blank=True, default='', verbose_name='explication')),
                ('sworn', models.BooleanField(default=False, verbose_name='déclaration sur l’honneur')),
                ('given_at', models.DateTimeField(verbose_name='reçue le')),
                ('after_period', models.BooleanField(default=False, verbose_name='après la période')),
                ('content_hash', models.BinaryField(max_length=32)),
                ('absence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='convocations.absence')),
                ('given_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'explication',
                'ordering': ['given_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Justificatif',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('state', models.CharField(choices=[('IN_REVIEW', 'en cours d’examen'), ('ACCEPTED', 'accepté'), ('INCOMPLETE', 'à compléter'), ('REFUSED', 'non retenu')], default='IN_REVIEW', max_length=12, verbose_name='état')),
                ('sent_at', models.DateTimeField(verbose_name='envoyé le')),
                ('review_by', models.DateTimeField(verbose_name='à examiner avant le')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='examiné le')),
                ('remark', models.TextField(blank=True, default='', verbose_name='remarque')),
                ('complete_by', models.DateField(null=True, verbose_name='à compléter avant le')),
                ('absence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='justificatifs', to='convocations.absence')),
                ('advisor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.advisor')),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.claimant')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='justificatifs', to='core.document')),
                ('explanation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='justificatifs', to='convocations.explanation')),
                ('reviewed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'justificatif',
                'indexes': [
                    models.Index(condition=models.Q(('state', 'IN_REVIEW')), fields=['advisor', 'review_by', 'id'], name='justificatif_to_review'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('document', 'absence'), name='document_put_forward_once', violation_error_message='Ce document est déjà joint à cette absence.'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['IN_REVIEW', 'ACCEPTED']), models.Q(('remark', ''), _negated=True), _connector='OR'), name='review_says_why', violation_error_message='Dites à la personne ce qui manque ou pourquoi.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'INCOMPLETE'), _negated=True), ('complete_by__isnull', False), _connector='OR'), name='incomplete_has_a_date'),
                    models.CheckConstraint(condition=models.Q(('state', 'IN_REVIEW'), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='review_is_made_by_a_person'),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name='calltask',
            constraint=models.UniqueConstraint(fields=('convocation', 'reason'), name='call_asked_once'),
        ),
    ]
