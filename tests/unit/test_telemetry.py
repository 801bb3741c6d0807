"""Logs that say where and not what, and counts that cannot grow without bound."""

import json
import logging
from pathlib import Path

import pytest

from common.settings import load_settings
from common.telemetry import (
    configure_logging,
    count,
    decode_sample,
    encode_sample,
    gauge,
    observe_seconds,
    own_metrics,
    render_metrics,
    set_gauges,
)
from common.telemetry.metrics import SERIES_MAX
from tests.fixtures.environment import set_environment


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_environment(monkeypatch, tmp_path)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)


def fail_on(value: str) -> None:
    try:
        float(value)
    except ValueError as error:
        raise RuntimeError(f"could not use {value}") from error


def logged_failure(capsys: pytest.CaptureFixture[str]) -> str:
    configure_logging(load_settings())
    try:
        fail_on("hrv 41.7")
    except RuntimeError:
        logging.getLogger("x").exception("it failed")
    return capsys.readouterr().out


def test_an_exception_is_told_by_place_and_type_and_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = logged_failure(capsys)
    told = json.loads(line)
    assert "41.7" not in line
    assert [one["type"] for one in told["exception"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "fail_on" in told["exception"][1]["frames"][-1]


def test_debug_tells_messages_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", "1")
    assert "41.7" in logged_failure(capsys)


def test_every_record_is_one_line_of_json_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings())
    logging.getLogger("x").warning('two\nlines "quoted" %s', "\u2028 ☕")
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    told = json.loads(out)
    assert told["message"] == 'two\nlines "quoted" \u2028 ☕'
    assert told["time"].endswith("Z")


def test_the_hosts_own_log_handlers_are_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().addHandler(logging.StreamHandler())
    configure_logging(load_settings())
    logging.getLogger("x").warning("once")
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.count("once") == 1


def test_the_adapter_does_not_log_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings())
    logging.getLogger("mangum.http").info("GET /people/user-a 200")
    assert capsys.readouterr().out == ""


def rendered() -> str:
    return render_metrics(*own_metrics())


def test_counts_and_durations_in_prometheus_format() -> None:
    count("nutri_cache_total", outcome="hit")
    count("nutri_cache_total", outcome="hit")
    observe_seconds("nutri_request_seconds", 0.003, route="/x/{id}")
    observe_seconds("nutri_request_seconds", 99.0, route="/x/{id}")
    text, labels = rendered(), 'function="local",route="/x/{id}"'
    assert '# TYPE nutri_cache_total counter\nnutri_cache_total{function="local",outcome="hit"} 2\n' in text
    assert f'nutri_request_seconds_bucket{{{labels},le="0.0025"}} 0\n' in text
    assert f'nutri_request_seconds_bucket{{{labels},le="0.005"}} 1\n' in text
    assert f'nutri_request_seconds_bucket{{{labels},le="10.0"}} 1\n' in text
    assert f'nutri_request_seconds_bucket{{{labels},le="+Inf"}} 2\n' in text
    assert f"nutri_request_seconds_count{{{labels}}} 2\n" in text
    assert f"nutri_request_seconds_sum{{{labels}}} 99.003000\n" in text


def test_a_label_cannot_break_the_format() -> None:
    count("nutri_cache_total", outcome='a"b\\c\nd')
    assert 'outcome="a\\"b\\\\c\\nd"} 1' in rendered()


def test_labels_without_bound_end_up_as_other() -> None:
    for number in range(SERIES_MAX + 50):
        count("nutri_requests_total", route=f"/{number}")
        observe_seconds("nutri_request_seconds", 0.1, route=f"/{number}")
    text = rendered()
    assert text.count("nutri_requests_total{") == SERIES_MAX + 1
    assert 'nutri_requests_total{function="local",route="other"} 50' in text
    assert 'nutri_request_seconds_count{function="local",route="other"} 50' in text


def test_a_metric_that_is_not_in_the_catalogue_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="nutri_misspelt"):
        count("nutri_misspelt")


def test_a_group_of_gauges_replaces_the_one_told_before() -> None:
    set_gauges("night", [gauge("nutri_night_shards", 7), gauge("nutri_night_people", 9)])
    set_gauges("night", [gauge("nutri_night_shards", 8)])
    text = rendered()
    assert 'nutri_night_shards{function="local"} 8\n' in text
    assert "nutri_night_people" not in text


@pytest.mark.parametrize(
    "field",
    [
        b"", b"7", b"{}", b'["nutri_unknown",[],""]', b'["nutri_requests_total",[["a"]],""]', b"\xff",
        b'["nutri_requests_total",[],"0.005"]', b'["nutri_request_seconds",[],""]', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_sample_is_none(field: bytes) -> None:
    assert decode_sample(field) is None


def test_a_sample_is_read_as_it_was_written() -> None:
    observe_seconds("nutri_request_seconds", 0.003, route='/x/{id}/"')
    counts, _ = own_metrics()
    assert [decode_sample(encode_sample(sample)) for sample in counts] == list(counts)
