"""A permit that comes again is not verified again while it lives, and not a moment longer."""

from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.permits import BookPermit, SeatPermit
from kit.keys import BadToken, KeyRing, KeySet
from kit.permits import PermitRefused, Permits


class CountedKeys(KeySet):
    """Counts what it verifies; refuses everything once `over`."""

    asked = 0
    over = False

    async def verify(self, text: str, *, audience: str, typ: str) -> dict[str, object]:
        self.asked += 1
        if self.over:
            raise BadToken("ExpiredSignatureError")
        return await super().verify(text, audience=audience, typ=typ)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Permits, Permits, CountedKeys]:
    """Referral's permits, booking's, and the keys by which booking verifies them."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "one.pem").write_bytes(pem)
    ring = KeyRing(tmp_path)
    found = CountedKeys("referral", "http://nowhere.invalid")
    found.put(ring.public_set())
    return Permits("referral", ring, {}), Permits("booking", None, {"referral": found}), found


async def test_a_permit_is_verified_once_and_each_other_text_for_itself(
    keys: tuple[Permits, Permits, CountedKeys],
) -> None:
    referral, booking, found = keys
    permit = BookPermit(case_id=uuid4(), referral_id=uuid4(), priority=3)
    text = referral.sign(permit)
    assert [await booking.read(text, BookPermit) for _ in range(3)] == [permit] * 3
    assert found.asked == 1
    for other in (text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB"), text + "=", text.upper()):
        with pytest.raises(PermitRefused):
            await booking.read(other, BookPermit)
    with pytest.raises((PermitRefused, KeyError)):
        await booking.read(text, SeatPermit)  # remembered as what it is, not as another kind


class Brief(BookPermit, frozen=True):
    """Over as it is signed; the keys' own leeway still takes it."""

    minutes: ClassVar[int] = 0


async def test_a_permit_is_remembered_no_longer_than_it_lives(keys: tuple[Permits, Permits, CountedKeys]) -> None:
    referral, booking, found = keys
    living, over = (referral.sign(kind(case_id=uuid4(), referral_id=uuid4())) for kind in (BookPermit, Brief))
    await booking.read(living, BookPermit)
    await booking.read(over, Brief)
    found.over = True
    await booking.read(living, BookPermit)
    with pytest.raises(PermitRefused):
        await booking.read(over, Brief)
