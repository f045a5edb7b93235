from django.apps import AppConfig


class ConvocationsConfig(AppConfig):
    name = "convocations"
    label = "convocations"
    verbose_name = "rendez-vous et absences"

    def ready(self) -> None:
        # Handlers, receivers and mails declare themselves when imported.
        from convocations import handover, personal_data  # noqa: F401
        from convocations.absences import clocks as _absence_clocks  # noqa: F401
        from convocations.absences import excusing, extending  # noqa: F401
        from convocations.evidence import call_backs, procedure_calls, receivers  # noqa: F401
        from convocations.following import clocks as _follow_up_clocks  # noqa: F401
        from convocations.mails import call_backs as _call_back_mails  # noqa: F401
        from convocations.mails import following, requests  # noqa: F401
        from convocations.mails.absences import examination, justificatifs  # noqa: F401
        from convocations.mails.appointments import announcing, calendar, changes  # noqa: F401
        from convocations.mails.staff import handed_over, late  # noqa: F401
        from convocations.reframing import wishing  # noqa: F401
        from convocations.requests.waiting import clocks as _request_clocks  # noqa: F401
        from convocations.requests.waiting import extending as _request_extending  # noqa: F401
        from convocations.scheduling import clocks as _appointment_clocks  # noqa: F401
        from convocations.scheduling import displacing  # noqa: F401
        from convocations.told import coming  # noqa: F401
