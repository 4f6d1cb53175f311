"""How reminders' worker starts."""

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentClashes,
    AppointmentKept,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentUnseen,
    CallBackCancelled,
    CaseErased,
    ExpertInvited,
    FollowUpDue,
    ManagerNeeded,
    NoticePosted,
    OfferClosed,
    OpeningsAsked,
    OtherHourWanted,
    PersonWaitingAlone,
    ProfessionalBeside,
    ProofExpiring,
    ReferralClosed,
    ReferralOffered,
    SeatEnded,
    SeatTaken,
    UrgentActionTriggered,
)
from contracts.waiting import ModalityChanged, SlotOfferClosed, SlotOffered
from contracts.words import Channel
from kit.vault import Vault
from kit.worker import Listening, Service
from services.reminders import listeners, settings
from services.reminders.deliver.batches import sms
from services.reminders.deliver.mail import Mail
from services.reminders.deliver.sending import Outgoing, send_due
from services.reminders.store import afterwards, away, many, seats, waiting


async def begin(worker: Listening) -> None:
    """The ways out, as the settings name them."""
    told: settings.Settings = worker.settings
    worker.things["outgoing"] = Outgoing(
        vault=Vault(told.vault_key),
        routes={
            Channel.SMS: sms(told.sms_url),
            Channel.MAIL: Mail(told.smtp_url, sender=told.mail_from, subject=told.mail_subject),
        },
        public_url=told.public_url,
    )


SERVICE = Service(
    "reminders",
    settings=settings.read,
    listeners={
        AppointmentBooked: listeners.appointment_booked,
        AppointmentMoved: listeners.appointment_moved,
        AppointmentCancelled: listeners.appointment_cancelled,
        AppointmentMissed: listeners.appointment_missed,
        AppointmentUnseen: listeners.appointment_unseen,
        PersonWaitingAlone: listeners.person_waiting_alone,
        ReferralClosed: listeners.referral_closed,
        ReferralOffered: listeners.referral_offered,
        OfferClosed: listeners.offer_closed,
        ManagerNeeded: listeners.manager_needed,
        ExpertInvited: listeners.expert_invited,
        ProofExpiring: listeners.proof_expiring,
        NoticePosted: listeners.notice_posted,
        UrgentActionTriggered: listeners.urgent_action_triggered,
        CallBackCancelled: afterwards.call_back_cancelled,
        FollowUpDue: afterwards.follow_up_due,
        OpeningsAsked: afterwards.openings_asked,
        OtherHourWanted: away.other_hour_wanted,
        AppointmentClashes: away.appointment_clashes,
        AppointmentKept: away.appointment_kept,
        SlotOffered: waiting.slot_offered,
        SlotOfferClosed: waiting.slot_offer_closed,
        ModalityChanged: waiting.modality_changed,
        ProfessionalBeside: away.professional_beside,
        SeatTaken: seats.seat_taken,
        SeatEnded: seats.seat_ended,
        CaseErased: listeners.case_erased,
        AccountOpened: listeners.account_opened,
        AccountClosed: listeners.account_closed,
    },
    together={AppointmentBooked: many.appointments_booked},
    jobs={"send_due": send_due},
    start=begin,
)
