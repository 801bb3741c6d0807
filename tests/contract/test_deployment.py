"""Both templates can be deployed, and what breaks one is noticed by the tools that would deploy it."""

import copy
import json
import re
from typing import Any

import pytest
from samtranslator.model.exceptions import InvalidDocumentException

from functions.local.emulator.template import read_document
from tests.fixtures.bundles import ROOT
from tests.fixtures.deployment import (
    Document,
    expand_sam,
    lint,
    package_serverless,
    read_sam,
    validate_machine,
    without_alarms,
)

SAM = read_sam()
FEW = without_alarms(SAM)
SERVERLESS = (ROOT / "serverless.yml").read_text()
MACHINE = json.loads((ROOT / "functions" / "nightly" / "night.asl.json").read_text())
SHARED_KINDS = (
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::KMS::Key",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::IAM::ManagedPolicy",
)


def resources_of(document: Document, *kinds: str) -> dict[str, Any]:
    found = {name: one for name, one in document["Resources"].items() if one["Type"] in kinds}
    return {name: spelled_out(one["Properties"]) for name, one in found.items()}


def spelled_out(value: Any) -> Any:
    """`Fn::GetAtt` in its one form."""
    if isinstance(value, list):
        return [spelled_out(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::GetAtt": str(named)}:
            return {"Fn::GetAtt": named.split(".")}
    return {name: spelled_out(one) for name, one in value.items()}


@pytest.fixture(scope="module")
def expanded() -> Document:
    return expand_sam(SAM)


@pytest.fixture(scope="module")
def packaged() -> Document:
    return package_serverless(SERVERLESS)


def test_the_template_expands_and_the_result_passes_cfn_lint(expanded: Document) -> None:
    # what the transform has used up
    assert lint(expanded) == ["W2001 Parameter Release not used."]
    assert len(resources_of(expanded, "AWS::Lambda::Url")) == 4
    assert len(resources_of(expanded, "AWS::Events::Rule")) == 1


NETWORK = read_document(ROOT / "layers" / "network.yaml")
GIVEN_NETWORK = {
    "VpcId": "vpc-0123456789abcdef0",
    "SubnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "DatabaseIdentifier": "nutri",
    "DatabaseSecurityGroupId": "sg-0123456789abcdef0",
    "DatabaseSecretArn": "arn:aws:secretsmanager:us-east-1:000000000000:secret:nutri-proxy-AbCdEf",
}


def test_the_network_passes_cfn_lint_and_gives_the_functions_what_they_are_asked_for() -> None:
    given = copy.deepcopy(NETWORK)
    for name, value in GIVEN_NETWORK.items():
        given["Parameters"][name]["Default"] = value
    assert lint(given) == []
    wanted = {"SubnetIds", "SecurityGroupIds"}
    assert wanted < set(NETWORK["Outputs"])
    assert wanted < set(read_document(ROOT / "template.yaml")["Parameters"])


def test_the_network_needs_no_parameter_and_lets_only_the_functions_in() -> None:
    assert [name for name, one in NETWORK["Parameters"].items() if one["Default"]] == []
    doors = resources_of(NETWORK, "AWS::EC2::SecurityGroup")
    opened = {
        name: [rule["SourceSecurityGroupId"]["Ref"] for rule in group.get("SecurityGroupIngress", [])]
        for name, group in doors.items()
    }
    assert opened == {
        "FunctionsGroup": [],
        "CacheGroup": ["FunctionsGroup"],
        "ProxyGroup": ["FunctionsGroup"],
    }
    (cache,) = resources_of(NETWORK, "AWS::ElastiCache::ReplicationGroup").values()
    assert (cache["TransitEncryptionEnabled"], cache["AtRestEncryptionEnabled"]) == (True, True)
    (proxy,) = resources_of(NETWORK, "AWS::RDS::DBProxy").values()
    assert proxy["RequireTLS"] is True


def test_serverless_packages_and_the_result_passes_cfn_lint(packaged: Document) -> None:
    # osls writes what cfn-lint calls needless: dependencies that a reference already implies
    assert [found for found in lint(packaged) if not found.startswith("W3005")] == []


def test_both_make_the_same_alarms_dashboard_key_queue_and_policies(
    expanded: Document, packaged: Document
) -> None:
    assert resources_of(expanded, *SHARED_KINDS) == resources_of(packaged, *SHARED_KINDS)
    assert expanded["Conditions"].items() >= packaged["Conditions"].items()


def test_a_new_account_s_ten_processes_are_enough_unless_more_are_asked_for(expanded: Document) -> None:
    assert expanded["Parameters"]["ReserveConcurrency"]["Default"] == "false"
    for name, function in resources_of(expanded, "AWS::Lambda::Function").items():
        reserved, _, otherwise = function["ReservedConcurrentExecutions"]["Fn::If"]
        assert (reserved, otherwise) == ("Reserved", {"Ref": "AWS::NoValue"}), name
    assert "ProvisionedConcurrencyConfig" not in str(expanded)


def test_nothing_has_a_name_that_a_second_stack_would_want_too(
    expanded: Document, packaged: Document
) -> None:
    named = {"FunctionName", "LogGroupName", "QueueName", "StateMachineName", "DashboardName", "AlarmName"}
    named |= {"RoleName", "ManagedPolicyName", "ApplicationName", "DeploymentGroupName"}
    kinds = {one["Type"] for one in expanded["Resources"].values()} - {"AWS::Lambda::Alias"}
    for resource, properties in resources_of(expanded, *kinds).items():
        for name in named & properties.keys():
            told = str(properties[name])
            assert "AWS::StackName" in told or "Ref" in properties[name], f"{resource}.{name} is {told}"
    for function in resources_of(packaged, "AWS::Lambda::Function").values():
        assert f"name: ${{param:stackName}}-{function['FunctionName'].removeprefix('nutri-')}\n" in SERVERLESS
    stages = read_document(ROOT / "serverless.yml")["params"]
    assert stages["staging"]["stackName"] != stages["default"]["stackName"]


def test_settings_are_kept_under_a_key_and_follow_a_version_of_the_secret(expanded: Document) -> None:
    for function in resources_of(expanded, "AWS::Lambda::Function").values():
        assert function["KmsKeyArn"] == {"Fn::GetAtt": ["SettingsKey", "Arn"]}
        for name, value in function["Environment"]["Variables"].items():
            if name in {"DATABASE_URL", "REDIS_URL", "JWT_SECRET", "JWT_SECRET_PREVIOUS"}:
                assert value["Fn::Sub"].endswith(f":{name}::${{SecretVersion}}}}}}")


def test_each_release_is_a_version_that_callers_are_led_to_and_back_from(expanded: Document) -> None:
    def versions(document: Document) -> set[str]:
        return set(resources_of(document, "AWS::Lambda::Version"))

    assert len(versions(expanded)) == 4
    assert versions(expanded).isdisjoint(versions(expand_sam(SAM, Release="fedcba9876")))
    for url in resources_of(expanded, "AWS::Lambda::Url").values():
        alias = expanded["Resources"][url["TargetFunctionArn"]["Ref"]]
        assert alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] in versions(expanded)
        update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        group = expanded["Resources"][update["DeploymentGroupName"]["Ref"]]["Properties"]
        alarms = [one["Name"]["Ref"] for one in group["AlarmConfiguration"]["Alarms"]]
        assert {expanded["Resources"][name]["Type"] for name in alarms} == {"AWS::CloudWatch::Alarm"}
        assert any(name.endswith("FailedAnswers") for name in alarms)
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        (config,) = group["DeploymentConfigName"]["Fn::Sub"][1].values()
        minutes = int(re.fullmatch(r"Canary10Percent(\d+)Minutes", config)[1])  # type: ignore[index]
        slowest = max(
            expanded["Resources"][name]["Properties"]["Period"]
            * expanded["Resources"][name]["Properties"]["EvaluationPeriods"]
            for name in alarms
        )
        assert minutes * 60 >= slowest, "an alarm that fires after all have moved leads nobody back"


def test_the_caller_may_call_what_its_urls_lead_to(expanded: Document) -> None:
    (statement,) = resources_of(expanded, "AWS::IAM::ManagedPolicy")["CallerPolicy"]["PolicyDocument"][
        "Statement"
    ]
    allowed = {one["Fn::Sub"].partition(":function:")[2] for one in statement["Resource"]}
    for name in ("features", "correlations", "predictions", "insights"):
        assert {f"${{AWS::StackName}}-{name}", f"${{AWS::StackName}}-{name}:live"} <= allowed
    assert len(allowed) == 8


def test_both_give_each_function_a_role_of_its_own_with_the_same_rights(
    expanded: Document, packaged: Document
) -> None:
    ours, theirs = (resources_of(document, "AWS::IAM::Role") for document in (expanded, packaged))
    names = [name for name, role in ours.items() if "ManagedPolicyArns" in role and "own" in str(role)]
    assert len(names) == 5
    assert {name: ours[name] for name in names} == {name: theirs[name] for name in names}
    used = [one["Role"]["Fn::GetAtt"][0] for one in resources_of(expanded, "AWS::Lambda::Function").values()]
    assert sorted(used) == sorted(names)
    assert used == [
        one["Role"]["Fn::GetAtt"][0] for one in resources_of(packaged, "AWS::Lambda::Function").values()
    ]


def test_a_role_may_do_no_more_than_log_join_its_network_and_report_its_failures(expanded: Document) -> None:
    for name, role in resources_of(expanded, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []) if "ManagedPolicyArns" in role else []:
            for statement in policy["PolicyDocument"].get("Statement", []):
                actions = statement["Action"]
                assert "*" not in str(actions), name
                assert statement["Resource"] != "*", name


def test_every_function_has_an_alarm_and_logs_that_end(expanded: Document) -> None:
    functions = resources_of(expanded, "AWS::Lambda::Function").values()
    names = {one["FunctionName"]["Fn::Sub"] for one in functions}
    alarms = resources_of(expanded, "AWS::CloudWatch::Alarm").values()
    watched = {
        one["Dimensions"][0]["Value"]["Fn::Sub"] for one in alarms if one.get("MetricName") == "Errors"
    }
    logs = resources_of(expanded, "AWS::Logs::LogGroup").values()
    assert watched == names
    assert {one["LogGroupName"]["Fn::Sub"] for one in logs if one["RetentionInDays"]} == {
        f"/aws/lambda/{name}" for name in names
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Resources.Features.Properties.FunctionUrlConfig.AuthType", "OPEN"),
        ("Resources.Features.Properties.Timeout", 1000),
        ("Resources.Features.Properties.MemorySize", 64),
        ("Resources.Features.Properties.PackageType", "Picture"),
        ("Resources.Features.Properties.Role", {"Fn::GetAtt": "Nobody.Arn"}),
        ("Resources.Nightly.Properties.EventInvokeConfig.MaximumRetryAttempts", 3),
        ("Resources.Night.Properties.Events.EveryHour.Properties.Schedule", "cron(0 * * * *)"),
        ("Resources.Night.Properties.Events.EveryHour.Properties.Schedule", "rate(1 hours)"),
        ("Resources.FeaturesErrors.Properties.ComparisonOperator", "Above"),
        ("Resources.FeaturesRole.Properties.AssumeRolePolicyDocument.Statement", "everyone"),
        ("Outputs.FeaturesUrl.Value", {"Fn::GetAtt": "FeaturesAddress.FunctionUrl"}),
    ],
)
def test_a_broken_template_is_noticed(path: str, value: object) -> None:
    document = changed(FEW, path, value)
    try:
        found = lint(expand_sam(document))
    except InvalidDocumentException:
        return
    assert found


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("authorizer: aws_iam", "authorizer: open"),
        ("timeout: 900", "timeout: 1000"),
        ("memorySize: 1024", "memory: 1024"),
        ("reservedConcurrency: !If [Reserved, 20, !Ref AWS::NoValue]", "reservedConcurrency: many"),
        ("type: sqs", "type: letterbox"),
        ("Resources.FeaturesRole}", "Resources.NobodysRole}"),
    ],
)
def test_a_broken_serverless_file_is_noticed(written: str, instead: str) -> None:
    assert written in SERVERLESS
    with pytest.raises(ValueError, match=r"(?i)error"):
        package_serverless(SERVERLESS.replace(written, instead, 1))


def test_the_night_is_a_valid_state_machine() -> None:
    assert validate_machine(MACHINE) == ""


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("States.Plan.Next", "Nowhere"),
        ("States.Everyone.ItemProcessor.ProcessorConfig.Mode", "SCATTERED"),
        ("States.Everyone.ItemProcessor.StartAt", "Nowhere"),
        ("States.Everyone.ToleratedFailurePercentage", 200),
        ("States.Plan.Retry", [{"ErrorEquals": ["States.ALL"], "MaxAttempts": -1}]),
        ("States.Evaluate.Type", "Chore"),
    ],
)
def test_a_broken_state_machine_is_noticed(path: str, value: object) -> None:
    assert validate_machine(changed(MACHINE, path, value))


def changed(document: Document, path: str, value: object) -> Document:
    mutant: Any = copy.deepcopy(document)
    *way, last = path.split(".")
    place = mutant
    for step in way:
        place = place[step]
    assert last in place
    place[last] = value
    return mutant  # type: ignore[no-any-return]
