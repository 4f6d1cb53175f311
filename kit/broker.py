"""The Celery application that all processes share: names, queues and the settings that lose nothing."""

import asyncio
from typing import Any

from celery import Celery

VISIBILITY_SECONDS = 30  # a killed worker's batch is taken up again after this; no task may last longer
TASK_SECONDS = 20


def celery_app(redis_url: str) -> Celery:
    """JSON only, acknowledged late, one at a time, nothing due later: anything due is a row with a date."""
    app = Celery("veilleuse", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=20,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": 3,
            "socket_connect_timeout": 1,
            "retry_on_timeout": False,
        },
        task_publish_retry=False,
    )
    return app


class Broker:
    """Sends batches of events and jobs to the services' queues, off the event loop."""

    def __init__(self, redis_url: str) -> None:
        self.celery = celery_app(redis_url)

    async def deliver(self, letters: dict[str, list[dict[str, Any]]]) -> None:
        """One message per listening service; raises when the broker is away."""
        await asyncio.to_thread(self._deliver, letters)

    def _deliver(self, letters: dict[str, list[dict[str, Any]]]) -> None:
        for service, batch in letters.items():
            self.celery.send_task(f"{service}.deliver", args=[batch], queue=service, retry=False)

    async def job(self, service: str, name: str, **arguments: Any) -> None:
        """Ask the service's worker for one of its jobs, now."""
        await asyncio.to_thread(
            self.celery.send_task, f"{service}.{name}", kwargs=arguments, queue=service, retry=False
        )
