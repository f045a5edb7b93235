from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    label = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        # Handlers, receivers and mails declare themselves when imported.
        from messaging import account_mails, deeds, oversight_mails, personal_data  # noqa: F401
        from messaging.mails import choices, threads  # noqa: F401
        from messaging.posting import printing  # noqa: F401
        from messaging.returns import proofs, replies  # noqa: F401
        from messaging.threads import following, joined  # noqa: F401
        from messaging.waiting import (
            clocks,  # noqa: F401
            extending,  # noqa: F401
        )

        account_mails.connect()
        oversight_mails.connect()
        proofs.connect()
