"""Passwords that guessing programs try first are refused, dressed up or not; honest ones pass."""

import pytest

from accounts.sign_in.passwords import is_guessable


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse2026",
        "M0tDePasse!!!",
        "azertyuiop12",
        "qwertyuiop[]",
        "Bonjour123456",
        "soleilsoleil",
        "Password1234!",
        "abcdefghijkl",
        "201220122012",
        "!!!!!!!!!!!!",
        "je t’aime 2026".replace("’", ""),
        "Marseille13000",
    ],
)
def test_password_tried_first_is_guessable(password):
    assert is_guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "une phrase assez longue",
        "girafe-carton-velours",
        "Tk9#fVbq2LmX",
        "le chat du voisin ronfle",
        "oiseau bleu 7 lampes",
    ],
)
def test_honest_password_is_not_guessable(password):
    assert not is_guessable(password)
