"""People who click while everything falls over: they open, confirm, explain, answer, and try again when nobody does."""

import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.portal import Portal, Visitor

AT_ONCE = 3
PATIENCE = 90
# Appointments begin 170 hours after the start, absences close by themselves after 26 days: nobody begins so
# late that the clock, which runs fast here, could overtake them. Procedures lapse after 25 days.
APPOINTMENTS_UNTIL, ABSENCES_UNTIL = timedelta(hours=100), timedelta(days=21)
EARLY, LATE = ("open", "acknowledge", "explain", "answer"), ("explain", "answer")
_PLACES = {"explain": "absences", "answer": "procedures"}


@dataclass(frozen=True)
class Person:
    """Somebody with one thing to do."""

    deed: str
    user_id: int
    ref: str
    pk: int


@dataclass
class Crowd:
    """Some people at a time, each until the portal has said yes; what it said is kept to be compared."""

    portal: Portal
    rows: dict[str, list]
    draw: random.Random
    # Set while something that was killed has not come back yet.
    trouble: threading.Event = field(default_factory=threading.Event)
    answers: Counter[int] = field(default_factory=Counter)
    # What the portal confirmed, and whether it was in trouble then; for an explanation its form's name.
    promised: list[tuple[Person, bool, str]] = field(default_factory=list)
    gave_up: list[Person] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._waiting = {deed: [Person(deed, *row) for row in rows] for deed, rows in self.rows.items()}
        self._turn = 0
        self._threads = [threading.Thread(target=self._come, daemon=True) for _ in range(AT_ONCE)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """Let those who are at it finish; nobody new begins."""
        self._enough.set()
        for thread in self._threads:
            thread.join(60)

    def count(self, deed: str | None = None, *, in_trouble: bool = False) -> int:
        """How many promises were made, of one deed or while something was down."""
        return sum(
            (deed is None or person.deed == deed) and (trouble or not in_trouble)
            for person, trouble, _ in self.promised
        )

    # --- one of them -----------------------------------------------------------------

    def _come(self) -> None:
        try:
            while not self._enough.is_set() and (person := self._next()):
                self._insist(person)
                self._enough.wait(self.draw.uniform(0.3, 1.2))
        except Exception as error:
            self.errors.append(error)

    def _next(self) -> Person | None:
        with self._lock:
            if self.portal.offset > ABSENCES_UNTIL:
                return None
            early = self.portal.offset < APPOINTMENTS_UNTIL
            deeds = [deed for deed in (EARLY if early else LATE) if self._waiting[deed]]
            self._turn += 1
            return self._waiting[deeds[self._turn % len(deeds)]].pop() if deeds else None

    def _insist(self, person: Person) -> None:
        """Try until it is done, as a person would."""
        visitor, end = Visitor(self.portal.address), time.monotonic() + PATIENCE
        form_key = ""
        signed_in = False
        while not self._enough.is_set():
            if time.monotonic() > end:
                self.gave_up.append(person)
                return
            signed_in = signed_in or visitor.enter(person.user_id)
            if signed_in:
                path = f"/espace/{_PLACES.get(person.deed, 'convocations')}/{person.ref}/"
                page = self._noted(visitor.get(path))
                if person.deed in _PLACES:
                    # The form is sent again as it stood: its name says that it is the same.
                    found = re.search(r'name="form_key" value="([0-9a-f-]+)"', page)
                    form_key = form_key or (found[1] if found else "")
                if self._do(person, visitor, path, page, form_key):
                    return
                signed_in = "accuser-reception" in page or "form_key" in page
            self._enough.wait(0.5)

    def _do(self, person: Person, visitor: Visitor, path: str, page: str, form_key: str) -> bool:
        if person.deed == "open":
            done = "accuser-reception" in page
        elif person.deed == "acknowledge":
            # Confirmed already, when the answer to their click was lost: the page says so.
            said = (
                self._noted(visitor.post(f"{path}accuser-reception/"))
                if "accuser-reception" in page
                else page
            )
            done = "vous avez confirmé la réception" in said.lower()
        elif person.deed == "answer":
            words = {"text": "Mon train a été supprimé ce matin-là."}
            said = self._noted(visitor.post(path, form_key=form_key, **words)) if form_key else ""
            done = "Vos observations sont reçues" in said
        else:
            words = {"motive": "TRANSPORT", "text": "Mon bus n’est pas passé.", "sworn": "on"}
            said = self._noted(visitor.post(path, form_key=form_key, **words)) if form_key else ""
            done = "Votre explication est reçue" in said
        if done:
            self.promised.append((person, self.trouble.is_set(), form_key))
        return done

    def _noted(self, answer: tuple[int, str]) -> str:
        """The page, if it is one; and what kind of answer that was."""
        self.answers[answer[0]] += 1
        return answer[1] if answer[0] == 200 else ""
