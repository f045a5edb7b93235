"""The people of the demo: three agencies, twelve advisors, six hundred claimants, and one of each other role."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from accounts.models import (
    Advisor,
    Agency,
    Claimant,
    Closure,
    Controller,
    DecisionMaker,
    NoticeGroup,
    OpeningHours,
    Partner,
    Role,
    User,
    Way,
)
from portal.core.references import to_text

PASSWORD = "demonstration-2026"  # noqa: S105  # the demo's, printed on its screen
# How many people each of the twelve advisors follows: six hundred in all, as unequal as life.
PORTFOLIOS = (62, 48, 55, 41, 58, 37, 66, 45, 52, 60, 33, 43)
ADVISORS_PER_AGENCY = 4
# Told all on paper; reminders have no letter.
_ON_PAPER = {group.value: Way.LETTER if Way.LETTER in group.ways else Way.SPACE for group in NoticeGroup}

_AGENCIES = (
    {
        "code": "REN",
        "name": "Agence de Rennes Centre",
        "region": "Bretagne",
        "territory": "METROPOLE",
        "street": "12 rue des Tilleuls",
        "postcode": "35000",
        "city": "Rennes",
        "phone": "02 99 00 12 34",
    },
    {
        "code": "STR",
        "name": "Agence de Strasbourg Neudorf",
        "region": "Grand Est",
        "territory": "ALSACE_MOSELLE",
        "street": "4 place du Marché",
        "postcode": "67100",
        "city": "Strasbourg",
        "phone": "03 88 00 12 34",
    },
    {
        "code": "SDR",
        "name": "Agence de Saint-Denis",
        "region": "La Réunion",
        "territory": "REUNION",
        "street": "27 rue du Piton",
        "postcode": "97400",
        "city": "Saint-Denis",
        "phone": "02 62 00 12 34",
    },
)
# One person in six lives further out, where the network is another story: by agency.
_FURTHER = {
    "REN": (("35380", "Paimpont"), ("35380", "Plélan-le-Grand"), ("35510", "Cesson-Sévigné")),
    "STR": (("67190", "Grendelbruch"), ("67190", "Mutzig")),
    "SDR": (("97413", "Cilaos"), ("97433", "Salazie")),
}
_FIRST = (  # noqa: SIM905
    "Amel Nadia Camille Léa Manon Chloé Inès Sarah Julie Marion Aurélie Sophie Élodie Fatima Yasmine Louise "
    "Karim Lucas Hugo Théo Nathan Maxime Julien Thomas Nicolas Mehdi Antoine Paul Gabriel Mathis Olivier Éric "
    "Christine Isabelle Sylvie Patricia Nathalie Brigitte Michel Alain Philippe Bruno Didier Laurent Thierry"
).split()
_LAST = (  # noqa: SIM905
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia "
    "David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François "
    "Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu "
    "Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire "
    "Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Perez Marchand Dufour Blanchard Marie "
    "Barbier Brun Dumas Brunet Schmitt Leroux Colas Fernandez Renard Arnaud Rolland Caron Aubert Giraud Leclerc "
    "Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe Leclercq Lacroix Fabre Dupuis Olivier Payet Hoarau "
    "Grondin Benali Haddad Diallo Traoré Kone Da-Silva Pereira Kaya Yilmaz Nowak Rossi"
).split()
_STREETS = ("rue des Lilas", "avenue Jean-Jaurès", "impasse du Moulin", "rue de la Gare", "boulevard Carnot")


@dataclass(frozen=True)
class Cast:
    """Everybody, in the order they were made."""

    agencies: list[Agency]
    advisors: list[Advisor]
    claimants: list[Claimant]


def create(now: datetime, draw: random.Random) -> Cast:
    """Create the demo's people, the same ones each time; dates count back from `now`."""
    agencies = [_agency(fields, now.date()) for fields in _AGENCIES]
    password = make_password(PASSWORD)
    names = _names(draw)
    advisors = _advisors(agencies, names, password)
    claimants = _claimants(advisors, names, password, now, draw)
    _others(names, password)
    return Cast(agencies, advisors, claimants)


def _names(draw: random.Random) -> list[tuple[str, str]]:
    """Pairs of names, no pair twice, none the name of a known person on purpose: drawn, not chosen."""
    pairs = [(first, last) for first in _FIRST for last in _LAST]
    draw.shuffle(pairs)
    return pairs


def _agency(fields: dict[str, str], today: date) -> Agency:
    agency = Agency.objects.create(**fields)
    OpeningHours.objects.bulk_create(
        [
            OpeningHours(agency=agency, kind="WALK_IN", weekday=day, opens=time(8, 30), closes=time(12, 30))
            for day in range(5)
        ]
        + [
            OpeningHours(
                agency=agency,
                kind="BY_APPOINTMENT",
                weekday=day,
                opens=time(12, 30),
                closes=time(15, 30) if day == 4 else time(16, 30),
            )
            for day in (0, 1, 2, 4)
        ]
    )
    friday = today + timedelta(days=(4 - today.weekday()) % 7 + 28)
    Closure.objects.create(agency=agency, first_day=friday, last_day=friday, reason="Formation de l’équipe")
    return agency


def _user(name: tuple[str, str], email: str | None, role: str, password: str) -> User:
    return User(first_name=name[0], last_name=name[1], email=email, role=role, password=password)


def _address(name: tuple[str, str], domain: str) -> str:
    plain = str.maketrans("éèêëàâäôöûüùîïçÉ", "eeeeaaaoouuuiicE")
    return f"{name[0]}.{name[1]}".translate(plain).lower() + f"@{domain}"


def _advisors(agencies: list[Agency], names: list[tuple[str, str]], password: str) -> list[Advisor]:
    users, places = [], []
    for agency in agencies:
        for number in range(ADVISORS_PER_AGENCY):
            name = names.pop()
            users.append(_user(name, _address(name, "conseil.exemple"), Role.ADVISOR, password))
            places.append((agency, number))
    User.objects.bulk_create(users)
    advisors = [
        Advisor(
            user=user,
            agency=agency,
            is_supervisor=number == 0,
            volunteers_for_web=number == 1,
            phone=f"{agency.phone[:-2]}{40 + number}",
        )
        for user, (agency, number) in zip(users, places, strict=True)
    ]
    return Advisor.objects.bulk_create(advisors)


def _claimants(
    advisors: list[Advisor],
    names: list[tuple[str, str]],
    password: str,
    now: datetime,
    draw: random.Random,
) -> list[Claimant]:
    users, rows = [], []
    # Draws of their own: nothing else of the demo changes with them.
    paid = random.Random(20_261_128)  # noqa: S311
    for advisor, followed in zip(advisors, PORTFOLIOS, strict=True):
        for _ in range(followed):
            name, chance = names.pop(), draw.random()
            letters = chance < 0.04
            domain = "rebond.example" if chance > 0.975 else "courriel.exemple"
            users.append(_user(name, None if letters else _address(name, domain), Role.CLAIMANT, password))
            rows.append((advisor, letters))
    User.objects.bulk_create(users)
    claimants: list[Claimant] = []
    for user, (advisor, letters) in zip(users, rows, strict=True):
        mode = draw.choices(["GUIDED", "REINFORCED", "GLOBAL", "WEB"], [70, 15, 10, 5])[0]
        if mode == "WEB" and not advisor.volunteers_for_web:
            mode = "GUIDED"
        postcode, city = _home(advisor.agency, len(claimants))
        claimants.append(
            Claimant(
                user=user,
                ref=to_text("DE", draw.getrandbits(40)),
                agency=advisor.agency,
                advisor=advisor,
                benefit_status=(status := draw.choices(["ARE", "ASS", "RSA", "NONE"], [55, 8, 17, 20])[0]),
                daily_allowance=_allowance(status, paid),
                follow_up_mode=mode,
                phone=f"06 39 98 {draw.randrange(100):02} {draw.randrange(100):02}",
                street=f"{draw.randrange(1, 120)} {draw.choice(_STREETS)}",
                postcode=postcode,
                city=city,
                registered_on=now.date() - timedelta(days=draw.randrange(100, 500)),
                **(_ON_PAPER if letters else {}),
                last_contact_at=now - timedelta(days=draw.randrange(62, 90)),
            )
        )
    return Claimant.objects.bulk_create(claimants)


def _allowance(status: str, draw: random.Random) -> Decimal | None:
    """Give the euros a day of somebody who is paid a benefit."""
    if status == "ASS":
        return Decimal("19.33")
    return Decimal(draw.randrange(3_100, 7_200)) / 100 if status == "ARE" else None


def _home(agency: Agency, number: int) -> tuple[str, str]:
    """Say where a person lives: mostly in the agency's town."""
    further = _FURTHER[agency.code]
    return further[number // 6 % len(further)] if number % 6 == 5 else (agency.postcode, agency.city)


def _others(names: list[tuple[str, str]], password: str) -> None:
    def made(role: str) -> User:
        name = names.pop()
        user = _user(name, _address(name, "service.exemple"), role, password)
        user.save()
        return user

    # Two of one region: what takes all of an allowance is read twice.
    for region in ("Bretagne", "Bretagne", *(agency["region"] for agency in _AGENCIES[1:])):
        DecisionMaker.objects.create(user=made(Role.DECISION_MAKER), region=region)
    Controller.objects.create(user=made(Role.CONTROLLER), region="Bretagne")
    Partner.objects.create(user=made(Role.PARTNER), organisation="Mission Locale de Rennes")
    made(Role.ADMIN)
