"""What stands in deploy/, looked at by the tools of those who will read it: nothing here is started."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from talkoot.settings import Settings
from tests.servers.programs import program, unpacked

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
LAST_REQUESTS = 5  # seconds, after the drain
OLDEST_KUBERNETES, NEWEST_KUBERNETES = "1.29", "1.37"
VALIDATED = [path for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) if path.stem != "kustomization"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def accepted(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a tool said; it must not have complained."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def tool(name: str) -> Path:
    """One that came into this environment as a package."""
    return Path(sys.executable).with_name(name)


def documents() -> Iterator[dict[str, Any]]:
    for path in VALIDATED:
        yield from yaml.safe_load_all(path.read_text())


def kind(wanted: str, name: str) -> Any:
    (found,) = (d for d in documents() if d["kind"] == wanted and d["metadata"]["name"] == name)
    return found


def test_the_dockerfile_is_what_hadolint_asks_for() -> None:
    assert accepted(tool("hadolint"), DEPLOY / "Dockerfile") == ""


def test_the_image_gets_everything_that_the_wheel_is_built_of() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert names == let_in
    assert all((ROOT / name).exists() for name in names)


def test_compose_fits_its_schema_and_names_files_that_are_there(tmp_path: Path) -> None:
    compose = DEPLOY / "compose" / "compose.yaml"
    accepted(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", compose)
    copy = tmp_path / "deploy" / "compose"
    shutil.copytree(DEPLOY, copy.parent)
    accepted("./prepare", "https://chat.example.org", cwd=copy)
    composed = yaml.safe_load(compose.read_text())
    mounts = [mount for service in composed["services"].values() for mount in service.get("volumes", ())]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith(".")]
    files += [secret["file"] for secret in composed["secrets"].values()]
    assert files
    for name in files:
        assert (copy / name).exists(), name


def test_the_secrets_of_compose_are_made_once_and_make_settings(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "compose" / "prepare", tmp_path)
    accepted("./prepare", "https://chat.example.org", cwd=tmp_path)
    folder = tmp_path / "secrets"
    made = {path.name: path.read_text() for path in folder.iterdir()}
    accepted("./prepare", cwd=tmp_path)
    assert {path.name: path.read_text() for path in folder.iterdir()} == made
    assert folder.stat().st_mode & 0o077 == 0
    assert len(set(made.values())) == len(made)
    shown = accepted(tool("talkoot"), "settings", "--config", folder / "talkoot.toml", cwd=tmp_path)
    assert "https://chat.example.org" in shown
    assert made["postgres_password"] not in shown


@pytest.mark.parametrize("version", [OLDEST_KUBERNETES, NEWEST_KUBERNETES])
def test_the_manifests_fit_the_schemas_of_kubernetes(version: str) -> None:
    accepted(tool("kubernetes-validate"), "--strict", "-k", version, *VALIDATED)


def test_the_kustomization_has_every_manifest_but_the_pattern_of_the_secret() -> None:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    assert sorted(kustomization["resources"]) == [path.name for path in VALIDATED if path.stem != "secret"]


def test_a_tool_that_knows_better_refuses_a_broken_manifest(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        (DEPLOY / "kubernetes" / "serve.yaml").read_text().replace("readOnlyRoot", "readOnlyRot")
    )
    with pytest.raises(AssertionError, match="readOnlyRotFilesystem"):
        accepted(tool("kubernetes-validate"), "--strict", broken)


def test_nothing_is_killed_before_its_drain_is_over() -> None:
    config, serve = kind("ConfigMap", "talkoot")["data"], kind("Deployment", "talkoot")
    pod = serve["spec"]["template"]["spec"]
    before = float(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    drain = float(config["TALKOOT_DRAIN_SECONDS"])
    assert before + drain + LAST_REQUESTS < pod["terminationGracePeriodSeconds"]

    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    prepared = re.search(
        r"^drain_seconds = (\d+)", (DEPLOY / "compose" / "prepare").read_text(), re.MULTILINE
    )
    assert prepared
    assert int(prepared[1]) + LAST_REQUESTS < int(compose["services"]["app1"]["stop_grace_period"][:-1])

    for unit in UNITS:
        stop = re.search(r"^TimeoutStopSec=(\d+)$", unit.read_text(), re.MULTILINE)
        assert stop
        assert Settings.model_fields["drain_seconds"].default + LAST_REQUESTS < int(stop[1])


def test_every_setting_that_is_named_exists() -> None:
    elsewhere = {"TALKOOT_LISTEN"}  # of compose.yaml itself
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        for name in set(re.findall(r"\bTALKOOT_[A-Z0-9_]+", path.read_text())) - elsewhere:
            assert name.removeprefix("TALKOOT_").lower() in Settings.model_fields, f"{path}: {name}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_unit_and_finds_it_closed_off(unit: Path, tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/talkoot/bin/talkoot", str(tool("talkoot"))))
    assert accepted(analyze, "verify", "--man=no", here) == ""
    accepted(analyze, "security", "--offline=yes", "--threshold=20", here)


def test_nginx_takes_what_is_meant_for_it(certificate: Path, tmp_path: Path) -> None:
    server = (DEPLOY / "nginx" / "talkoot.conf").read_text()
    for named in ("/etc/ssl/chat.pem", "/etc/ssl/private/chat.key"):
        assert named in server
        server = server.replace(named, str(certificate))
    whole = f"events {{ worker_connections 100; }} http {{ {server} }}"
    for name, text in (
        ("nginx.conf", whole),
        ("compose.conf", (DEPLOY / "compose" / "nginx.conf").read_text()),
    ):
        conf = tmp_path / name
        conf.write_text(f"pid {tmp_path}/pid;\n{text}")
        shutil.copy(DEPLOY / "nginx" / "talkoot-proxy.conf", tmp_path)
        accepted(program("nginx", "nginx"), "-t", "-p", tmp_path, "-e", "stderr", "-c", conf)


def test_haproxy_takes_what_is_meant_for_it(certificate: Path, tmp_path: Path) -> None:
    conf = tmp_path / "haproxy.cfg"
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    conf.write_text(text.replace("/etc/haproxy/chat.pem", str(certificate)))
    assert "[WARNING]" not in accepted(program("haproxy", "haproxy"), "-c", "-f", conf)


def test_prometheus_takes_the_rules_and_what_is_to_be_scraped(tmp_path: Path) -> None:
    promtool = unpacked("promtool", "prometheus")
    for config in (DEPLOY / "prometheus" / "prometheus.yml", DEPLOY / "compose" / "prometheus.yml"):
        shutil.copy(config, tmp_path / "prometheus.yml")
        shutil.copy(DEPLOY / "prometheus" / "alerts.yml", tmp_path)
        assert "rules found" in accepted(promtool, "check", "config", tmp_path / "prometheus.yml")


def test_grafana_gets_a_dashboard_without_two_panels_in_one_place() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "talkoot.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(places)) == len(places)
    assert max(x for x, _ in places) < 24
    known = {f"${{{variable['name']}}}" for variable in dashboard["templating"]["list"]}
    assert {target["datasource"]["uid"] for panel in panels for target in panel.get("targets", ())} <= known
