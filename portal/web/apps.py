from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "portal.web"
    label = "web"

    def ready(self) -> None:
        # Registers the checks of a production.
        from portal.web import production

        production.refuse_known_secret()
