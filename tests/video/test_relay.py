"""Where only a relay gets through, a call still does; it takes our credentials only and reaches our nodes only."""

import asyncio
import re
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from struct import pack
from typing import Any

import pytest
import yaml
from aioice import stun, turn
from aiortc import RTCIceServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from infra import relay as relays
from services.video.rtc import sdp
from services.video.rtc.leg import Leg
from services.video.rtc.relay import ice_servers
from services.video.rtc.room import Pair

if lacking := relays.missing():
    pytest.skip(lacking, allow_module_level=True)

from tests.video.client import Client
from tests.video.hosts import on, three

COMPOSE = Path(__file__).parents[2] / "infra" / "docker-compose.yml"
RELAY, INSIDE, NODE, NEIGHBOUR = "198.51.100.1", "203.0.113.1", "203.0.113.2", "203.0.113.9"
SECRET = "shared by both"
WAYS = {"udp": (3478, False), "tcp": (3478, False), "tls": (443, True)}
URLS = {
    "udp": f"turn:{RELAY}:3478",
    "tcp": f"turn:{RELAY}:3478?transport=tcp",
    "tls": f"turns:{RELAY}:443?transport=tcp",
}
DEADLINE = 120.0


Place = tuple[str, str, ssl.SSLContext, str]  # the person's host, the rooms', whom the person trusts, in a file


def as_composed(folder: Path) -> list[str]:
    """The relay's own words in the composed house, with the settings of this test."""
    command = yaml.safe_load(COMPOSE.read_text())["services"]["coturn"]["command"]
    settings = {"TURN_SECRET": SECRET, "VIDEO_ADDRESS": NODE}
    filled = [re.sub(r"\$\{(\w+)[^}]*\}", lambda found: settings[found[1]], word) for word in command]
    return [word.replace("/turn/", f"{folder}/") for word in filled]


def an_authority(folder: Path) -> ssl.SSLContext:
    """A certificate of the test's own for the relay's address, and a context that trusts nothing else."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(RELAY))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Both hosts; coturn runs between them."""
    folder = tmp_path_factory.mktemp("turn")
    folder.chmod(0o755)
    trusted = an_authority(folder)
    with three("veilleuse-turn") as (person, middle, rooms), (folder / "log").open("wb") as log:
        coturn = subprocess.Popen(
            [
                *("ip", "netns", "exec", middle, "turnserver", *as_composed(folder), "--log-file=stdout"),
                *(f"--userdb={folder}/db", f"--pidfile={folder}/pid"),
                *(f"--listening-ip={RELAY}", f"--relay-ip={INSIDE}"),
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + DEADLINE
            while not _answers(person):
                assert coturn.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()[-1500:]
                time.sleep(0.05)
            yield person, rooms, trusted, str(folder / "cert.pem")
        finally:
            coturn.terminate()
            coturn.wait(10)


def _answers(person: str) -> bool:
    with on(person), closing(socket.socket()) as probe:
        return probe.connect_ex((RELAY, 443)) == 0


async def allocate(place: Place, way: str, inner: asyncio.DatagramProtocol, **changed: str) -> Any:
    """A relayed address for one seat, by this way; the transport that sends from it."""
    person, _, trusted, _ = place
    port, tls = WAYS[way]
    (told,) = ice_servers("turn:relay", SECRET, until=datetime.now(UTC))
    told |= changed
    with on(person):
        transport, _ = await turn.create_turn_endpoint(
            lambda: inner,
            server_addr=(RELAY, port),
            username=told["username"],
            password=told["credential"],
            ssl=trusted if tls else None,
            transport="udp" if way == "udp" else "tcp",
        )
    return transport


class Heard(asyncio.DatagramProtocol):
    """What came in, and from where."""

    def __init__(self) -> None:
        self.packets: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.packets.put_nowait((data, addr))


async def listen(host: str, address: str) -> Heard:
    with on(host):
        _, heard = await asyncio.get_running_loop().create_datagram_endpoint(Heard, local_addr=(address, 0))
    return heard


@pytest.fixture
async def node(place: Place) -> AsyncIterator[Heard]:
    heard = await listen(place[1], NODE)
    yield heard
    heard.transport.close()


@pytest.mark.parametrize("way", WAYS)
async def test_a_seat_reaches_the_node_and_hears_it_by_relay_alone(place: Place, node: Heard, way: str) -> None:
    with on(place[0]), closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as direct, pytest.raises(OSError):
        direct.connect((NODE, 9))  # there is no other way
    person = Heard()
    transport = await allocate(place, way, person)
    async with asyncio.timeout(DEADLINE):
        transport.sendto(b"from the person", node.transport.get_extra_info("sockname"))
        arrived, relayed = await node.packets.get()
        node.transport.sendto(b"from the node", relayed)
        answered, _ = await person.packets.get()
        await transport._TurnTransport__inner_protocol.delete()

    assert (arrived, answered) == (b"from the person", b"from the node")
    assert relayed[0] == INSIDE


@pytest.mark.parametrize("way", WAYS)
async def test_a_whole_call_passes_by_relay_alone(place: Place, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", place[3])
    (told,) = ice_servers(URLS[way], SECRET, until=datetime.now(UTC))
    relay = RTCIceServer(urls=told["urls"], username=told["username"], credential=told["credential"])
    people = (Client(audio=100, video=101, repair=102, relay=relay), Client(audio=110, video=111, repair=112))
    pairs: list[Pair[Leg]] = []
    legs = [
        Leg(received=lambda leg, packet: pairs[0].forward(leg, packet), changed=lambda _: None, public_address=NODE)
        for _ in people
    ]
    pairs.append(Pair(*legs))
    try:
        for leg, client, host in zip(legs, people, place[:2], strict=True):
            with on(place[1]):
                offer = await leg.offer()
            with on(host):
                leg.accept(sdp.read_answer(await client.answer(offer)))
        pairs[0].rename()
        async with asyncio.timeout(DEADLINE):
            for client in people:
                await client.connected.wait()
            for sender, hearer, name in ((0, 1, 100), (1, 0, 110)):
                heard = asyncio.create_task(people[hearer].received())
                while not heard.done():  # the other's leg may be a moment later than its browser
                    await people[sender].send(pack("!BBHLL", 0x80, sdp.OPUS, 1, 960, name) + b"sealed voice")
                    await asyncio.wait([heard], timeout=0.1)
                assert heard.result()[12:] == b"sealed voice"
        assert legs[0]._ice._connection._nominated[1].remote_addr[0] == INSIDE
    finally:
        await asyncio.gather(*(end.close() for end in (*people, *legs)))


@pytest.mark.parametrize(
    "changed",
    [
        {"username": f"{int(time.time()) - 60}:a1b2"},
        {"credential": "bm90IG91cnM="},
        {"username": f"{int(time.time()) + 999_999_999}:a1b2"},
    ],
    ids=["expired", "another secret", "lengthened by its holder"],
)
async def test_a_credential_that_is_over_or_not_ours_is_refused(place: Place, changed: dict[str, str]) -> None:
    with pytest.raises(stun.TransactionFailed) as refused:
        await allocate(place, "udp", Heard(), **changed)

    assert refused.value.response.attributes["ERROR-CODE"][0] == 401


async def test_the_relay_reaches_the_nodes_and_nothing_else(place: Place, node: Heard) -> None:
    transport = await allocate(place, "udp", Heard())
    inner, codes = transport._TurnTransport__inner_protocol, {}
    others = (NEIGHBOUR, RELAY, INSIDE, "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254")
    for number, address in enumerate(others):
        with pytest.raises(stun.TransactionFailed) as refused:
            await inner.channel_bind(0x4100 + number, (address, 80))
        codes[address] = refused.value.response.attributes["ERROR-CODE"][0]
    await inner.channel_bind(0x4000, node.transport.get_extra_info("sockname"))
    await inner.delete()

    assert set(codes.values()) == {403}, codes
