-- The database role of web, worker and beat: it writes evidence and can neither change nor remove it.
--
--   psql "$OWNER_DATABASE_URL" -v app=portal_app -f deploy/roles.sql
--
-- Run as the owner of the tables (the role that runs `manage.py migrate`), after every migrate; the role
-- itself must exist: CREATE ROLE portal_app LOGIN PASSWORD '…'. Not being the owner, it cannot switch a
-- trigger off either. Which tables are evidence the database says itself: those whose rows are guarded
-- by refuse_change(). Files whose time is over are erased by the owner (`manage.py erase_files`): this role opens
-- no erasure.
\set ON_ERROR_STOP on
BEGIN;
SELECT set_config('portal.app', :'app', true) AS app \gset
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'app') \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM :"app";
GRANT USAGE ON SCHEMA public TO :"app";
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";
SELECT format('REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM %I', :'app') \gexec
DO $$
DECLARE guarded regclass;
BEGIN
    FOR guarded IN
        SELECT DISTINCT tgrelid::regclass FROM pg_trigger
        WHERE NOT tgisinternal AND tgfoid = 'refuse_change()'::regprocedure
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', guarded, current_setting('portal.app'));
    END LOOP;
END $$;
REVOKE INSERT ON core_erasure, core_erasedline FROM :"app";
COMMIT;
