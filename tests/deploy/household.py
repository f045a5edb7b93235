"""The people of a deployed portal's test, made inside it; the last line says who they are."""

import json
import sys

import django


def main() -> None:
    django.setup()
    from tests import people

    camille = people.make_claimant()
    sys.stdout.write(json.dumps({"camille": camille.user.email, "password": people.PASSWORD}) + "\n")


if __name__ == "__main__":
    main()
