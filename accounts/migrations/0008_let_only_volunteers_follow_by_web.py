"""Who is followed by web alone is followed by an advisor who volunteered for it (product §10)."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION web_is_followed_by_a_volunteer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Held until the commit: nobody stops volunteering in the same instant.
    PERFORM 1 FROM accounts_advisor WHERE user_id = NEW.advisor_id AND volunteers_for_web FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'claimant % is followed by web, advisor % has not volunteered', NEW.user_id, NEW.advisor_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'web_is_followed_by_a_volunteer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER web_is_followed_by_a_volunteer BEFORE INSERT OR UPDATE OF follow_up_mode, advisor_id
    ON accounts_claimant FOR EACH ROW WHEN (NEW.follow_up_mode = 'WEB')
    EXECUTE FUNCTION web_is_followed_by_a_volunteer();

CREATE FUNCTION volunteer_leaves_nobody_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM accounts_claimant WHERE advisor_id = NEW.user_id AND follow_up_mode = 'WEB') THEN
        RAISE EXCEPTION 'advisor % still follows people by web', NEW.user_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'volunteer_leaves_nobody_behind';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER volunteer_leaves_nobody_behind BEFORE UPDATE OF volunteers_for_web
    ON accounts_advisor FOR EACH ROW WHEN (OLD.volunteers_for_web AND NOT NEW.volunteers_for_web)
    EXECUTE FUNCTION volunteer_leaves_nobody_behind();
"""
REVERSE = """
DROP TRIGGER volunteer_leaves_nobody_behind ON accounts_advisor;
DROP FUNCTION volunteer_leaves_nobody_behind();
DROP TRIGGER web_is_followed_by_a_volunteer ON accounts_claimant;
DROP FUNCTION web_is_followed_by_a_volunteer();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_remember_who_followed_whom")]

    operations = [migrations.RunSQL(GUARDS, REVERSE)]
