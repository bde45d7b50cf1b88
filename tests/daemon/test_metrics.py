"""The metrics as Prometheus's own client library reads them, in both formats."""
import urllib.request

from harness import BRIDGE, SENSOR, until
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open_metrics
from prometheus_client.parser import text_string_to_metric_families as read_text

# As Prometheus asks.
PREFERS_OPEN_METRICS = ("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;"
                        "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")


def scrape(daemon, accept):
    request = urllib.request.Request(f"http://127.0.0.1:{daemon.http_port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def values(families):
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families for sample in family.samples}


def test_both_formats_say_the_same_of_water_bridge_and_process(started):
    daemon = started.daemon()
    started.bridge(daemon.bridge_port, "--speed", 60)
    until(lambda: daemon.http("/api/v1/devices")[1]["sensors"], "the sensor")
    until(lambda: daemon.http("/api/v1/devices")[1]["sensors"][0]["lifetime"] > 0, "water", seconds=60)
    kind, text = scrape(daemon, "text/plain")
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    plain = values(read_text(text))
    kind, text = scrape(daemon, PREFERS_OPEN_METRICS)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8" and text.endswith("# EOF\n")
    families = list(read_open_metrics(text))
    open_metrics = values(families)
    assert plain.keys() == open_metrics.keys()
    assert open_metrics[("millrace_water_liters_total", (("sensor", SENSOR),))] > 0
    assert open_metrics[("millrace_bridge_connected", (("bridge", BRIDGE),))] == 1
    assert open_metrics[("process_resident_memory_bytes", ())] > 1e6
    assert open_metrics[("process_open_fds", ())] > 3
    kinds = {family.name: family.type for family in families}
    assert kinds["millrace_water_liters"] == "counter" and kinds["millrace_flow_liters_per_second"] == "gauge"
    categories = {labels for name, labels in open_metrics if name == "millrace_water_category_liters_total"}
    assert len(categories) == 12 and (("category", "uncategorised"), ("sensor", SENSOR)) in categories
    assert open_metrics[("millrace_reading_lag_seconds_count", (("sensor", SENSOR),))] > 0
    assert kinds["millrace_reading_lag_seconds"] == "histogram"
