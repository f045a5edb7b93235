from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MeasuresConfig(AppConfig):
    name = "measures"
    label = "measures"
    verbose_name = "mesures et recours"

    def ready(self) -> None:
        from measures import deeds, personal_data  # noqa: F401 - declare themselves
        from measures.appeals import effects  # noqa: F401
        from measures.appeals import personal_data as of_appeals  # noqa: F401
        from measures.appeals.gracious import clocks as silence  # noqa: F401
        from measures.appeals.gracious import receiving as answers  # noqa: F401
        from measures.appeals.window import clocks as windows  # noqa: F401
        from measures.appeals.window import growing  # noqa: F401
        from measures.bareme import shipped
        from measures.lifting import clocks as liftings_due  # noqa: F401
        from measures.mails import answering, appeals, beyond, ending, liftings, sending  # noqa: F401
        from measures.procedure import clocks, extending  # noqa: F401
        from measures.procedure.contradiction import receiving  # noqa: F401

        post_migrate.connect(shipped.put_in_place, sender=self)
