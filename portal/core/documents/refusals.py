"""Why a file cannot be kept, in sentences that frighten nobody and say what to do."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "empty": "Ce fichier est vide. Vérifiez qu’il s’ouvre sur votre appareil, puis envoyez-le de nouveau.",
    "too_large": (
        "Ce fichier dépasse {max_megabytes} Mo. Envoyez une photo moins lourde, "
        "ou séparez le document en plusieurs fichiers."
    ),
    "too_many_files": (
        "Vous pouvez joindre {max_files} fichiers au plus en une fois. "
        "Envoyez les autres dans un second envoi."
    ),
    "unknown_type": (
        "Ce fichier n’est ni un PDF ni une photo. Envoyez un PDF, "
        "ou une photo du document au format JPEG, PNG ou HEIC."
    ),
    "office": (
        "Ce fichier vient d’un logiciel de bureau. Ouvrez-le, choisissez «\u00a0Enregistrer au format PDF\u00a0», "
        "puis envoyez le PDF. Une photo du document convient aussi."
    ),
    "archive": (
        "Ce fichier est une archive. Ouvrez-la, puis envoyez chaque document séparément, en PDF ou en photo."
    ),
    "web_page": (
        "Ce fichier est une page web. Ouvrez-la, choisissez «\u00a0Imprimer\u00a0», "
        "puis «\u00a0Enregistrer au format PDF\u00a0», et envoyez le PDF."
    ),
    "drawing": (
        "Ce fichier est un dessin, pas une photo. Enregistrez-le au format PDF ou PNG, "
        "puis envoyez-le de nouveau."
    ),
    "other_image": (
        "Ce format d’image n’est pas pris en charge. Enregistrez l’image au format JPEG ou PNG, "
        "ou prenez une photo du document."
    ),
    "damaged_image": (
        "Cette image est incomplète ou abîmée. Vérifiez qu’elle s’ouvre sur votre appareil, "
        "ou reprenez la photo, puis envoyez-la de nouveau."
    ),
    "damaged_pdf": (
        "Ce PDF est incomplet ou abîmé. Téléchargez-le de nouveau depuis le site d’origine, "
        "ou envoyez une photo de chaque page."
    ),
    "password": (
        "Ce PDF est protégé par un mot de passe. Ouvrez-le avec le mot de passe, choisissez «\u00a0Imprimer\u00a0», "
        "puis «\u00a0Enregistrer au format PDF\u00a0», et envoyez ce nouveau PDF."
    ),
    "too_many_pages": (
        "Ce PDF compte {pages} pages. Nous pouvons recevoir {max_pages} pages au plus. "
        "Envoyez seulement les pages utiles."
    ),
    "too_many_pixels": (
        "Cette image est trop grande pour être ouverte. Reprenez la photo avec une taille plus petite, "
        "ou faites une capture d’écran du document."
    ),
    "too_heavy": (
        "Ce fichier est trop complexe pour être vérifié. Imprimez-le en PDF, "
        "ou envoyez une photo de chaque page."
    ),
    "interactive_form": (
        "Ce formulaire ne s’affiche que dans un logiciel particulier. Ouvrez-le, choisissez «\u00a0Imprimer\u00a0», "
        "puis «\u00a0Enregistrer au format PDF\u00a0», et envoyez ce nouveau PDF."
    ),
    "portfolio": ("Ce PDF contient d’autres fichiers. Ouvrez-le, puis envoyez chaque document séparément."),
    "no_page": "Ce PDF ne contient aucune page. Vérifiez le fichier, puis envoyez-le de nouveau.",
    "not_a_photo": (
        "Ce fichier n’est pas une photo. Réunissez ici des photos seulement, et envoyez les PDF séparément."
    ),
    "infected": (
        "Ce fichier n’a pas passé le contrôle de sécurité et n’a pas été gardé. Cela peut arriver sans que "
        "vous y soyez pour rien. Envoyez une photo du document papier, ou demandez un nouveau fichier à "
        "la personne qui vous l’a remis. Besoin d’aide\u202f? Appelez le 3949."
    ),
}

NARROW_SPACE, FIXED_SPACE = "\u202f", "\u00a0"


class Refused(Exception):
    """A file that is not kept; ``sentence`` is what its sender reads, ``code`` is for programs.

    ``peak_bytes`` and ``cpu_seconds`` say what finding it out cost, when the file had to be opened.
    """

    peak_bytes: int = 0
    cpu_seconds: float = 0.0

    def __init__(self, code: str, **facts: int) -> None:
        self.code = code
        self.facts = facts
        self.sentence = _with_french_spaces(SENTENCES[code].format(**facts))
        super().__init__(self.sentence)


def _with_french_spaces(sentence: str) -> str:
    for mark in ";!?":
        sentence = sentence.replace(f" {mark}", f"{NARROW_SPACE}{mark}")
    sentence = sentence.replace(" :", f"{FIXED_SPACE}:").replace(" Mo", f"{FIXED_SPACE}Mo")
    return sentence.replace("« ", f"«{FIXED_SPACE}").replace(" »", f"{FIXED_SPACE}»")
