"""Who may come to which door: the actor of a request, role by role decorators, loaders of a file.

Whatever is not for someone answers 404, exactly like what does not exist (product §1).
"""

import ipaddress
from collections.abc import Callable, Collection
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.hours.deputising import deputised_by, stands_in
from accounts.models import Advisor, BreakGlass, Claimant, DecisionMaker, Role, User
from portal.core.journal import Actor
from portal.core.prepared import prepared

SUPERVISOR = "SUPERVISOR"

# Where each role's work begins; a role whose pages do not exist yet begins at its account.
HOMES = {
    Role.CLAIMANT: "/espace/",
    Role.ADVISOR: "/conseiller/",
    Role.DECISION_MAKER: "/decisions/",
    Role.ADMIN: "/admin/",
}

View = Callable[..., HttpResponseBase]


# --- who acts, from where ---------------------------------------------------------


def client_ip(request: HttpRequest) -> str | None:
    """Give the address the request came from, as our own proxies saw it; None on a local socket.

    Only the last `TRUSTED_PROXY_COUNT` entries of X-Forwarded-For were written by proxies of ours: what
    stands before them is the caller's own word.
    """
    trusted = settings.TRUSTED_PROXY_COUNT
    hops = request.headers.get("X-Forwarded-For", "").split(",") if trusted else []
    if trusted and len(hops) >= trusted:
        address = _parsed(hops[-trusted])
        if address:
            return address
    return _parsed(request.META.get("REMOTE_ADDR", ""))


def _parsed(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]").partition("%")[0]))
    except ValueError:
        return None


def signed_in(request: HttpRequest) -> User:
    """Give the account behind the request; 404 when nobody is signed in."""
    if not request.user.is_authenticated:
        raise Http404
    return request.user


def actor(request: HttpRequest) -> Actor:
    """Give who acts, for the journal: account, role (a supervisor acts as one), address."""
    user = signed_in(request)
    role = SUPERVISOR if is_supervisor(user) else user.role
    return Actor(user_id=user.pk, role=role, ip=client_ip(request))


def home_path(user: User) -> str:
    """Give the address where this person's work begins."""
    return HOMES.get(Role(user.role), "/compte/")


def is_really_reading(request: HttpRequest) -> bool:
    """Say whether a person asked for the page: not its headers only, not a browser that fetches ahead."""
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in ahead and "prerender" not in ahead


# --- predicates ---------------------------------------------------------------------


def is_staff_member(user: User) -> bool:
    """Say whether the account works for the service or a partner: everyone but claimants."""
    return user.role != Role.CLAIMANT


def is_supervisor(user: User) -> bool:
    """Say whether the account runs an agency."""
    if user.role != Role.ADVISOR:
        return False
    advisor: Advisor | None = getattr(user, "advisor", None)
    return advisor is not None and advisor.is_supervisor


# --- loaders of the person signed in ----------------------------------------------


def claimant_of(request: HttpRequest) -> Claimant:
    """Give the file of the claimant who is signed in, with agency and advisor; 404 for anybody else."""
    user = signed_in(request)
    if user.role != Role.CLAIMANT:
        raise Http404
    rows: list[Claimant] = _file_of(user_id=user.pk)
    if not rows:
        raise Http404
    (claimant,) = rows
    claimant.user = user
    return claimant


# Asked for by most pages of a claimant.
@prepared
def _file_of(user_id: int) -> Any:
    return Claimant.objects.filter(user_id=user_id).select_related("agency", "advisor__user")


def _claimant_account(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.role != Role.CLAIMANT:
        raise Http404
    return user


def advisor_of(request: HttpRequest) -> Advisor:
    """Give the advisor who is signed in, with the agency; 404 for anybody else."""
    user = signed_in(request)
    if user.role != Role.ADVISOR:
        raise Http404
    # Read with the account, the agency too (`accounts.sign_in.known`).
    advisor: Advisor | None = getattr(user, "advisor", None)
    if advisor is None:
        raise Http404
    return advisor


def supervisor_of(request: HttpRequest) -> Advisor:
    """Give the supervisor who is signed in; 404 for anybody else."""
    advisor = advisor_of(request)
    if not advisor.is_supervisor:
        raise Http404
    return advisor


def decision_maker_of(request: HttpRequest) -> DecisionMaker:
    """Give the delegate of the regional director who is signed in; 404 for anybody else."""
    user = signed_in(request)
    if user.role != Role.DECISION_MAKER:
        raise Http404
    delegate = DecisionMaker.objects.filter(pk=user.pk).first()
    if delegate is None:
        raise Http404
    delegate.user = user
    return delegate


# --- decorators ---------------------------------------------------------------------


def claimant_required(view: View) -> View:
    """Open a page to claimants only; the view receives `claimant` as its second argument."""
    return _with(claimant_of, view)


def claimants_only(view: View) -> View:
    """Open a page to claimants only, without reading their file; the view receives the account second."""
    return _with(_claimant_account, view)


def advisor_required(view: View) -> View:
    """Open a page to advisors only; the view receives `advisor` as its second argument.

    A file in the archive answers by saying so, and how it is opened.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except InArchive as found:
            return render(request, "account/in_archive.html", {"person": found.claimant}, status=403)

    return _with(advisor_of, answered)


def supervisor_required(view: View) -> View:
    """Open a page to supervisors only; the view receives `supervisor` as its second argument."""
    return _with(supervisor_of, view)


def decision_maker_required(view: View) -> View:
    """Open a page to delegates of the regional director only; the view receives `delegate` as its second argument."""
    return _with(decision_maker_of, view)


def admin_required(view: View) -> View:
    """Open a page to administrators only."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if signed_in(request).role != Role.ADMIN:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _with(loader: Callable[[HttpRequest], Any], view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, loader(request), *args, **kwargs)

    return guarded


# --- files of claimants ---------------------------------------------------------------


class InArchive(Http404):
    """The file is the advisor's to follow, but rests in the archive: a reason opens it."""

    def __init__(self, claimant: Claimant) -> None:
        self.claimant = claimant
        super().__init__()


def sees(advisor: Advisor, claimant: Claimant, *, now: datetime) -> bool:
    """Say whether an advisor may open a file: own portfolio or that of a colleague they stand in for today,
    own agency for a supervisor, broken glass. A file in the archive opens by broken glass alone.
    """
    if claimant.archived_at is None and _follows(advisor, claimant, now):
        return True
    return (
        claimant.agency_id == advisor.agency_id
        and BreakGlass.objects.open_for(advisor, claimant, now=now).exists()
    )


def _follows(advisor: Advisor, claimant: Claimant, now: datetime) -> bool:
    if claimant.advisor_id == advisor.pk:
        return True
    return claimant.agency_id == advisor.agency_id and (
        advisor.is_supervisor or stands_in(advisor, claimant.advisor_id, now=now)
    )


def claimant_for(advisor: Advisor, ref: str, *, now: datetime) -> Claimant:
    """Give the file an advisor asks for by its reference, with account, agency and advisor; else 404.

    Raises InArchive, which the page answers, for one they would follow.
    """
    claimant = _by_ref(ref)
    if claimant is None:
        raise Http404
    if not sees(advisor, claimant, now=now):
        if claimant.archived_at is not None and _follows(advisor, claimant, now):
            raise InArchive(claimant)
        raise Http404
    return claimant


def people_for(advisor: Advisor, now: datetime, **which: Collection[Any]) -> dict[int, Claimant]:
    """Give, by id, those of these people whom the advisor may convoke or write to; one query."""
    opened = BreakGlass.objects.filter(advisor=advisor, opened_at__lte=now, until__gt=now)
    mine = Q(advisor=advisor)
    mine |= Q(agency_id=advisor.agency_id, advisor_id__in=deputised_by(advisor, now=now))
    if advisor.is_supervisor:
        mine |= Q(agency_id=advisor.agency_id)
    mine &= Q(archived_at__isnull=True)
    mine |= Q(agency_id=advisor.agency_id, pk__in=opened.values("claimant"))
    rows = Claimant.objects.filter(mine, **which).select_related("user", "agency")
    return {person.pk: person for person in rows}


def colleague_claimant_for(advisor: Advisor, ref: str) -> Claimant:
    """Give a file of the same agency, whoever follows it: what breaking the glass may open; else 404."""
    claimant = _by_ref(ref)
    if claimant is None or claimant.agency_id != advisor.agency_id:
        raise Http404
    return claimant


def _by_ref(ref: str) -> Claimant | None:
    try:
        return Claimant.objects.select_related("user", "agency", "advisor__user").filter(ref=ref).first()
    except ValueError:
        return None
