"""The composed house runs the same processes as the embedded one, and its file is a valid Compose file."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from infra.embedded.databases import SERVICES as WITH_DATABASE
from infra.embedded.environment import SERVICES

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "infra" / "docker-compose.yml").read_text())
    return read


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "schema" / "compose-spec.json").read_text())
    jsonschema.validate(compose, schema)


def test_a_mistyped_key_would_be_refused(compose: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "schema" / "compose-spec.json").read_text())
    wrong = {**compose, "services": {"postgres": {"image": "postgres:18", "comand": ["postgres"]}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_it_has_every_process_and_a_worker_per_service_with_a_database(compose: dict[str, Any]) -> None:
    expected = {"postgres", "valkey", "coturn", "prepare", "gateway", "video-2", *SERVICES}
    expected |= {f"{service}-worker" for service in WITH_DATABASE}
    assert set(compose["services"]) == expected


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_each_process_sees_only_its_own_keys_and_secrets(compose: dict[str, Any], service: str) -> None:
    seen = {volume["volume"]["subpath"] for volume in compose["services"][service].get("volumes", [])}
    assert bool(seen) == (service != "video")
    assert {path.split("/")[1] for path in seen} <= {service}


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_each_process_is_told_all_that_it_asks_and_nothing_of_its_own_that_it_does_not(
    compose: dict[str, Any], service: str
) -> None:
    module = importlib.import_module(f"{'' if service == 'gateway' else 'services.'}{service}.settings")
    fields = {field.encode_name.upper(): field for field in msgspec.structs.fields(module.Settings)}
    told = {name.removeprefix("VEILLEUSE_") for name in compose["services"][service]["environment"]}
    told = {name.removesuffix("_FILE") for name in told}
    shared = {name.removeprefix("VEILLEUSE_") for name in compose["x-shared"]}
    own = {name.removeprefix(f"{service.upper()}_") for name in told - shared}
    assert own - set(fields) == set()
    assert {name for name, field in fields.items() if field.required} - own - told == set()


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_only_the_preparing_container_knows_the_owners(compose: dict[str, Any], service: str) -> None:
    told = compose["services"][service]["environment"]
    assert not any("MIGRATION" in name or "POSTGRES" in name for name in told)
    assert all(not name.startswith("VEILLEUSE_") or "DATABASE" not in name or service.upper() in name for name in told)


def test_only_the_gateway_and_the_media_of_rooms_are_reachable_from_outside(compose: dict[str, Any]) -> None:
    opened = {name: one["ports"] for name, one in compose["services"].items() if "ports" in one}
    assert set(opened) == {"gateway", "video", "video-2"}
    assert all(port.endswith("/udp") for name in ("video", "video-2") for port in opened[name])


@pytest.mark.parametrize("service", ["referral", "booking", "reminders", "reminders-worker", "video", "video-2"])
def test_whoever_calls_somebody_outside_the_house_can(compose: dict[str, Any], service: str) -> None:
    """Rings, calendars kept elsewhere, messages, media; the network of the others leads nowhere."""
    assert compose["networks"]["inside"]["internal"] is True
    assert "outside" in compose["services"][service]["networks"]


def test_behind_its_proxy_the_gateway_tells_one_client_from_another(compose: dict[str, Any]) -> None:
    assert compose["services"]["gateway"]["environment"]["VEILLEUSE_GATEWAY_PROXIES"] == "${PROXIES:-1}"


def test_all_that_it_asks_for_or_takes_is_documented() -> None:
    text, told = (ROOT / "infra" / "docker-compose.yml").read_text(), (ROOT / "docs" / "running.md").read_text()
    assert [name for name in sorted(set(re.findall(r"\$\{(\w+)", text))) if f"`{name}`" not in told] == []


def test_each_video_node_has_ports_of_its_own_and_is_known_to_the_gateway(compose: dict[str, Any]) -> None:
    nodes = {name: one for name, one in compose["services"].items() if name.startswith("video")}
    ranges = {one["sysctls"]["net.ipv4.ip_local_port_range"] for one in nodes.values()}
    assert len(ranges) == len(nodes)
    for name, one in nodes.items():
        told = one["environment"]
        assert (told["VEILLEUSE_VIDEO_NODE"], told["VEILLEUSE_VIDEO_NODE_URL"]) == (name, f"http://{name}:8000")
        assert one["ports"][0].split(":")[0].replace("-", " ") in ranges
    known = compose["services"]["gateway"]["environment"]["VEILLEUSE_VIDEO_NODES"].split(",")
    assert set(known) == {f"http://{name}:8000" for name in nodes}
