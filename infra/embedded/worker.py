"""The one Celery application of the embedded run: the listeners and jobs of every service."""

import os
from importlib import import_module

from kit.worker import build

LISTENING = ("identity", "referral", "booking", "reminders")

celery = build(
    [import_module(f"services.{name}.worker").SERVICE for name in LISTENING],
    os.environ["VEILLEUSE_REDIS_URL"],
    os.environ["VEILLEUSE_LOG_LEVEL"],
)
