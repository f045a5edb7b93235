from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        # Registers the system check that keeps production's clock still.
        from portal.core import clock  # noqa: F401
