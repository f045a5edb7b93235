#!/bin/sh
# Hand one mail from standard input to the portal: take-in-mail.sh SENDER RECIPIENT, as a mail server's pipe.
# Whatever goes wrong here is «later» (75) to the mail server: nobody is told that their mail failed.
set -a
. "${ESPACE_EMPLOI_ENV:-/etc/espace-emploi.env}" || exit 75
set +a
cd "${ESPACE_EMPLOI_HOME:-/srv/espace-emploi}" || exit 75
"${ESPACE_EMPLOI_PYTHON:-.venv/bin/python}" manage.py take_in_mail --from "$1" --to "$2" >/dev/null || exit 75
