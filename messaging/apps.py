from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    label = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        from messaging import (  # noqa: F401 - some declare themselves
            account_mails,
            deeds_of_delivery,
            oversight_mails,
            personal_data,
        )
        from messaging.returns import proofs

        account_mails.connect()
        oversight_mails.connect()
        proofs.connect()
