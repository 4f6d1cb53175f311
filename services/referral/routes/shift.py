"""One shift's word to the next: what is open, whom to watch over, what happened; read and signed."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from contracts.desk import NewWatch, Words
from contracts.desk import Shift as ShiftShown
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.vault import Vault
from services.referral.domain import shift
from services.referral.routes.given import AT_THE_DESK, Sealing
from services.referral.store import cases, desk
from services.referral.store import shift as store


class Shift(Controller):
    path = "/shift"
    guards = (only(*AT_THE_DESK),)

    @get()
    async def show(self, db: Db, caller: Me, vault: Sealing) -> ShiftShown:
        """Everything that the next shift must read, in two minutes."""
        shown = await _shift(db, vault)
        for each in shown.watched:
            await audit.note(db, caller, "read", "case", each.case_id, why="transmissions")
        return shown

    @post("/watches")
    async def watch(self, db: Db, caller: Me, vault: Sealing, data: JSONBody[NewWatch]) -> ShiftShown:
        """Someone to watch over tonight, and what to do."""
        words = shift.words(data.words, "watch")
        await cases.load(db, data.case_id, to_change=True)
        await store.add_watch(
            db, vault, data.case_id, words, contact_id=data.contact_id, written_by=caller.subject, now=now()
        )
        await audit.note(db, caller, "write", "case", data.case_id, why="watch")
        return await _told(db, vault)

    @post("/watches/{watch_id:uuid}/end", status_code=200)
    async def end_watch(self, db: Db, caller: Me, vault: Sealing, watch_id: FromPath[UUID]) -> ShiftShown:
        """There is no need any more."""
        case_id = await store.end_watch(db, watch_id, now=now())
        await audit.note(db, caller, "write", "case", case_id, why="watch ended")
        return await _told(db, vault)

    @post("/incidents")
    async def incident(self, db: Db, caller: Me, vault: Sealing, data: JSONBody[Words]) -> ShiftShown:
        """Something that the next shift must know."""
        words = shift.words(data.words, "incident")
        await store.add_incident(db, vault, words, written_by=caller.subject, now=now())
        return await _told(db, vault)

    @post("/handovers")
    async def hand_over(self, db: Db, caller: Me, vault: Sealing, data: JSONBody[Words]) -> ShiftShown:
        """One's last word; how much is open is counted with it."""
        words = shift.words(data.words, "handover", needed=False)
        standing = await _shift(db, vault)
        left_open = {
            "open_calls": len(standing.open_calls),
            "unfinished": len(standing.unfinished),
            "watched": len(standing.watched),
            "incidents": len(standing.incidents),
        }
        await store.hand_over(db, vault, words, left_open=left_open, written_by=caller.subject, now=now())
        return await _told(db, vault)

    @post("/handovers/{handover_id:uuid}/sign", status_code=200)
    async def sign(self, db: Db, caller: Me, vault: Sealing, handover_id: FromPath[UUID]) -> ShiftShown:
        """Read, and signed by whoever comes in."""
        await store.sign(db, handover_id, signed_by=caller.subject, now=now())
        await audit.note(db, caller, "sign", "handover", handover_id)
        return await _told(db, vault)


async def _told(db: Db, vault: Vault) -> ShiftShown:
    await outbox.nudge(db, "desk")
    return await _shift(db, vault)


async def _shift(db: Db, vault: Vault) -> ShiftShown:
    instant = now()
    return ShiftShown(
        open_calls=await desk.going_on(db),
        unfinished=await desk.unfinished(db, since=instant - store.RECENT),
        watched=await store.watched(db, vault, now=instant),
        incidents=await store.incidents(db, vault, now=instant),
        handovers=await store.handovers(db, vault, now=instant),
    )
