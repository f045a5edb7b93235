from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='outboxmessage',
            name='accepted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='pris par le serveur le'),
        ),
    ]
