#!/bin/sh
# Put one backup into an empty database and an empty folder, and prove that the journal is the same.
#
#   DATABASE_URL=… DOCUMENT_ROOT=… deploy/restore.sh FOLDER/20261123T091500Z
#
# Web, worker and beat stay stopped meanwhile. Afterwards run deploy/roles.sql: rights are not in a dump.
set -eu
umask 077
backup=$(cd "${1:?"usage: restore.sh BACKUP"}" && pwd)
: "${DATABASE_URL:?}"
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}

(cd "$backup" && sha256sum --check --quiet --strict SHA256SUMS)
tables=$(psql "$DATABASE_URL" --no-psqlrc --tuples-only --no-align \
    -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ]; then
    echo "This database is not empty: nothing was touched." >&2
    exit 1
fi
if [ -e "$backup/documents.tar" ]; then
    : "${DOCUMENT_ROOT:?}"
    if [ -d "$DOCUMENT_ROOT" ] && [ -n "$(ls -A "$DOCUMENT_ROOT")" ]; then
        echo "$DOCUMENT_ROOT is not empty: nothing was touched." >&2
        exit 1
    fi
fi

pg_restore --exit-on-error --single-transaction --no-owner --no-acl --dbname="$DATABASE_URL" "$backup/database.dump"
if [ -e "$backup/documents.tar" ]; then
    mkdir -p "$DOCUMENT_ROOT"
    tar -C "$DOCUMENT_ROOT" -xf "$backup/documents.tar"
fi
"$python" manage.py migrate --no-input --verbosity 0
head=$(cat "$backup/journal-head.txt")
if [ "$head" = "-" ]; then head=""; fi
"$python" manage.py verify_journal ${head:+--head "$head"}
