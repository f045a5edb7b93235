from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Fonctionnement du portail"

    def ready(self) -> None:
        # Registers the system check that keeps production's clock still, and the safe's deadline.
        from portal.core import clock  # noqa: F401
        from portal.core.safe import checking  # noqa: F401
