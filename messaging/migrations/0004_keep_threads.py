import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_let_only_volunteers_follow_by_web'),
        ('core', '0006_vacuum_deadlines_often'),
        ('messaging', '0003_vacuum_what_has_left_often'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField(verbose_name='numéro')),
                ('side', models.CharField(choices=[('CLAIMANT', 'la personne'), ('SERVICE', 'le service'), ('AUTOMATIC', 'réponse automatique')], max_length=10, verbose_name='côté')),
                ('via', models.CharField(choices=[('WEB', 'message'), ('PHONE', 'échange par téléphone'), ('COUNTER', 'échange à l’accueil')], default='WEB', max_length=8, verbose_name='voie')),
                ('body', models.TextField(verbose_name='texte')),
                ('expected', models.CharField(blank=True, default='', max_length=500, verbose_name='élément attendu')),
                ('expected_by', models.DateTimeField(null=True, verbose_name='attendu avant le')),
                ('sent_at', models.DateTimeField(verbose_name='envoyé le')),
                ('form_key', models.UUIDField(null=True, unique=True)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['number'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='message_numbers_begin_at_one', violation_error_message='Les messages sont numérotés à partir de un.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('body', ''), _negated=True), django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('body'), 10000)), name='message_says_something_bounded', violation_error_message='Un message a un texte, de 10 000 caractères au plus.'),
                    models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('content_hash'), function='octet_length', output_field=models.IntegerField()), 32), name='message_hash_is_sha256', violation_error_message='L’empreinte d’un message a 32 octets.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('author__isnull', True), ('form_key__isnull', True), ('side', 'AUTOMATIC')), models.Q(models.Q(('side', 'AUTOMATIC'), _negated=True), ('author__isnull', False), ('form_key__isnull', False)), _connector='OR'), name='message_is_somebodys_or_automatic', violation_error_message='Un message a un auteur, ou il est automatique.'),
                    models.CheckConstraint(condition=models.Q(('via', 'WEB'), ('side', 'SERVICE'), _connector='OR'), name='message_of_a_talk_is_noted_by_the_service', violation_error_message='Seul le service note un échange de vive voix.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('expected', ''), ('expected_by__isnull', True)), models.Q(('expected_by__isnull', False), ('side', 'SERVICE'), models.Q(('expected', ''), _negated=True)), _connector='OR'), name='message_asks_for_something_by_a_date', violation_error_message='Dites ce que vous attendez, et jusqu’à quand.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MessageReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='lu le')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reading', to='messaging.message')),
                ('reader', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lecture',
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.BigIntegerField(editable=False, unique=True)),
                ('topic', models.CharField(choices=[('APPOINTMENT', 'un rendez-vous'), ('BENEFITS', 'mon allocation'), ('JOB_SEARCH', 'ma recherche d’emploi'), ('DOCUMENTS', 'un document'), ('COMPLAINT', 'une réclamation'), ('OTHER', 'autre chose')], max_length=12, verbose_name='sujet')),
                ('subject', models.CharField(max_length=120, verbose_name='objet')),
                ('state', models.CharField(choices=[('WAITING_ADVISOR', 'réponse attendue'), ('WAITING_CLAIMANT', 'élément attendu de la personne'), ('ANSWERED', 'répondu'), ('RESOLVED', 'réglé')], default='ANSWERED', max_length=20, verbose_name='état')),
                ('opened_at', models.DateTimeField(verbose_name='ouvert le')),
                ('last_at', models.DateTimeField(verbose_name='dernier message le')),
                ('last_number', models.SmallIntegerField(default=0, verbose_name='messages')),
                ('claimant_unread', models.SmallIntegerField(default=0, verbose_name='à lire par la personne')),
                ('advisor_unread', models.SmallIntegerField(default=0, verbose_name='à lire par le conseiller')),
                ('waiting_since', models.DateTimeField(null=True, verbose_name='attend depuis le')),
                ('answer_due_at', models.DateTimeField(null=True, verbose_name='réponse avant le')),
                ('reminded_at', models.DateTimeField(null=True, verbose_name='conseiller relancé le')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='responsable prévenu le')),
                ('expected', models.CharField(blank=True, default='', max_length=500, verbose_name='élément attendu')),
                ('expected_by', models.DateTimeField(null=True, verbose_name='attendu avant le')),
                ('days_left', models.SmallIntegerField(null=True, verbose_name='jours restants au conseiller')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='réglé le')),
                ('advisor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='accounts.advisor')),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='accounts.claimant')),
                ('resolved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'échange',
                'indexes': [
                    models.Index(fields=['claimant', '-last_at', '-id'], name='thread_of_claimant'),
                    models.Index(condition=models.Q(('state', 'WAITING_ADVISOR')), fields=['advisor', 'answer_due_at', 'id'], name='thread_to_answer'),
                    models.Index(condition=models.Q(('state', 'WAITING_ADVISOR')), fields=['agency', 'answer_due_at', 'id'], name='thread_late'),
                    models.Index(fields=['advisor', 'state', '-last_at', '-id'], name='thread_of_advisor'),
                    models.Index(condition=models.Q(('claimant_unread__gt', 0)), fields=['claimant'], name='thread_unread_by_person'),
                    models.Index(condition=models.Q(('advisor_unread__gt', 0)), fields=['advisor'], name='thread_unread_by_advisor'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAITING_ADVISOR'), ('answer_due_at__isnull', False), ('waiting_since__isnull', False)), models.Q(models.Q(('state', 'WAITING_ADVISOR'), _negated=True), ('answer_due_at__isnull', True)), _connector='OR'), name='thread_is_due_while_it_waits', violation_error_message='Un message qui attend une réponse a une échéance, et lui seul.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'WAITING_CLAIMANT'), ('expected_by__isnull', False), models.Q(('expected', ''), _negated=True)), models.Q(models.Q(('state', 'WAITING_CLAIMANT'), _negated=True), ('days_left__isnull', True), ('expected', ''), ('expected_by__isnull', True)), _connector='OR'), name='thread_asks_for_something_by_a_date', violation_error_message='Dites ce que vous attendez, et jusqu’à quand.'),
                    models.CheckConstraint(condition=models.Q(('state', 'WAITING_ADVISOR'), models.Q(('escalated_at__isnull', True), ('reminded_at__isnull', True)), _connector='OR'), name='thread_is_late_only_while_it_waits', violation_error_message='Seul un message qui attend peut être en retard.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False), ('state', 'RESOLVED')), models.Q(models.Q(('state', 'RESOLVED'), _negated=True), ('resolved_at__isnull', True), ('resolved_by__isnull', True)), _connector='OR'), name='thread_is_resolved_by_somebody', violation_error_message='Un échange réglé l’est par quelqu’un, à une date.'),
                    models.CheckConstraint(condition=models.Q(('days_left__isnull', True), ('days_left__gte', 0), _connector='OR'), name='thread_has_days_left_or_none', violation_error_message='Un nombre de jours n’est jamais négatif.'),
                    models.CheckConstraint(condition=models.Q(('advisor_unread__gte', 0), ('claimant_unread__gte', 0), ('last_number__gte', 0)), name='thread_counts_from_zero', violation_error_message='On ne compte pas en dessous de zéro.'),
                    models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='thread_has_a_subject', violation_error_message='Écrivez l’objet de votre message.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='messaging.thread'),
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(blank=True, choices=[('APPOINTMENT', 'un rendez-vous'), ('BENEFITS', 'mon allocation'), ('JOB_SEARCH', 'ma recherche d’emploi'), ('DOCUMENTS', 'un document'), ('COMPLAINT', 'une réclamation'), ('OTHER', 'autre chose')], default='', max_length=12, verbose_name='sujet')),
                ('subject', models.CharField(blank=True, default='', max_length=120, verbose_name='objet')),
                ('body', models.TextField(blank=True, default='', verbose_name='message')),
                ('documents', models.JSONField(default=list, verbose_name='documents choisis')),
                ('saved_at', models.DateTimeField(verbose_name='gardé le')),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claimant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.claimant')),
                ('thread', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.thread')),
            ],
            options={
                'verbose_name': 'brouillon',
                'indexes': [
                    models.Index(fields=['saved_at'], name='draft_to_let_go'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('thread__isnull', False)), fields=('author', 'thread'), name='one_draft_per_author_and_thread'),
                    models.UniqueConstraint(condition=models.Q(('thread__isnull', True)), fields=('author', 'claimant'), name='one_draft_per_author_and_new_thread'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField(verbose_name='place')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='core.document')),
                ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='messaging.message')),
            ],
            options={
                'verbose_name': 'pièce jointe',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('message', 'position'), name='attachment_has_its_place'), models.UniqueConstraint(fields=('message', 'document'), name='attachment_is_joined_once'), models.CheckConstraint(condition=models.Q(('position__gte', 0), ('position__lt', 12)), name='attachments_are_few', violation_error_message='Trop de documents sont joints à ce message.')],
            },
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('thread', 'number'), name='message_is_numbered_once'),
        ),
    ]
