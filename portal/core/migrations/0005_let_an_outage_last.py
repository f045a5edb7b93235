
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_index_what_the_safe_lets_go'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='outage',
            name='outage_ends_after_start',
        ),
        migrations.AddField(
            model_name='outage',
            name='revision',
            field=models.SmallIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='outage',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='fin'),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='outage_ends_after_start', violation_error_message='La fin doit venir après le début.'),
        ),
    ]
