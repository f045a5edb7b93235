from django.db import migrations

# A look at what is due walks past every row that is done and not yet vacuumed. PostgreSQL would vacuum once a fifth
# of the table is dead (millions of rows), and leave the index alone while few pages of the table hold dead rows.
OFTEN = """
    ALTER TABLE core_deadline SET (
        autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 20000, vacuum_index_cleanup = on
    )
"""
AS_OTHERS = """
    ALTER TABLE core_deadline RESET (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, vacuum_index_cleanup
    )
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_let_an_outage_last'),
    ]

    operations = [
        migrations.RunSQL(OFTEN, AS_OTHERS),
    ]
