"""Search: the first 20 free slots of the whole network, through the gateway with authentication."""

from bench.houses import BenchHouse, house
from bench.load import Request, Seen, load
from bench.reference import reference

PATH = "/slots?profession=psychologist&modality=video&limit=20"


def run(*, quick: bool) -> dict[str, float]:
    """The figures of the search; see README for the goals."""
    seconds, rounds = (3.0, 1) if quick else (8.0, 3)
    ones: list[Seen] = []
    many: list[Seen] = []
    bare: list[Seen] = []
    with house("1000", copy=False) as running:
        asked = _asked(running)
        load(running.port, asked, connections=8, seconds=1.0)  # connections and caches warm
        with reference(running.database("booking")) as port:
            plain: list[Request] = [("GET", PATH, {}, "")]
            load(port, plain, connections=8, seconds=0.5, warm="/slots?limit=1")
            for _ in range(rounds):
                ones.append(load(running.port, asked, connections=1, seconds=seconds / 2))
                many.append(load(running.port, asked, connections=32, seconds=seconds))
                bare.append(load(port, plain, connections=32, seconds=seconds, warm="/slots?limit=1"))
    with house("10000", copy=False) as larger:
        asked = _asked(larger)
        load(larger.port, asked, connections=4, seconds=1.0)
        tens = [load(larger.port, asked, connections=1, seconds=seconds / 2) for _ in range(rounds)]
    for seen in (*ones, *many, *bare, *tens):
        if seen.refused:
            raise SystemExit(f"answers other than 200: {seen.statuses}")
    p50 = _median([seen.percentile(0.5) for seen in ones])
    return {
        "p50_ms": p50,
        "per_s_32": _median([seen.per_s for seen in many]),
        "p99_ms_32": _median([seen.percentile(0.99) for seen in many]),
        "ratio_10k": round(_median([seen.percentile(0.5) for seen in tens]) / p50, 2),
        "ratio_reference": round(_median([a.per_s / b.per_s for a, b in zip(many, bare, strict=True)]), 2),
    }


def _asked(running: BenchHouse) -> list[Request]:
    headers = {"Authorization": f"Bearer {running.api_key('psychologist')}"}
    return [("GET", f"/api/v1/booking{PATH}", headers, "")]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
