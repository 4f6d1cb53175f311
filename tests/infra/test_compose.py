"""The composed house runs the same processes as the embedded one, and its file is a valid Compose file."""

import json
from pathlib import Path
from typing import Any

import jsonschema
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
    expected = {"postgres", "valkey", "coturn", "prepare", "gateway", *SERVICES}
    expected |= {f"{service}-worker" for service in WITH_DATABASE}
    assert set(compose["services"]) == expected


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_each_process_sees_only_its_own_keys_and_secrets(compose: dict[str, Any], service: str) -> None:
    seen = {volume["volume"]["subpath"] for volume in compose["services"][service].get("volumes", [])}
    assert bool(seen) == (service != "video")
    assert {path.split("/")[1] for path in seen} <= {service}


@pytest.mark.parametrize("service", WITH_DATABASE)
def test_only_the_preparing_container_knows_the_owners(compose: dict[str, Any], service: str) -> None:
    told = compose["services"][service]["environment"]
    assert not any("MIGRATION" in name or "POSTGRES" in name for name in told)
    assert all(not name.startswith("VEILLEUSE_") or "DATABASE" not in name or service.upper() in name for name in told)


def test_only_the_gateway_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert {name for name, one in compose["services"].items() if "ports" in one} == {"gateway"}
