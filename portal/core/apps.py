from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Fonctionnement du portail"

    def ready(self) -> None:
        # Registers the system check that keeps production's clock still, the safe's deadline, and what
        # the ground's tables hold of people.
        from portal.core import clock  # noqa: F401
        from portal.core.personal_data import of_the_ground  # noqa: F401
        from portal.core.safe import checking  # noqa: F401
