# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: files that mean something for each other."""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example.com/web:1
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
"""
ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop}
automountServiceAccountToken: false
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec:
  selector: {app: db}
"""
ABOUT_SETS = {"network-policy-missing", "network-policy-dangling", "pdb-missing", "sa-missing",
              "service-dangling", "limit-range", "resource-quota"}


def lint(tmp_path, files, *what, stdin=None):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", *what], cwd=tmp_path, input=stdin,
                       capture_output=True, text=True, timeout=60, check=False)
    assert r.returncode == 0, r.stderr
    return json.loads(r.stdout)


def about_sets(report):
    return {(f["rule"], f["locations"][0]["path"], f["locations"][0]["line"])
            for f in report["findings"] if f["rule"] in ABOUT_SETS}


def test_what_stands_in_another_file_is_not_missing(tmp_path):
    files = {"a/web.yaml": DEPLOYMENT, "b/policy.yaml": POLICY, "c/account.yaml": ACCOUNT,
             "budget.yaml": BUDGET}
    report = lint(tmp_path, files, ".")
    assert about_sets(report) == set()
    assert "automount-sa-token" not in {f["rule"] for f in report["findings"]}


def test_what_stands_nowhere_is_told_where_it_belongs(tmp_path):
    report = lint(tmp_path, {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE}, ".")
    assert about_sets(report) == {("network-policy-missing", "./web.yaml", 12),
                                  ("pdb-missing", "./web.yaml", 12),
                                  ("sa-missing", "./web.yaml", 12),
                                  ("service-dangling", "./db.yaml", 5)}


def test_a_file_given_alone_is_silent_while_others_stand_beside_it(tmp_path):
    files = {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE, "other.yaml": ACCOUNT}
    assert about_sets(lint(tmp_path, files, "web.yaml", "db.yaml")) == set()
    (tmp_path / "other.yaml").unlink()
    assert len(about_sets(lint(tmp_path, {}, "web.yaml", "db.yaml"))) == 4


def test_a_yaml_file_beside_it_that_is_no_manifest_matters_not(tmp_path):
    files = {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE, "values.yaml": "replicas: 3\n"}
    assert about_sets(lint(tmp_path, files, "web.yaml", "db.yaml"))


def test_standard_input_is_a_set_of_its_own(tmp_path):
    files = {"policy.yaml": POLICY}
    text = DEPLOYMENT + "---\n" + SERVICE
    report = lint(tmp_path, files, "--stdin-name", "all.yaml", "-", stdin=text)
    assert ("network-policy-missing", "all.yaml", 12) in about_sets(report)
    report = lint(tmp_path, files, "--stdin-name", "all.yaml", "-", stdin=text + "---\n" + POLICY)
    assert "network-policy-missing" not in {rule for rule, _, _ in about_sets(report)}


def test_one_object_has_nothing_to_be_compared_with(tmp_path):
    assert about_sets(lint(tmp_path, {"web.yaml": DEPLOYMENT}, ".")) == set()


def test_a_broken_file_may_hold_what_is_missing(tmp_path):
    files = {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE,
             "z.yaml": "apiVersion: v1\nkind: Pod\nspec: [a\n"}
    report = lint(tmp_path, files, ".")
    assert about_sets(report) == set()
    assert [p["path"] for p in report["problems"]] == ["./z.yaml"]


def test_namespaces_tell_sets_apart(tmp_path):
    other = POLICY.replace("shop", "bank")
    found = about_sets(lint(tmp_path, {"web.yaml": DEPLOYMENT, "policy.yaml": other}, "."))
    assert {"network-policy-missing", "network-policy-dangling"} <= {rule for rule, _, _ in found}
    unwritten = POLICY.replace(", namespace: shop", "")
    found = about_sets(lint(tmp_path, {"policy.yaml": unwritten}, "."))
    assert not {"network-policy-missing", "network-policy-dangling"} & {r for r, _, _ in found}


def test_a_file_given_twice_is_there_once(tmp_path):
    once = lint(tmp_path, {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE}, "web.yaml", "db.yaml")
    twice = lint(tmp_path, {}, "web.yaml", "db.yaml", "web.yaml")
    assert once["findings"] == twice["findings"]


def test_findings_are_in_the_same_order_each_time(tmp_path):
    files = {f"{i}.yaml": DEPLOYMENT.replace("web", f"web{i}") for i in range(20)}
    assert lint(tmp_path, files, ".")["findings"] == lint(tmp_path, {}, ".")["findings"]


def test_policies_of_other_makers_may_be_about_any_pod(tmp_path):
    cilium = ("apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
              "metadata: {name: web, namespace: shop}\nspec: {endpointSelector: {}}\n")
    found = about_sets(lint(tmp_path, {"web.yaml": DEPLOYMENT, "cilium.yaml": cilium}, "."))
    assert "network-policy-missing" not in {rule for rule, _, _ in found}


def test_scaled_workloads_need_no_replicas(tmp_path):
    scaler = ("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
              "metadata: {name: web, namespace: shop}\n"
              "spec: {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment,"
              " name: web}}\n")
    files = {"web.yaml": DEPLOYMENT, "scaler.yaml": scaler}
    assert "replicas-low" not in {f["rule"] for f in lint(tmp_path, files, ".")["findings"]}
    (tmp_path / "scaler.yaml").write_text(scaler.replace("name: web}", "name: other}"))
    assert "replicas-low" in {f["rule"] for f in lint(tmp_path, {}, ".")["findings"]}


def test_what_is_no_file_beside_it_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    files = {"web.yaml": DEPLOYMENT, "db.yaml": SERVICE}
    assert len(about_sets(lint(tmp_path, files, "web.yaml", "db.yaml"))) == 4


def test_each_test_of_versions_can_be_set(tmp_path):
    files = {"job.yaml": "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n",
             ".plimsoll.yaml": "rules:\n  api-version-removed: {parameters: {minor: 20}}\n"}
    rules = {f["rule"] for f in lint(tmp_path, files, "job.yaml")["findings"]}
    assert "api-version-removed" not in rules
    (tmp_path / ".plimsoll.yaml").unlink()
    rules = {f["rule"] for f in lint(tmp_path, {}, "job.yaml")["findings"]}
    assert "api-version-removed" in rules
