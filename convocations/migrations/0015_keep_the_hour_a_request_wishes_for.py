"""An hour is kept for a request that waits, beside the one of an open form."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_remember_who_followed_whom'),
        ('convocations', '0014_name_the_rule_of_what_cannot_be_held'),
    ]

    operations = [
        migrations.AddField(
            model_name='slothold',
            name='request',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='kept', to='convocations.changerequest'),
        ),
        migrations.AlterField(
            model_name='slothold',
            name='claimant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slot_holds', to='accounts.claimant'),
        ),
        migrations.AddConstraint(
            model_name='slothold',
            constraint=models.UniqueConstraint(condition=models.Q(('request__isnull', True)), fields=('claimant',), name='one_hour_held_while_a_form_is_open', violation_error_message='Un seul créneau est gardé pendant qu’un formulaire est ouvert.'),
        ),
    ]
