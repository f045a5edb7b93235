"""The living style page: every component in every state, to look at and to check by machine (demo only)."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portal.core.forms import HouseForm

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=PARIS)
DEADLINES = [
    ("À expliquer au plus tard", datetime(2026, 12, 10, 18, 0, tzinfo=PARIS)),
    ("À répondre au plus tard", datetime(2026, 12, 4, 18, 0, tzinfo=PARIS)),
    ("À confirmer au plus tard", datetime(2026, 12, 2, 18, 0, tzinfo=PARIS)),
    ("À envoyer au plus tard", datetime(2026, 12, 2, 0, 0, tzinfo=PARIS)),
    ("À répondre au plus tard", datetime(2026, 11, 30, 18, 0, tzinfo=PARIS)),
]
MOTIVES = [
    ("JOB_INTERVIEW", "J’avais un entretien d’embauche"),
    ("HEALTH_SELF", "J’étais malade"),
    ("CHILDCARE", "Je gardais mon enfant"),
    ("TRANSPORT", "Je n’avais pas de moyen de transport"),
]


class ExampleForm(HouseForm, forms.Form):
    """A form with one field of each kind."""

    submit_label = "Envoyer mon explication"
    cancel_url = "#formulaires"
    one_time = True

    motive = forms.ChoiceField(
        label="Pourquoi n’êtes-vous pas venu\u202f?",
        choices=MOTIVES,
        widget=forms.RadioSelect,
        help_text="Choisissez la raison la plus proche. Vous pourrez la préciser.",
    )
    text = forms.CharField(
        label="Que s’est-il passé\u202f?",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Quelques phrases suffisent.",
    )
    day = forms.DateField(label="Quel jour\u202f?", help_text="Exemple\u00a0: 03/12/2026.")
    place = forms.ChoiceField(
        label="Dans quelle agence\u202f?", choices=[("1", "Agence des Tilleuls"), ("2", "Agence du Port")]
    )
    email = forms.EmailField(label="Adresse e-mail")
    proof = forms.FileField(
        label="Justificatif",
        required=False,
        help_text="PDF, JPEG, PNG ou HEIC, 15 Mo au plus. Une photo lisible convient.",
    )
    sworn = forms.BooleanField(label="Je déclare sur l’honneur que ces renseignements sont exacts.")


@login_not_required
def style(request: HttpRequest) -> HttpResponse:
    """Show the components in the states a person can meet, with a clock that stands still."""
    wrong = ExampleForm(
        data={"text": "", "day": "31/02/2026", "place": "1", "email": "camille@"}, auto_id="faux_%s"
    )
    wrong.submit_label = ""
    return render(request, "demo/style.html", {**SAMPLES, "right": ExampleForm(), "wrong": wrong})


SAMPLES: dict[str, Any] = {
    "user": SimpleNamespace(is_authenticated=True),
    "signed_in_name": "Camille Moreau",
    "signed_in_role": "Demandeuse d’emploi",
    "now": NOW,
    "paris": PARIS,
    "deadlines": DEADLINES,
    "nav_items": [
        {"label": "Accueil", "url": "#", "current": True},
        {"label": "Convocations", "url": "#convocations", "count": 2, "count_label": "à confirmer"},
        {"label": "Absences", "url": "#", "count": 1, "count_label": "à expliquer"},
        {"label": "Documents", "url": "#documents"},
        {"label": "Mon dossier", "url": "#"},
    ],
    "breadcrumb": [{"label": "Mon espace", "url": "#"}, {"label": "Convocations", "url": "#"}],
    "actions": [
        {
            "label": "J’ai pris connaissance",
            "note": "Votre conseillère le voit tout de suite.",
            "url": "#",
            "icon": "check",
        },
        {
            "label": "Ajouter à mon agenda",
            "note": "Un fichier pour votre téléphone ou votre ordinateur.",
            "url": "#",
            "icon": "calendar-plus",
        },
        {
            "label": "Télécharger le reçu",
            "note": "PDF, à garder comme preuve.",
            "url": "#",
            "icon": "download",
        },
    ],
    "facts": [
        {
            "label": "Quand",
            "value": "jeudi 3 décembre 2026 à 14\u00a0h\u00a030",
            "icon": "clock",
            "note": "Durée\u00a0: 45\u00a0minutes",
        },
        {
            "label": "Où",
            "value": "Agence des Tilleuls\n12 rue des Tilleuls, 31000 Toulouse",
            "icon": "map-pin",
        },
        {"label": "Avec", "value": "Claire Fontaine, votre conseillère", "icon": "user"},
        {"label": "Téléphone", "value": "05 61 00 00 00", "url": "tel:+33561000000", "icon": "phone"},
        {"label": "À apporter", "value": "Votre CV et votre pièce d’identité", "icon": "clipboard-list"},
    ],
    "history": [
        {
            "date": "mardi 24 novembre 2026 à 10\u00a0h\u00a012",
            "title": "Convocation déposée dans votre espace",
            "icon": "calendar-check",
        },
        {
            "date": "mardi 24 novembre 2026 à 10\u00a0h\u00a013",
            "title": "E-mail accepté par votre messagerie",
            "icon": "mail",
        },
        {
            "date": "mercredi 25 novembre 2026 à 8\u00a0h\u00a005",
            "title": "Vous avez ouvert la convocation",
            "icon": "eye",
            "tone": "success",
        },
        {
            "date": "jeudi 26 novembre 2026 à 9\u00a0h",
            "title": "E-mail refusé par votre messagerie",
            "text": "Nous vous avons appelé à la place.",
            "icon": "circle-alert",
            "tone": "warning",
        },
        {"date": "jeudi 3 décembre 2026 à 14\u00a0h\u00a030", "title": "Votre entretien", "next": True},
    ],
    "columns": [
        {"label": "Agence"},
        {"label": "Entretiens", "number": True},
        {"label": "Absences", "number": True},
        {"label": "Prochaine séance"},
    ],
    "lines": [
        ["Agence des Tilleuls", "1\u202f248", "61", "jeudi 3 décembre 2026"],
        ["Agence du Port", "964", "40", "vendredi 4 décembre 2026"],
        ["Agence de Saint-Denis de La Réunion", "733", "38", "lundi 7 décembre 2026"],
    ],
    "load": [
        {"label": "Claire Fontaine", "value": 132},
        {"label": "Idriss Benali", "value": 158},
        {"label": "Marie-Ange Hoarau", "value": 97},
        {"label": "Paul Keller", "value": 121},
    ],
    "hours": [
        {
            "day": "Lundi au vendredi",
            "hours": "8\u00a0h\u00a030 – 12\u00a0h\u00a030",
            "kind": "sans rendez-vous",
        },
        {
            "day": "Lundi au mercredi",
            "hours": "12\u00a0h\u00a030 – 16\u00a0h\u00a030",
            "kind": "sur rendez-vous",
        },
    ],
    "steps": [
        {"text": "Vous expliquez votre absence, avec un document si vous en avez un.", "done": True},
        {
            "text": "Votre conseillère lit votre explication. Elle peut vous demander un document.",
            "current": True,
        },
        {"text": "Elle vous répond par écrit, avec ses raisons. Vous pouvez la contacter à tout moment."},
    ],
    "filters": [
        {"name": "q", "label": "Nom ou référence", "value": ""},
        {
            "name": "kind",
            "label": "À faire",
            "value": "absence",
            "choices": [("", "Tout"), ("absence", "Absences"), ("document", "Justificatifs")],
        },
    ],
    "tabs": [
        {"label": "À venir", "url": "#", "current": True, "count": 2},
        {"label": "Passées", "url": "#", "count": 14},
        {"label": "Invitations", "url": "#", "count": None},
    ],
    "receipt": [
        {"label": "Reçu le", "value": "mardi 1er décembre 2026 à 9\u00a0h\u00a002"},
        {"label": "Par", "value": "Agence des Tilleuls"},
        {"label": "Contact", "value": "Claire Fontaine, 05 61 00 00 00"},
        {"label": "Documents", "value": "1 document\u00a0: certificat.pdf"},
    ],
    "fingerprint": "9f2c7a10b4e6d85531c0aa7e84f6b2d91e03577cc84a6fd02b9be1d5a6c3f048",
}

urlpatterns = [path("demo/style/", style, name="style")]
