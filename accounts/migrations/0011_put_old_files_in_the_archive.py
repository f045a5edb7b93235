"""What nobody used for years is out of the advisors' sight: a date on the file, and indexes that pass over it."""

from django.db import migrations, models

# Somebody whose file is in the archive keeps no advisor from no longer volunteering.
FOLLOWED = """
CREATE OR REPLACE FUNCTION volunteer_leaves_nobody_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM accounts_claimant
        WHERE advisor_id = NEW.user_id AND follow_up_mode = 'WEB' AND archived_at IS NULL)
    THEN
        RAISE EXCEPTION 'advisor % still follows people by web', NEW.user_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'volunteer_leaves_nobody_behind';
    END IF;
    RETURN NEW;
END $$;
-- Who comes back is followed by web if the advisor still volunteers.
DROP TRIGGER web_is_followed_by_a_volunteer ON accounts_claimant;
CREATE TRIGGER web_is_followed_by_a_volunteer BEFORE INSERT OR UPDATE OF follow_up_mode, advisor_id, archived_at
    ON accounts_claimant FOR EACH ROW WHEN (NEW.follow_up_mode = 'WEB' AND NEW.archived_at IS NULL)
    EXECUTE FUNCTION web_is_followed_by_a_volunteer();
"""
AS_BEFORE = """
DROP TRIGGER web_is_followed_by_a_volunteer ON accounts_claimant;
CREATE TRIGGER web_is_followed_by_a_volunteer BEFORE INSERT OR UPDATE OF follow_up_mode, advisor_id
    ON accounts_claimant FOR EACH ROW WHEN (NEW.follow_up_mode = 'WEB')
    EXECUTE FUNCTION web_is_followed_by_a_volunteer();
CREATE OR REPLACE FUNCTION volunteer_leaves_nobody_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM accounts_claimant WHERE advisor_id = NEW.user_id AND follow_up_mode = 'WEB') THEN
        RAISE EXCEPTION 'advisor % still follows people by web', NEW.user_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'volunteer_leaves_nobody_behind';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_choose_how_each_notice_comes")]

    operations = [
        migrations.AddField(
            model_name="claimant",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="en archive depuis le"),
        ),
        migrations.RemoveIndex(model_name="claimant", name="claimant_portfolio"),
        migrations.RemoveIndex(model_name="claimant", name="claimant_of_agency"),
        migrations.AddIndex(
            model_name="claimant",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True)),
                fields=["advisor", "last_contact_at", "user"],
                name="claimant_portfolio",
            ),
        ),
        migrations.AddIndex(
            model_name="claimant",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", True)),
                fields=["agency", "user"],
                name="claimant_of_agency",
            ),
        ),
        migrations.AddIndex(
            model_name="claimant",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False)),
                fields=["archived_at", "user"],
                name="claimant_in_archive",
            ),
        ),
        migrations.RunSQL(FOLLOWED, AS_BEFORE),
    ]
