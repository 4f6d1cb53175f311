"""What `/metrics` says of this node: rooms, lateness, and how lines fare; no room can be told from another."""

from prometheus_client import Gauge, Histogram

from kit.metrics import REGISTRY

rooms = Gauge("video_rooms", "Rooms on this node, by state.", ("state",), registry=REGISTRY)
pictures = Gauge(
    "video_rooms_by_picture", "Rooms whose people talk, by how much they send.", ("level",), registry=REGISTRY
)
loop_lag = Gauge("video_loop_lag_seconds", "How late the loop runs.", registry=REGISTRY)
full = Gauge("video_node_full", "1 while new rooms are sent elsewhere.", registry=REGISTRY)
join_seconds = Histogram(
    "video_join_seconds",
    "From the offer until both browsers of a pair are connected.",
    registry=REGISTRY,
    buckets=(0.1, 0.2, 0.4, 0.7, 1, 1.5, 2, 3, 5, 10),
)
room_kbit_s = Histogram(
    "video_room_kbit_s",
    "What a room forwards, both ways, sampled every ten seconds.",
    registry=REGISTRY,
    buckets=(20, 50, 100, 200, 400, 800, 1500, 3000, 6000),
)
room_lost = Histogram(
    "video_room_lost_ratio",
    "Share of packets that browsers say they lost, sampled every ten seconds.",
    registry=REGISTRY,
    buckets=(0, 0.01, 0.03, 0.05, 0.1, 0.15, 0.3),
)
room_round_trip = Histogram(
    "video_room_round_trip_seconds",
    "Between this node and a browser, sampled every ten seconds.",
    registry=REGISTRY,
    buckets=(0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1, 2),
)
