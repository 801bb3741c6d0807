"""The Node client, built as `make client` does and run under Node against the running product."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from common.auth import verify
from common.errors import Unauthenticated
from common.settings import Settings
from functions.local.explorer.serving import PAGE
from functions.local.reference import READMES
from tests.fixtures.service import Service

PROJECT = Path(__file__).parents[2]
CLIENT = PROJECT / "functions" / "local" / "client"
INTEGRATION = PROJECT / "functions" / "INTEGRATION.md"
CONTRACT = json.loads((PROJECT / "functions" / "openapi.json").read_text())
SECRET = "a-secret-of-thirty-two-bytes-or-more"
STRICT = ("--strict", "--module", "nodenext", "--target", "es2022", "--types", "node")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js with npm is not installed"),
]


def run(*command: str, cwd: Path = CLIENT, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done


@pytest.fixture(scope="module")
def package() -> Path:
    """The packed client."""
    installed = subprocess.run(
        ["make", f"{CLIENT.relative_to(PROJECT)}/node_modules"], cwd=PROJECT, capture_output=True, check=False
    )
    if installed.returncode:
        pytest.skip("npm cannot install what builds the client: no registry is reached")
    run("make", "client", cwd=PROJECT)
    run("npm", "run", "uses")
    return next(CLIENT.glob("*.tgz"))


@pytest.fixture(scope="module")
def gateway(service: Service) -> str:
    return service.read_env()["GATEWAY_URL"]


def test_every_operation_of_the_contract_answers(package: Path, gateway: str) -> None:
    lines = run("node", "build/test/every-operation.js", gateway).stdout.splitlines()
    outcomes = {(told := json.loads(line))["operation"]: told for line in lines}
    operations = {
        f"{method.upper()} {path}" for path, methods in CONTRACT["paths"].items() for method in methods
    }
    assert set(outcomes) == operations
    # what the demo people's devices cannot answer is refused, which is an answer too
    refused = {operation: told["code"] for operation, told in outcomes.items() if not told["ok"]}
    assert refused.items() <= {"POST /api/predictions/what-if": "no_evidence"}.items()


def test_it_keeps_its_promises_when_all_is_not_well(package: Path, gateway: str) -> None:
    output = run("npm", "test", "--silent", NUTRI_URL=gateway).stdout
    assert "# fail 0" in output
    assert "# skipped 0" in output


CONSUMER = """
import { createNutriClient, NutriProblem, type NutriClient } from "nutri-ml-client";
const nutri: NutriClient = createNutriClient({ baseUrl: process.argv[2] ?? "" });
nutri.GET("/api/features/catalog").then(({ count }) => console.log(count > 100), (error: unknown) => {
  throw error instanceof NutriProblem ? new Error(error.code) : error;
});
"""


def test_it_installs_alone_and_serves_both_module_systems(
    package: Path, gateway: str, tmp_path: Path
) -> None:
    (tmp_path / "package.json").write_text("{}")
    run("npm", "install", "--offline", "--no-save", str(package), cwd=tmp_path)
    installed = [path.name for path in (tmp_path / "node_modules").iterdir() if not path.name.startswith(".")]
    assert installed == ["nutri-ml-client"]
    for declared in (tmp_path / "node_modules" / "nutri-ml-client" / "dist").rglob("*.d.ts"):
        assert set(re.findall(r'from "([^."][^"]*)"', declared.read_text())) == set(), declared.name
    for name in ("use.mts", "use.cts"):
        (tmp_path / name).write_text(CONSUMER)
    types = ("--typeRoots", str(CLIENT / "node_modules" / "@types"), "--skipLibCheck")
    run(str(CLIENT / "node_modules/.bin/tsc"), *STRICT, *types, "use.mts", "use.cts", cwd=tmp_path)
    for built in ("use.mjs", "use.cjs"):
        assert run("node", built, gateway, cwd=tmp_path).stdout == "true\n"


def test_every_typescript_block_of_a_readme_compiles(package: Path) -> None:
    pages = (*READMES, INTEGRATION, CLIENT / "README.md")
    folder = CLIENT / "build" / "readme"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for page in pages:
        blocks = re.findall(r"^```ts\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
        for i, block in enumerate(blocks):
            (folder / f"{page.parent.name}-{page.stem}-{i}.mts").write_text(f"{block}\nexport {{}};\n")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) >= 6
    exact = ("--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess")
    run(
        str(CLIENT / "node_modules/.bin/tsc"),
        *STRICT,
        *exact,
        "--noEmit",
        "--skipLibCheck",
        *names,
        cwd=folder,
    )


def mint(**claims: Any) -> str:
    script = (
        'import { mintToken } from "./dist/esm/index.js"; console.log(mintToken(JSON.parse(process.argv[1])))'
    )
    return run("node", "--input-type=module", "-e", script, json.dumps(claims)).stdout.strip()


def test_its_tokens_are_the_service_s(package: Path) -> None:
    settings = Settings(jwt_secret=SecretStr(SECRET), _env_file=None)
    now = datetime.now(UTC)
    anna = verify(mint(secret=SECRET, subject="anna"), settings, now)
    assert (anna.user_id, anna.service) == ("anna", False)
    assert verify(mint(secret=SECRET, subject="backend", scope="service"), settings, now).service
    for wrong in ({"secret": SECRET[::-1]}, {"issuer": "another"}, {"expiresInSeconds": -60}):
        with pytest.raises(Unauthenticated):
            verify(mint(**{"secret": SECRET, "subject": "anna", **wrong}), settings, now)


def test_the_explorer_s_javascript_is_sound(package: Path) -> None:
    told = run("make", "check-page", cwd=PROJECT).stdout
    assert "the explorer's JavaScript is sound" in told


SNIPPETS = """
globalThis.location = { origin: "http://127.0.0.1:8000" };
globalThis.sessionStorage = { getItem: () => null };
globalThis.d3 = { utcFormat: () => undefined, symbolCircle: 0, symbolDiamond: 0 };
const { asTypeScript } = await import("./snippets.js");
const person = { userId: "demo-anna", today: "2026-11-25" };
const panels = [
  ["days.js", "daysRequests"], ["tomorrow.js", "tomorrowRequests"], ["map.js", "mapRequests"],
  ["insights.js", "insightsRequests"], ["catalogue.js", "featuresRequests"],
];
for (const [file, name] of panels) {
  const { [name]: requests } = await import(`./${file}`);
  console.log(asTypeScript(requests(person)) + "//next");
}
"""


def test_what_the_explorer_copies_as_typescript_compiles(package: Path, tmp_path: Path) -> None:
    shutil.copytree(PAGE, tmp_path / "page")
    (tmp_path / "page" / "package.json").write_text('{"type": "module"}')
    (tmp_path / "page" / "write.js").write_text(SNIPPETS)
    snippets = run("node", "write.js", cwd=tmp_path / "page").stdout.split("//next\n")[:-1]
    assert len(snippets) == 5
    folder = CLIENT / "build" / "snippets"
    folder.mkdir(parents=True, exist_ok=True)
    for number, snippet in enumerate(snippets):
        (folder / f"panel{number}.mts").write_text(snippet)
    run(
        "node_modules/.bin/tsc",
        *STRICT,
        "--noEmit",
        "--skipLibCheck",
        *map(str, sorted(folder.glob("*.mts"))),
    )
