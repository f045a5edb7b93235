from django.db import migrations

# A look at what is owed walks past every mail that has left and is not yet vacuumed: 44 ms after a million of them.
# PostgreSQL would vacuum once a fifth of the table is dead (millions of rows), and leave the index alone while few
# pages of the table hold dead rows.
OFTEN = """
    ALTER TABLE messaging_outboxmessage SET (
        autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 20000, vacuum_index_cleanup = on
    )
"""
AS_OTHERS = """
    ALTER TABLE messaging_outboxmessage RESET (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, vacuum_index_cleanup
    )
"""


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0002_write_down_the_servers_yes'),
    ]

    operations = [
        migrations.RunSQL(OFTEN, AS_OTHERS),
    ]
