"""Justificatifs of the demo: real PDFs and photos, made here, sent through the real safe."""

import io
import random
from datetime import datetime, timedelta

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from accounts.models import User
from convocations.justificatifs import reviewing
from convocations.models import Justificatif
from convocations.motives import Motive
from convocations.states import ReviewState
from portal.core import safe
from portal.core.french import full_date
from portal.core.journal import Actor
from portal.core.transitions import Refusal

_TITLES = {
    Motive.TRANSPORT: ("Bulletin de retard", "La ligne régionale certifie un retard de 55 minutes."),
    Motive.HEALTH_SELF: ("Certificat médical", "La personne ne pouvait pas se déplacer ce jour."),
    Motive.JOB_INTERVIEW: ("Convocation à un entretien", "Nous vous attendons pour un entretien d’embauche."),
    Motive.CHILDCARE: ("Mot de l’école", "L’école était fermée toute la journée."),
    Motive.WORK: ("Attestation de l’employeur", "La personne a travaillé de 8 h à 17 h."),
}
_LETTER = """
#set document(title: sys.inputs.title)
#set page(paper: "a5", margin: 18mm)
#set text(size: 11pt, lang: "fr")
= #sys.inputs.title
#v(6mm)
#sys.inputs.day
#v(8mm)
#sys.inputs.words
#v(16mm)
_Document de démonstration, sans valeur._
"""


class Papers:
    """Makes documents and lets advisors review them, always the same for the same drawing."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def for_motive(self, motive: Motive, person: Actor, now: datetime) -> list[int]:
        """Send one document, a PDF or a photo, into the person's safe; the ids of what was received."""
        if motive not in _TITLES:
            return []
        title, words = _TITLES[motive]
        if self.draw.random() < 0.5:
            file = SimpleUploadedFile(f"{title}.pdf", pdf(title, words, now), "application/pdf")
        else:
            file = SimpleUploadedFile("IMG_2041.jpg", self._photo(title, words, now), "image/jpeg")
        sent = safe.receive(
            [file],
            owner=User.objects.get(pk=person.person_id),
            by=person,
            title=title,
            is_health=motive == Motive.HEALTH_SELF,
            as_one=False,
            now=now,
        )
        return [document.pk for document in sent.documents]

    def review(self, absence_id: int, advisor: Actor, draw: random.Random, now: datetime) -> None:
        """Let the advisor answer most of the justificatifs of an absence."""
        for row in Justificatif.objects.filter(absence_id=absence_id, state=ReviewState.IN_REVIEW):
            outcome = draw.choices([ReviewState.ACCEPTED, ReviewState.INCOMPLETE, None], [70, 15, 15])[0]
            if outcome is None:
                continue
            incomplete = outcome == ReviewState.INCOMPLETE
            try:
                reviewing.review(
                    row.pk,
                    outcome,
                    remark="La date n’est pas lisible : envoyez une photo plus nette." if incomplete else "",
                    complete_by=now.date() + timedelta(days=8) if incomplete else None,
                    by=advisor,
                    now=now,
                )
            except Refusal:
                continue

    def _photo(self, title: str, words: str, now: datetime) -> bytes:
        """Draw a sheet of paper on a table, a little crooked, as a phone would see it."""
        sheet = Image.new("RGB", (900, 1200), (250, 248, 240))
        pen = ImageDraw.Draw(sheet)
        pen.text((80, 110), title, font=ImageFont.load_default(54), fill=(30, 30, 45))
        pen.text((80, 220), full_date(now.date()), font=ImageFont.load_default(34), fill=(60, 60, 70))
        pen.text((80, 330), words, font=ImageFont.load_default(27), fill=(40, 40, 55))
        pen.line((80, 900, 420, 880), fill=(40, 60, 140), width=5)
        pen.text(
            (80, 1110), "Document de démonstration, sans valeur.", font=ImageFont.load_default(24), fill=120
        )
        table = Image.new("RGB", (1200, 1600), (112, 84, 60))
        turned = sheet.rotate(self.draw.uniform(-5, 5), expand=True, fillcolor=(112, 84, 60))
        table.paste(turned, (130, 170))
        out = io.BytesIO()
        table.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=82)
        return out.getvalue()


def pdf(title: str, words: str, now: datetime) -> bytes:
    """Make a real PDF of one page: a title, the day, a few words."""
    made: bytes = typst.compile(
        _LETTER.encode(),
        sys_inputs={"title": title, "words": words, "day": full_date(now.date())},
        ignore_system_fonts=True,
    )
    return made
