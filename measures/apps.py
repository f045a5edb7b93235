from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MeasuresConfig(AppConfig):
    name = "measures"
    label = "measures"
    verbose_name = "mesures et recours"

    def ready(self) -> None:
        from measures import deeds, personal_data  # noqa: F401 - declare themselves
        from measures.bareme import shipped
        from measures.mails import answering, ending, sending  # noqa: F401
        from measures.procedure import clocks, extending  # noqa: F401
        from measures.procedure.contradiction import receiving  # noqa: F401

        post_migrate.connect(shipped.put_in_place, sender=self)
