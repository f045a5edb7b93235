import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(verbose_name='nature')),
                ('subject_id', models.BigIntegerField(verbose_name='objet')),
                ('occurrence', models.BigIntegerField(default=0, verbose_name='occurrence')),
                ('step', models.SmallIntegerField(default=0, verbose_name='étape')),
                ('channel', models.SmallIntegerField(choices=[(1, 'e-mail')], default=1, verbose_name='canal')),
                ('state', models.SmallIntegerField(choices=[(0, 'à envoyer'), (1, 'remis au serveur'), (2, 'sans objet'), (3, 'adresse refusée'), (4, 'abandonné après plusieurs essais')], default=0, verbose_name='état')),
                ('created_at', models.DateTimeField(verbose_name='écrit le')),
                ('run_at', models.DateTimeField(verbose_name='prochain essai')),
                ('leased_until', models.DateTimeField(blank=True, null=True, verbose_name='en cours jusqu’à')),
                ('attempts', models.SmallIntegerField(default=0, verbose_name='essais')),
                ('last_error', models.TextField(blank=True, default='', verbose_name='dernière erreur')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='réglé le')),
                ('payload', models.JSONField(blank=True, null=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message à envoyer',
                'verbose_name_plural': 'messages à envoyer',
                'indexes': [models.Index(condition=models.Q(('state', 0)), fields=['run_at', 'id'], name='outbox_due'), models.Index(condition=models.Q(('state__in', [3, 4])), fields=['settled_at'], name='outbox_failed')],
                'constraints': [models.UniqueConstraint(fields=('person', 'kind', 'subject_id', 'occurrence', 'step', 'channel'), name='outbox_says_it_once'), models.CheckConstraint(condition=models.Q(('state', 0), ('settled_at__isnull', False), _connector='OR'), name='outbox_settled_is_dated'), models.CheckConstraint(condition=models.Q(('state', 0), ('payload__isnull', True), _connector='OR'), name='outbox_keeps_no_secret')],
            },
        ),
    ]
