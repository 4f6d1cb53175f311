"""Mail over SMTP: a neutral letter of one line."""

import asyncio
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from kit.clock import now
from services.reminders.deliver.answers import Letter, Refused, Unknown

TIMEOUT = 10.0


class Mail:
    """One connection a message to `smtp://[user:password@]host[:port]` or `smtps://`."""

    def __init__(self, url: str, *, sender: str, subject: str, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender
        self._subject = subject
        self._timeout = timeout

    def letter(self, letter: Letter) -> EmailMessage:
        """The whole mail; its Message-ID is that of the row, so that a repeat can be told from a new one."""
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = letter.to
        mail["Subject"] = self._subject
        mail["Date"] = format_datetime(now())
        mail["Message-ID"] = f"<{letter.id}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back
        mail.set_content(letter.text)
        return mail

    async def send(self, letter: Letter) -> None:
        """Hand the mail to the relay."""
        try:
            async with asyncio.timeout(self._timeout):
                await aiosmtplib.send(
                    self.letter(letter),
                    hostname=self._host,
                    port=self._port,
                    username=self._user,
                    password=self._password,
                    use_tls=self._secure,
                    timeout=self._timeout,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise Refused(for_good=all(one.code >= 500 for one in refused.recipients)) from refused
        except (aiosmtplib.SMTPConnectError, ConnectionRefusedError) as away:
            raise Refused() from away
        except (TimeoutError, aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as silence:
            raise Unknown() from silence
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Refused() from error
