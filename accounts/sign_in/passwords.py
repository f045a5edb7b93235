"""Refuse passwords that guessing programs try first, without asking anybody outside.

Programs take the passwords of old breaches and dress them up: capitals, digits in place of letters, a year
or an exclamation mark at the end. So the dress is taken off before looking into the lists: Django's twenty
thousand most used passwords of breaches, and the French ones beside this module.
"""

import re
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_FRENCH = Path(__file__).with_name("french_passwords.txt")
_DRESS = str.maketrans("@4310$5!|78", "aaeiossiltb")
_ROWS = (
    "azertyuiop",
    "qwertyuiop",
    "qsdfghjklm",
    "asdfghjkl",
    "wxcvbn",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)
_RUN = 4


@cache
def _known() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | set(_FRENCH.read_text(encoding="utf-8").split())


def is_guessable(password: str) -> bool:
    """Say whether a password, its dress taken off, is one that is tried first."""
    plain = re.sub(r"\s+", "", password.lower())
    core = re.sub(r"\A[\W\d_]+|[\W\d_]+\Z", "", plain)
    return any(
        _is_tried_first(form) for form in {plain, core, plain.translate(_DRESS), core.translate(_DRESS)}
    )


def _is_tried_first(form: str) -> bool:
    if len(form) < _RUN or form.isdigit() or form in _known():
        return True
    halves = _repeated(form)
    if halves != form and (len(halves) < _RUN or halves in _known()):
        return True
    return _is_a_walk(form)


def _repeated(form: str) -> str:
    """Give what is repeated: «soleil» of «soleilsoleil»."""
    found = re.fullmatch(r"(.+?)\1+", form)
    return found.group(1) if found else form


def _is_a_walk(form: str) -> bool:
    """Say whether the whole is walked along the keyboard or the alphabet."""
    rest = form
    for row in _ROWS:
        for way in (row, row[::-1]):
            for length in range(len(way), _RUN - 1, -1):
                for start in range(len(way) - length + 1):
                    rest = rest.replace(way[start : start + length], "")
    return len(rest) < _RUN


class GuessablePasswordValidator:
    """Django's interface to `is_guessable`."""

    def validate(self, password: str, user: object = None) -> None:
        if is_guessable(password):
            raise ValidationError(
                "Ce mot de passe est trop facile à deviner. Choisissez une phrase de plusieurs mots.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return "Évitez les mots de passe que tout le monde utilise, même avec des chiffres ajoutés."
