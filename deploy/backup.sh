#!/bin/sh
# One backup: database, documents, and the journal's head. deploy/README.md says how to keep it.
#
#   DATABASE_URL=… DOCUMENT_ROOT=… deploy/backup.sh FOLDER
#
# Redis is not in it: it holds signals, never truth. With documents in an object store leave
# DOCUMENT_ROOT empty: the store's own versions are their backup.
set -eu
umask 077
target=${1:?"usage: backup.sh FOLDER"}
: "${DATABASE_URL:?}"
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
made=$target/$(date -u +%Y%m%dT%H%M%SZ)
making=$made.unfinished
mkdir -p "$target"
mkdir "$making"

# A broken journal stops here: a backup of it would overwrite the evidence of how it was.
"$python" manage.py verify_journal --no-color >"$making/journal.txt"
sed -n 's/^.*(head): //p' "$making/journal.txt" >"$making/journal-head.txt"

# The database first: a document is written before the row that names it.
pg_dump --format=custom --no-owner --no-acl --file="$making/database.dump" "$DATABASE_URL"
if [ -n "${DOCUMENT_ROOT:-}" ] && [ -d "$DOCUMENT_ROOT" ]; then
    # 1: a file was purged while it was read; it would be purged again after a restore.
    tar -C "$DOCUMENT_ROOT" -cf "$making/documents.tar" . || [ $? -eq 1 ]
fi
(cd "$making" && sha256sum -- * >SHA256SUMS)
sync
mv "$making" "$made"
echo "$made"
