"""One client of the mixed race: a process that books, holds, confirms, lets go, moves and cancels, all at random.

First line of standard input: a plan. At « go » it asks once for the one slot that all want, at the next it jostles
for as long as it is told; it prints what it was answered.
"""

import http.client
import json
import random
import sys
import time
from collections import Counter
from typing import Any
from uuid import uuid4


class Jostler:
    """One connection, and what this client has of its own."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.chance = plan, random.Random(plan["seed"])
        self.wire = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)
        self.answers: Counter[str] = Counter()
        self.mine: dict[str, int] = {}

    def ask(self, act: str, method: str, path: str, body: Any = None, version: int | None = None) -> Any:
        """One request; its status is counted under what was tried."""
        headers = {"Authorization": f"Bearer {self.plan['key']}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = None if body is None else json.dumps(body)
        try:
            self.wire.request(method, f"/api/v1/booking{path}", sent, headers)
            answer = self.wire.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.wire.close()
            self.answers[f"{act} cut"] += 1
            return {}
        self.answers[f"{act} {answer.status}"] += 1
        return json.loads(said) if said and answer.status < 300 else {}

    def wanted(self, start: str | None = None) -> dict[str, Any]:
        """A slot of the contested agenda, under a permit of its own case."""
        told = {"expert_id": self.plan["expert"], "type_id": self.plan["type"], "permit": self.plan["permits"].pop()}
        return {**told, "starts_at": start or self.chance.choice(self.plan["starts"])}

    def book(self) -> None:
        self._booked(self.ask("book", "POST", "/appointments", self.wanted()))

    def hold(self) -> Any:
        wanted = self.wanted()
        return wanted, self.ask("hold", "POST", "/holds", wanted)

    def confirm(self) -> None:
        wanted, held = self.hold()
        if held:
            time.sleep(self.chance.random() * 0.3)  # some run out meanwhile
            self._booked(self.ask("confirm", "POST", "/appointments", {**wanted, "hold_id": held["id"]}))

    def let_go(self) -> None:
        _, held = self.hold()
        if held:
            self.ask("let_go", "DELETE", f"/holds/{held['id']}")

    def move(self) -> None:
        if self.mine:
            one = self.chance.choice(list(self.mine))
            start = {"starts_at": self.chance.choice(self.plan["starts"])}
            moved = self.ask("move", "POST", f"/appointments/{one}/move", start, self.mine[one])
            self._booked(moved)

    def cancel(self) -> None:
        if self.mine:
            one = self.chance.choice(list(self.mine))
            self.ask("cancel", "POST", f"/appointments/{one}/cancel", {}, self.mine.pop(one))

    def _booked(self, said: Any) -> None:
        if "version" in said:
            self.mine[said["id"]] = said["version"]


def main() -> None:
    """See the module."""
    jostler = Jostler(json.loads(sys.stdin.readline()))
    jostler.ask("look", "GET", "/slots?limit=1")
    print("ready", flush=True)
    sys.stdin.readline()
    jostler._booked(jostler.ask("same", "POST", "/appointments", jostler.wanted(jostler.plan["same"])))
    print("asked", flush=True)
    sys.stdin.readline()
    acts = (jostler.book, jostler.hold, jostler.confirm, jostler.let_go, jostler.move, jostler.cancel)
    ends = time.monotonic() + jostler.plan["seconds"]
    while time.monotonic() < ends and jostler.plan["permits"]:
        jostler.chance.choice(acts)()
    print(json.dumps(jostler.answers), flush=True)


if __name__ == "__main__":
    main()
