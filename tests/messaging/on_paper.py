"""What every letter must be: the facts of its e-mail, on paper, by itself; `check_mail` calls this for each kind.

printed = check_letter(mail.letter(), mail_text)
"""

import re
from datetime import UTC, datetime, time
from typing import Any

from accounts.models import Advisor, Agency, Claimant, OpeningHours, User
from messaging import letters
from messaging.emails import Words
from messaging.posting import wording
from messaging.posting.barcodes import code39
from tests.paper import tags_of, text_of

REF = "LT-7K3M-92QD"
WRITTEN = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONGEST_AVERAGE_SENTENCE = 18
DATES = re.compile(r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) \d{1,2}(?:er)? [a-zéû]+ \d{4}")
HOURS = re.compile(r"\b\d{1,2} h(?: \d\d)?\b")
REFERENCES = re.compile(r"\b[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
FINGERPRINTS = re.compile(r"\b[0-9a-f]{16}\b")
# A letter leads to no screen, and says nothing an e-mail alone can say.
SCREEN = re.compile(r"votre espace|en ligne|https?:|cliqu|cet e-mail|se connecter", re.IGNORECASE)


def person() -> Claimant:
    """Somebody to write to, in no database."""
    agency = Agency(
        name="Agence des Tilleuls",
        territory="METROPOLE",
        street="1 rue des Lilas",
        postcode="35000",
        city="Rennes",
        phone="02 99 00 00 00",
    )
    advisor = Advisor(user=User(first_name="Nadia", last_name="Benali"), agency=agency)
    return Claimant(
        user=User(first_name="Camille", last_name="Moreau"),
        agency=agency,
        advisor=advisor,
        street="Résidence du Parc, bâtiment B\n12 rue de l’Abbé-de-l’Épée",
        postcode="35200",
        city="Rennes",
    )


def hours() -> list[OpeningHours]:
    """An agency's week: walk-in every morning, by appointment on four afternoons."""
    walk_in, by_appointment = OpeningHours.Kind.WALK_IN, OpeningHours.Kind.BY_APPOINTMENT
    return [
        *(
            OpeningHours(kind=walk_in, weekday=day, opens=time(8, 30), closes=time(12, 30))
            for day in range(5)
        ),
        *(
            OpeningHours(kind=by_appointment, weekday=day, opens=time(12, 30), closes=time(until, 30))
            for day, until in ((0, 16), (1, 16), (2, 16), (4, 15))
        ),
    ]


def printed(words: Words) -> dict[str, Any]:
    """What the template is given for one letter."""
    to = person()
    frozen = wording.frozen(words, to, hours(), ref=REF, now=WRITTEN)
    return {**frozen, "recipient": wording.recipient(to), "bars": code39(REF), "registered": ""}


def as_pdf(words: Words) -> bytes:
    """The letter as an accessible PDF; raises where it is not accessible."""
    return letters.typeset("notice", {"title": words.title, "letters": [printed(words)]}, dated=WRITTEN)


def golden(words: Words) -> str:
    """The text of a letter, as its reader takes it in."""
    said = printed(words)
    lines = [said["banner"], said["title"], said["deadline"]]
    lines += [f"{fact['label']} | {fact['value']}" for fact in said["facts"]]
    lines += said["paragraphs"]
    for part in said["parts"]:
        lines += [f"# {part['title']}", *part["sentences"]]
    return "\n".join(line for line in lines if line)


def check_letter(words: Words, mail_text: str) -> str:
    """Typeset one letter, hold its facts against those of its e-mail; its words with ordinary blanks."""
    pdf = as_pdf(words)
    text = plain(text_of(pdf))
    tags = tags_of(pdf)
    assert tags.count("H1") == 1, tags
    assert tags.count("Table") <= 2, "the facts, and who writes with the date"
    for needed in (
        REF,
        "35200 RENNES",
        "02 99 00 00 00",
        "3949",
        "1 rue des Lilas",
        "8 h 30 à 12 h 30",
        "Page 1 sur",
    ):
        assert needed in text, f"{needed!r} is not on the letter: {text}"
    assert plain(words.title) in text
    assert not SCREEN.search(text), SCREEN.search(text)
    for facts in (DATES, HOURS, REFERENCES, FINGERPRINTS):
        missing = set(facts.findall(prose(mail_text))) - set(facts.findall(text))
        assert not missing, f"the e-mail says {missing}, the letter does not: {text}"
    return text


def prose(mail_text: str) -> str:
    return plain(re.sub(r"https?://\S+", "", mail_text))


def plain(words: str) -> str:
    return re.sub(r"[ \u00a0\u202f\t\n]+", " ", words)
