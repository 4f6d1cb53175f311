"""Mail over SMTP: a neutral letter of one line; many letters go over a few connections."""

import asyncio
import binascii
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from kit.clock import now
from services.reminders.deliver.answers import LONGEST, Letter, NotBegun, Refused, Unknown
from services.reminders.deliver.invitations import parts

TIMEOUT = 10.0
OK, TAKEN = 250, (250, 251)
CONNECTIONS = 2
"""Letters of a batch go over as many connections at once; each carries many, since opening one costs two letters."""


class Mail:
    """Letters to `smtp://[user:password@]host[:port]` or `smtps://`."""

    def __init__(self, url: str, *, sender: str, subject: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._from = parseaddr(sender)[1]
        self._head = _head(sender, subject)
        self._with_parts = _head(sender, subject, parts=True)
        self._domain = self._from.rpartition("@")[2]
        self._timeout = timeout

    def letter(self, letter: Letter) -> bytes:
        """The whole mail; its Message-ID is that of the row, so that a repeat can be told from a new one."""
        own = f"To: {letter.to}\r\nDate: {format_datetime(now())}\r\nMessage-ID: <{letter.id}@{self._domain}>\r\n"
        if letter.entry is not None:
            inside = parts(letter.text, letter.entry, organizer=self._from, attendee=letter.to, now=now())
            return own.encode() + self._with_parts + inside
        body = binascii.b2a_qp(letter.text.encode() + b"\n", istext=True).replace(b"\n", b"\r\n")
        return own.encode() + self._head + body

    async def send(self, letter: Letter) -> None:
        """Hand the mail to the relay."""
        (answer,) = await self.send_all([letter])
        if answer is not None:
            raise answer

    async def send_all(self, letters: Sequence[Letter]) -> list[Exception | None]:
        """Hand the mails to the relay; what was not begun in time was not taken."""
        answers: list[Exception | None] = [NotBegun()] * len(letters)
        waiting = iter(enumerate(letters))
        until = time.monotonic() + LONGEST
        lines = min(CONNECTIONS, len(letters))
        await asyncio.gather(*(self._over_one_line(waiting, answers, until) for _ in range(lines)))
        return answers

    async def _over_one_line(
        self, waiting: Iterator[tuple[int, Letter]], answers: list[Exception | None], until: float
    ) -> None:
        """One connection for as many letters as it carries; a broken one is made anew."""
        line: aiosmtplib.SMTP | None = None
        try:
            for number, letter in waiting:
                if time.monotonic() > until:
                    return
                answers[number], begun = None, False
                try:
                    async with asyncio.timeout(self._timeout):
                        line = line if line is not None and line.is_connected else await self._connected()
                        begun = True
                        await _hand_over(line, self._from, _safe(letter.to), self.letter(letter))
                except Exception as error:
                    answer = _answer(error)
                    # A relay that does not even greet has taken nothing, however long it is silent.
                    answers[number] = Refused() if isinstance(answer, Unknown) and not begun else answer
                    if line is not None and isinstance(answers[number], Unknown):
                        line.close()
        finally:
            await _closed(line)

    async def _connected(self) -> aiosmtplib.SMTP:
        line = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._secure,
            local_hostname=self._domain,  # or the machine's own name is looked up at each connection
            timeout=self._timeout,
        )
        await line.connect()
        if line.last_ehlo_response is None:
            await line.ehlo()
        return line


async def _hand_over(line: aiosmtplib.SMTP, sender: str, to: str, mail: bytes) -> None:
    """Three commands. `sendmail` reads each address ten times over, which is most of what a letter costs."""
    said = await line.execute_command(b"MAIL", b"FROM:<%s>" % sender.encode())
    if said.code != OK:
        raise aiosmtplib.SMTPSenderRefused(said.code, said.message, sender)
    said = await line.execute_command(b"RCPT", b"TO:<%s>" % to.encode())
    if said.code not in TAKEN:
        await line.execute_command(b"RSET")
        refused = aiosmtplib.SMTPRecipientRefused(said.code, said.message, to)
        raise aiosmtplib.SMTPRecipientsRefused([refused])
    await line.data(mail)


def _head(sender: str, subject: str, *, parts: bool = False) -> bytes:
    """The headers that every letter has, encoded once; ends with the empty line, or before those of its parts."""
    same = EmailMessage()
    same["From"] = sender
    same["Subject"] = subject
    same["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back
    if parts:
        return same.as_bytes().rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    same["MIME-Version"] = "1.0"
    same["Content-Type"] = 'text/plain; charset="utf-8"'
    same["Content-Transfer-Encoding"] = "quoted-printable"
    return same.as_bytes().replace(b"\n", b"\r\n")


def _safe(address: str) -> str:
    """An address of one line: a line break in it would be another command."""
    if any(sign.isspace() or not sign.isprintable() for sign in address):
        raise Refused(for_good=True)
    return address


def _answer(error: Exception) -> Exception:
    """What the relay's refusal or silence comes to."""
    match error:
        case Refused():
            return error
        case aiosmtplib.SMTPRecipientsRefused():
            return Refused(for_good=all(one.code >= 500 for one in error.recipients))
        case aiosmtplib.SMTPConnectError() | ConnectionRefusedError():
            return Refused()
        case TimeoutError() | aiosmtplib.SMTPServerDisconnected() | aiosmtplib.SMTPTimeoutError():
            return Unknown()
        case aiosmtplib.SMTPException() | OSError():
            return Refused()
    return error


async def _closed(line: aiosmtplib.SMTP | None) -> None:
    """Say goodbye; a relay that does not answer to it has all its letters nevertheless."""
    if line is None or not line.is_connected:
        return
    try:
        async with asyncio.timeout(1):
            await line.quit()
    except (aiosmtplib.SMTPException, TimeoutError, OSError):
        line.close()
