"""The pages, under WSGI: synchronous, one thread a request. `portal.rsgi` puts them behind granian."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")
application = get_wsgi_application()

from portal.core.database.base import PatientConnection  # noqa: E402  (after the settings)

# Nobody looks at an empty page longer, and a thread that waits serves nobody else.
PatientConnection.patience = 10.0

# What stands now, the views included, stays as long as the process. The collector need not go through it
# again and again, nor look after every few hundred objects of a page: that took an eighth of its time.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
