"""A procedure in every state, and the addresses at which its person and its delegates meet each."""

from datetime import timedelta

from accounts.models import DecisionMaker
from tests.factories import NOW
from tests.measures import stages
from tests.measures.cast import Cast
from tests.seen import appeals

# Its own page at the desk and in the space, whatever its state.
_DESK = {
    "taken": ["lettre/", "clore/", "confier/"],
    "prepared": ["lettre/", "lettre/apercu/"],
    "received": ["retirer/"],
    "due": ["decider/"],
    "decided": ["decision/", "decision/reprendre/"],
    "hearing asked": ["audition/"],
    "hearing passed": ["audition/compte-rendu/", "audition/non-tenue/"],
    "theirs to read": ["decision/relecture/"],
}
_SPACE = {
    "received": ["audition/"],
    "hearing asked": ["audition/assistance/", "audition/renoncer/"],
    "answered": ["envois/1/"],
}


def live(person, delegate: DecisionMaker, other: DecisionMaker) -> dict[str, list[str]]:
    """Build the states; give the addresses of each role, the first the one a route is filled with."""
    cast = Cast(person.advisor, person, delegate, other, now=NOW)
    # Whoever looks at these did not decide them: they may answer.
    after = appeals.live(Cast(person.advisor, person, other, delegate, now=NOW), NOW)
    made = stages.build(cast, NOW)
    made["theirs to read"] = stages.to_read_by(cast, NOW - timedelta(days=20), reader=delegate)
    desk = [f"/decisions/{case.ref}/" for case in made.values()]
    desk += [f"/decisions/{made[name].ref}/{rest}" for name, rests in _DESK.items() for rest in rests]
    desk += [
        f"/decisions/?{query}"
        for query in ("nature=decider", "nature=en-cours", "nature=finies", "miennes=1", "personne=zzz")
    ]
    space = [f"/espace/procedures/{case.ref}/" for case in made.values()]
    space += [
        f"/espace/procedures/{made[name].ref}/{rest}" for name, rests in _SPACE.items() for rest in rests
    ]
    return {
        **after,
        "decision maker": desk + after["decision maker"],
        "claimant": space + after["claimant"],
        "case": [str(made["answered"].ref)],
    }
