"""Referral's ears: which function hears which event."""

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentHandedBack,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentSeen,
    AppointmentUncovered,
    AppointmentUnseen,
    AvailabilityChanged,
    MessageFailed,
    PersonWaitingAlone,
)
from contracts.waiting import ModalityChanged, SlotOfferClosed, SlotToTell, WaitingUnanswered
from kit.worker import Service
from services.referral import listeners
from services.referral.deliver import waiting
from services.referral.settings import read

SERVICE = Service(
    "referral",
    settings=read,
    listeners={
        AppointmentBooked: listeners.appointment_booked,
        AppointmentMoved: listeners.appointment_moved,
        AppointmentCancelled: listeners.appointment_cancelled,
        AppointmentAttended: listeners.appointment_attended,
        AppointmentMissed: listeners.appointment_missed,
        AppointmentUnseen: listeners.appointment_unseen,
        AppointmentSeen: listeners.appointment_seen,
        AppointmentHandedBack: listeners.appointment_handed_back,
        AppointmentKept: listeners.appointment_kept,
        AppointmentUncovered: listeners.appointment_uncovered,
        PersonWaitingAlone: listeners.person_waiting_alone,
        AvailabilityChanged: listeners.availability_changed,
        MessageFailed: listeners.message_failed,
        SlotToTell: waiting.slot_to_tell,
        SlotOfferClosed: waiting.slot_offer_closed,
        WaitingUnanswered: waiting.waiting_unanswered,
        ModalityChanged: waiting.modality_changed,
        AccountOpened: listeners.account_opened,
        AccountClosed: listeners.account_closed,
    },
    together={
        AppointmentBooked: listeners.appointments_booked,
        AvailabilityChanged: listeners.availabilities_changed,
    },
)
