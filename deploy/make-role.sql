-- The application's role, made once, with the password of the environment (APP_PASSWORD): compose.yaml's «roles» runs it
-- before roles.sql each time, so that a new password takes effect with the next start.
\set ON_ERROR_STOP on
\set password `printf %s "$APP_PASSWORD"`
SELECT 'CREATE ROLE portal_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') \gexec
SELECT format('ALTER ROLE portal_app PASSWORD %L', :'password') WHERE :'password' <> '' \gexec
