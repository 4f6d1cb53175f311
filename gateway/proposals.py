"""The ranked experts of a call with the slots that are free now, in the order the listener asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from contracts.booking import Slot
from contracts.referral import Candidate, Candidates
from contracts.words import Modality
from gateway import french
from gateway.typography import NB

BY_DAY: Final = "jour"
SORTS: Final = {"adapte": "Le plus adapté", "tot": "Le plus tôt", "proche": "Le plus proche", BY_DAY: "Par jour"}
BEYOND: Final = {1: "Élargir plus loin", 2: "Élargir à la visio et au téléphone", 3: "Élargir aux autres professions"}
"""The next step beyond what was asked, as the contract counts them."""
SHOWN_A_DAY: Final = 9  # a digit holds each
SHOWN_SLOTS: Final = 4
ASKED_SLOTS: Final = 8  # per expert: enough to leave out those that overlap the one before
FAR: Final = datetime.max
SATURDAY: Final = 5
PARTS: Final = (("morning", range(8, 12)), ("afternoon", range(12, 18)), ("evening", range(18, 22)))


class Proposal(msgspec.Struct, frozen=True):
    """One expert with the slots to press; `rank` is said on the two cards that stand first."""

    expert: Candidate
    slots: list[Slot]
    announced: datetime | None = None  # what booking last said, when it does not answer now
    rank: str = ""

    @property
    def first(self) -> datetime | None:
        """Their next free hour: live, or as booking last announced it when it does not answer."""
        return self.slots[0].starts_at if self.slots else self.announced

    @property
    def searched(self) -> str:
        """What the filter looks through."""
        expert = self.expert
        words = [expert.name, expert.title, expert.city, expert.department, *expert.languages, *expert.specialties]
        return " ".join(words).lower()


class Day(msgspec.Struct, frozen=True):
    """One day of the person, with the first hours of everybody in the list."""

    start: datetime
    hours: list[tuple[Proposal, Slot]]
    more: int  # not shown


class Shown(msgspec.Struct, frozen=True):
    """The list as it stands: the cards that come first, the others, and how many match."""

    ahead: list[Proposal]
    others: list[Proposal]
    matching: int
    network: int
    widened: str | None
    live: bool  # False: booking does not answer, the hours are those it last announced
    wider: int = 0
    next_wider: int | None = None
    days: list[Day] = []  # instead of the cards, when the list is read by day

    @property
    def ways(self) -> list[Modality]:
        """How somebody in the list can be met: whose hours the stream follows."""
        return [way for way in Modality if any(way in each.expert.modalities for each in self.every)]

    @property
    def every(self) -> list[Proposal]:
        return [*self.ahead, *self.others]

    @property
    def first(self) -> datetime | None:
        """The earliest hour of all."""
        return min((each.first for each in self.every if each.first is not None), default=None)


def compose(
    candidates: Candidates,
    slots: Sequence[Slot] | None,
    *,
    wanted: Sequence[Modality] = (),
    windows: Sequence[str] = (),
    zone: str = "Europe/Paris",
    sort: str = "adapte",
    held: Slot | None = None,
) -> Shown:
    """`slots` are booking's live ones, None when it does not answer; `sort` orders the cards after the first two.

    `windows` say when the person can, on their own clock in `zone`. The hour `held` for the caller is free to nobody
    else, and stays where the listener pressed it.
    """
    free: dict[UUID, list[Slot]] = {}
    for slot in slots or ():
        free.setdefault(slot.expert_id, []).append(slot)
    if windows:
        free = {expert: liked(theirs, windows, zone) for expert, theirs in free.items()}
    proposals = [
        Proposal(
            expert=each,
            slots=_with_held(
                pressable([one for one in free.get(each.expert_id, []) if one.modality in each.modalities], wanted),
                held if held is not None and held.expert_id == each.expert_id else None,
            ),
            announced=each.first_free if slots is None else None,
        )
        for each in candidates.candidates
    ]
    ahead = _ahead(proposals)
    others = [each for each in proposals if all(each.expert is not first.expert for first in ahead)]
    return Shown(
        ahead=ahead,
        others=_sorted(others, sort),
        matching=candidates.matching,
        network=candidates.network,
        widened=candidates.widened,
        live=slots is not None,
        wider=candidates.wider,
        next_wider=candidates.next_wider,
        days=_by_day(proposals, zone) if sort == BY_DAY else [],
    )


def _with_held(slots: list[Slot], held: Slot | None) -> list[Slot]:
    if held is None or any((one.type_id, one.starts_at) == (held.type_id, held.starts_at) for one in slots):
        return slots
    return sorted([*slots, held], key=lambda one: one.starts_at)


def _by_day(proposals: Sequence[Proposal], zone: str) -> list[Day]:
    """What can be pressed, under the day of the person on which it is; of hours that overlap with one, the first."""
    days: dict[date, list[tuple[Proposal, Slot]]] = {}
    every = sorted(((each, slot) for each in proposals for slot in each.slots), key=lambda one: one[1].starts_at)
    until: dict[UUID, datetime] = {}
    for each, slot in every:
        if slot.starts_at < until.get(slot.expert_id, slot.starts_at):
            continue
        until[slot.expert_id] = slot.ends_at
        days.setdefault(french.local(slot.starts_at, zone).date(), []).append((each, slot))
    return [
        Day(hours[0][1].starts_at, hours[:SHOWN_A_DAY], max(0, len(hours) - SHOWN_A_DAY)) for hours in days.values()
    ]


def liked(slots: Sequence[Slot], windows: Sequence[str], zone: str) -> list[Slot]:
    """The first of all, which is never hidden, and those when the person can; all of them when none is."""
    ordered = sorted(slots, key=lambda one: one.starts_at)
    fit = [slot for slot in ordered if _when(slot, zone) & set(windows)]
    return ([] if ordered[0] in fit else ordered[:1]) + fit if fit else ordered


def _when(slot: Slot, zone: str) -> set[str]:
    start = french.local(slot.starts_at, zone)
    part = next((name for name, hours in PARTS if start.hour in hours), "night")
    return {part, "weekend"} if start.weekday() >= SATURDAY else {part}


def pressable(slots: Sequence[Slot], wanted: Sequence[Modality], *, most: int = SHOWN_SLOTS) -> list[Slot]:
    """At most `most`: one per hour in the modality liked best, those that do not overlap first.

    Where several ways are possible, starts that overlap would only be the same time twice: one is left.
    """
    taste = {modality: place for place, modality in enumerate(wanted or list(Modality))}
    by_hour: dict[datetime, Slot] = {}
    for slot in sorted(slots, key=lambda one: (one.starts_at, taste.get(one.modality, len(taste)))):
        by_hour.setdefault(slot.starts_at, slot)
    apart: list[Slot] = []
    for slot in by_hour.values():
        if not apart or slot.starts_at >= apart[-1].ends_at:
            apart.append(slot)
    one_way = len(taste) == 1 or len({slot.modality for slot in by_hour.values()}) == 1
    rest = [slot for slot in by_hour.values() if slot not in apart] if one_way else []
    return sorted([*apart, *rest][:most], key=lambda one: one.starts_at)


def label(slot: Slot, first: datetime, now: datetime, zone: str) -> str:
    """The hour alone on the day that the card already says, else with its day: `09:15`, `lun. 18:30`, `30/11 08:00`."""
    start, shown = french.local(slot.starts_at, zone), french.local(first, zone)
    if start.date() == shown.date():
        return f"{start:%H:%M}"
    near = (start.date() - french.local(now, zone).date()).days < 7
    return f"{french.DAYS[start.weekday()][:3]}.{NB}{start:%H:%M}" if near else f"{start:%d/%m}{NB}{start:%H:%M}"


def name_of(slot: Slot) -> str:
    """What a slot's button carries, and what comes back when it is pressed."""
    start, end = (instant.isoformat().replace("+00:00", "Z") for instant in (slot.starts_at, slot.ends_at))
    return f"{slot.expert_id}|{slot.type_id}|{start}|{end}|{slot.modality.value}"


def slot_named(text: str) -> Slot:
    """The slot behind a button; `ValueError` when it is not one of ours."""
    expert, kind, start, end, modality = text.split("|")
    return Slot(
        expert_id=UUID(expert),
        type_id=UUID(kind),
        starts_at=_instant(start),
        ends_at=_instant(end),
        modality=Modality(modality),
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    return at


def _ahead(proposals: list[Proposal]) -> list[Proposal]:
    """« Le plus tôt » by the live hours, « Le plus adapté » the first of the ranking with an hour; or one card."""
    soonest = min((each for each in proposals if each.first), key=lambda each: each.first or FAR, default=None)
    best = next((each for each in proposals if each.first), None) or next(iter(proposals), None)
    if soonest is not None and soonest is best:
        return [msgspec.structs.replace(soonest, rank="Le plus tôt, et le plus adapté")]
    ranked = ((soonest, "Le plus tôt"), (best, "Le plus adapté"))
    return [msgspec.structs.replace(each, rank=rank) for each, rank in ranked if each is not None]


def _sorted(proposals: list[Proposal], sort: str) -> list[Proposal]:
    if sort == "tot":
        return sorted(proposals, key=lambda each: (each.first is None, each.first or FAR))
    if sort == "proche":
        return sorted(proposals, key=lambda each: (each.first is None, -_nearness(each.expert)))
    return sorted(proposals, key=lambda each: each.first is None)


def _nearness(expert: Candidate) -> float:
    return next((reason.share for reason in expert.reasons if reason.criterion == "proximity"), 0.0)
