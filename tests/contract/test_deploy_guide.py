"""The deploy guide: its commands are ones the tools have, and its costs are what its prices make."""

import json
import re
import shlex
import ssl
from decimal import ROUND_HALF_UP, Decimal

import botocore.exceptions
import pytest

from common.settings import Settings
from functions.local.emulator.template import read_document
from tests.fixtures.bundles import ROOT
from tests.fixtures.command_lines import check_aws, check_nutri

GUIDE = (ROOT / "layers" / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]
TEMPLATE = read_document(ROOT / "template.yaml")
PARAMETERS = TEMPLATE["Parameters"]


def of(tool: str) -> list[str]:
    return [command for command in COMMANDS if command.startswith(tool)]


@pytest.mark.parametrize("command", of(".venv/bin/nutri "))
def test_a_command_of_ours_is_one(command: str) -> None:
    check_nutri(command)


@pytest.mark.parametrize("command", of("aws "))
def test_a_command_of_the_aws_cli_is_one(command: str) -> None:
    check_aws(command)


@pytest.mark.parametrize(
    ("check", "command"),
    [
        (check_nutri, "nutri migrate --database-uri postgresql://x"),
        (check_nutri, "nutri migrat"),
        (check_nutri, "nutri models rollback nothing --force"),
        (check_aws, "aws secretmanager create-secret --name x"),
        (check_aws, "aws secretsmanager make-secret --name x"),
        (check_aws, "aws secretsmanager create-secret --name x --secret-text y"),
        (check_aws, "aws sns create-topic"),
    ],
)
def test_a_wrong_command_is_noticed(check: object, command: str) -> None:
    with pytest.raises((ValueError, botocore.exceptions.UnknownServiceError)):
        check(command)  # type: ignore[operator]


def test_the_files_psql_is_given_are_there() -> None:
    named = re.findall(r"psql .* -f (\S+)", "\n".join(COMMANDS))
    assert len(named) == 3
    assert all((ROOT / name).is_file() for name in named)


def test_no_error_of_a_script_is_passed_over() -> None:
    assert all("-v ON_ERROR_STOP=1" in command for command in of("psql "))


def test_the_secret_holds_settings_that_the_template_reads_from_it() -> None:
    (command,) = of("aws secretsmanager")
    arguments = shlex.split(command)
    secret = json.loads(arguments[arguments.index("--secret-string") + 1])
    template = (ROOT / "template.yaml").read_text()
    assert set(secret) <= {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"SecretString:(\w+)", template)) == set(secret)


def test_the_stack_needs_the_rights_the_guide_gives_it() -> None:
    (command,) = of("sam deploy")
    assert "--capabilities CAPABILITY_IAM" in command
    assert "RoleName" not in (ROOT / "template.yaml").read_text(), "named roles need CAPABILITY_NAMED_IAM"
    assert len(PARAMETERS) >= 5, "what --guided asks for"


def rows(header: str) -> list[list[str]]:
    table = GUIDE.partition(header)[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def compute(arithmetic: str) -> Decimal:
    """`a x b / c`, from left to right."""
    first, *rest = arithmetic.replace(",", "").split()
    value = Decimal(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value = value * Decimal(number) if sign == "x" else value / Decimal(number)
    return value


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_every_cost_is_its_arithmetic_and_ends_in_a_stated_price() -> None:
    prices = {price for _, price in rows("| price of | $ |")}
    costs = rows("| | arithmetic | $ a month |")
    assert len(costs) >= 9
    for what, arithmetic, told in costs:
        assert arithmetic.split()[-1] in prices, what
        assert cents(compute(arithmetic)) == Decimal(told), what
    (total,) = re.findall(r"In sum ([\d.]+) \$", GUIDE)
    assert sum(Decimal(told) for _, _, told in costs) == Decimal(total)
    ((arithmetic, proxy),) = re.findall(r"([\d.x ]+) = ([\d.]+) more with RDS Proxy", GUIDE)
    assert cents(compute(arithmetic.strip())) == Decimal(proxy)
    assert arithmetic.split()[-1] in prices


def test_what_is_counted_is_what_the_template_makes() -> None:
    resources = [(one["Type"], one["Properties"]) for one in TEMPLATE["Resources"].values()]
    alarms = [told for kind, told in resources if kind == "AWS::CloudWatch::Alarm"]
    looked_at = sum(sum("MetricStat" in one for one in told.get("Metrics", [])) or 1 for told in alarms)
    of_others = [kind for kind, _ in resources if kind == "AWS::CloudWatch::CompositeAlarm"]
    own = {told["MetricName"] for told in alarms if told.get("Namespace") == "Nutri"}
    assert f"| {looked_at} x 0.10 |" in GUIDE
    assert f"| {len(of_others)} x 0.50 |" in GUIDE
    assert f"| metrics of our own | {len(own)} x 0.30 |" in GUIDE


def test_every_alarm_is_in_the_guide() -> None:
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    told = [
        name
        for name, one in TEMPLATE["Resources"].items()
        if one["Type"] in kinds and "AlarmActions" in one["Properties"]
    ]
    of_functions = re.compile(r"(Features|Correlations|Predictions|Insights)(?=[A-Z])")
    assert {f"`{of_functions.sub('…', name)}`" for name in told} <= set(re.findall(r"`[\w…]+`", GUIDE))


def test_the_images_hold_who_signs_rds_s_certificates_and_the_guide_names_the_file() -> None:
    (named,) = re.findall(r"sslrootcert=([\w/.-]+)`", GUIDE)
    assert f"COPY layers/core/rds-ca.pem {named}\n" in (ROOT / "layers/core/Dockerfile").read_text()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ROOT / "layers/core/rds-ca.pem")
    issuers = [dict(part[0] for part in one["subject"]) for one in context.get_ca_certs()]  # type: ignore[misc]
    names = {one["commonName"] for one in issuers}
    assert {f"Amazon RDS us-east-1 Root CA {kind} G1" for kind in ("RSA2048", "RSA4096", "ECC384")} <= names
    assert {f"Amazon Root CA {number}" for number in range(1, 5)} <= names
    assert "!layers/" in (ROOT / ".dockerignore").read_text()
