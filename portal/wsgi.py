"""The pages, under WSGI: synchronous, one thread a request. `portal.rsgi` puts them behind granian."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")
application = get_wsgi_application()

from portal import standing  # noqa: E402  (after the settings)
from portal.core.database.base import PatientConnection  # noqa: E402

# Nobody looks at an empty page longer, and a thread that waits serves nobody else.
PatientConnection.patience = 10.0

# The views are loaded now rather than with the first request.
import_module(settings.ROOT_URLCONF)
standing.leave_alone()
