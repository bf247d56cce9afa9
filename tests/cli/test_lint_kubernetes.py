# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: Kubernetes manifests."""
import json
import os
import subprocess
import time

PLIMSOLL = os.environ["PLIMSOLL"]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          image: registry.example.com/prepare:1
          securityContext:
            privileged: true
      containers:
        - name: web
          image: registry.example.com/web:1
"""


def lint(tmp_path, files, *args):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", *args, *files], cwd=tmp_path,
                       capture_output=True, text=True, timeout=120, check=False)
    return json.loads(r.stdout)


def of_rule(report, rule):
    return [f for f in report["findings"] if f["rule"] == rule]


def test_finding_names_file_line_document_and_container(tmp_path):
    report = lint(tmp_path, {"all.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
                                         "---\n" + DEPLOYMENT})
    (found,) = of_rule(report, "privileged")
    (place,) = found["locations"]
    assert (place["path"], place["line"]) == ("all.yaml", 17)
    assert found["subject"]["name"] == "Deployment shop/web"
    evidence = {e["key"]: e["value"] for e in found["evidence"]}
    assert evidence["container"] == "prepare"
    assert evidence["document"] == "2"
    assert evidence["source"] == "            privileged: true"


def test_lists_are_opened(tmp_path):
    body = "".join("    " + line + "\n" for line in DEPLOYMENT.splitlines())
    report = lint(tmp_path, {"list.yaml": "apiVersion: v1\nkind: List\nitems:\n  -\n" + body})
    assert len(of_rule(report, "privileged")) == 1


def test_json_manifest(tmp_path):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
           "spec": {"hostPID": True, "containers": [{"name": "web", "image": "a:1"}]}}
    report = lint(tmp_path, {"pod.json": json.dumps(pod)})
    assert len(of_rule(report, "host-pid")) == 1


def test_broken_yaml_is_a_problem_and_others_are_checked(tmp_path):
    report = lint(tmp_path, {"broken.yaml": "apiVersion: v1\nkind: Pod\nspec: [a\n",
                             "good.yaml": DEPLOYMENT})
    (problem,) = report["problems"]
    assert problem["path"] == "broken.yaml"
    assert "line 4" in problem["message"]
    assert len(of_rule(report, "privileged")) == 1


def suppressed(report, rule):
    (found,) = of_rule(report, rule)
    return (found.get("suppressed_by") or {}).get("by")


def test_comments_and_annotations_suppress(tmp_path):
    text = DEPLOYMENT.replace("            privileged: true",
                              "            privileged: true # plimsoll ignore=privileged")
    assert suppressed(lint(tmp_path, {"a.yaml": text}), "privileged") == "plimsoll"
    for key, value, by in (("checkov.io/skip1", "CKV_K8S_16=why", "checkov"),
                           ("ignore-check.kube-linter.io/privileged-container", "why",
                            "kube-linter"),
                           ("polaris.fairwinds.com/runAsPrivileged-exempt", '"true"', "polaris")):
        text = DEPLOYMENT.replace("  namespace: shop\n",
                                  f"  namespace: shop\n  annotations:\n    {key}: {value}\n")
        assert suppressed(lint(tmp_path, {"a.yaml": text}), "privileged") == by


def test_comment_inside_a_block_of_text_is_none(tmp_path):
    text = DEPLOYMENT.replace("      initContainers:",
                              "      hostname: |-\n        # plimsoll ignore-file=privileged\n"
                              "      initContainers:")
    assert not suppressed(lint(tmp_path, {"a.yaml": text}), "privileged")


def test_values_of_the_wrong_type_are_no_problem_of_a_rule(tmp_path):
    text = ("apiVersion: v1\nkind: Pod\nmetadata: x\nspec:\n  containers:\n  - a\n  - name: [b]\n"
            "    image: {}\n    ports: 1\n    env: {a: 1}\n    securityContext: yes\n"
            "    resources: [1]\n  volumes: {a: b}\n  securityContext: 1\n")
    assert not lint(tmp_path, {"odd.yaml": text}).get("problems")


def test_a_thousand_objects(tmp_path):
    text = "---\n".join(DEPLOYMENT.replace("name: web\n", f"name: web{i}\n", 1)
                        for i in range(1000))
    before = time.monotonic()
    report = lint(tmp_path, {"all.yaml": text})
    assert len(of_rule(report, "privileged")) == 1000
    assert time.monotonic() - before < 20  # half a second when nothing else runs


def wrong(tmp_path, text):
    report = lint(tmp_path, {"a.yaml": text})
    assert not report["problems"]
    return [(f["locations"][0]["line"], f["title"]) for f in of_rule(report, "schema-invalid")]


def test_schema_says_what_is_wrong_and_where(tmp_path):
    text = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: two\n"
            "  template:\n    spec:\n      containers:\n      - name: a\n        image: a:1\n"
            "        livenessProb: {}\n        ports: [{containerPort: '80'}]\n")
    path = "spec.template.spec.containers[0]"
    assert sorted(wrong(tmp_path, text)) == [
        (5, "Deployment web: replicas has to be a whole number without quotes (spec.replicas)"),
        (5, "Deployment web: selector is missing (spec.selector)"),
        (11, "Deployment web: there is no field livenessProb; did you mean livenessProbe? "
             f"({path}.livenessProb)"),
        (12, "Deployment web: containerPort has to be a whole number without quotes "
             f"({path}.ports[0].containerPort)")]


def test_schema_knows_no_foreign_kinds(tmp_path):
    text = ("apiVersion: example.com/v1\nkind: Deployment\nmetadata: {}\nspec: {replicas: x}\n"
            "---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            "resources: []\n---\napiVersion: batch/v1beta1\nkind: CronJob\nspec: {x: y}\n")
    assert not wrong(tmp_path, text)


def test_schema_takes_what_the_api_takes(tmp_path):
    text = ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations: {a: 'true'}\n"
            "spec:\n  nodeName: null\n  containers:\n  - name: a\n    image: a:1\n"
            "    resources: {limits: {cpu: 0.5, memory: 1Gi, example.com/gpu: 1}}\n"
            "    livenessProbe: {httpGet: {port: http}}\n    readinessProbe: {httpGet: {port: 80}}\n"
            "    volumeMounts: [{name: v, mountPath: /v}]\n  volumes:\n  - name: v\n"
            "    secret: {secretName: s, defaultMode: 0400}\nstatus: {anything: 1}\n")
    assert not wrong(tmp_path, text)


def test_schema_of_many_wrong_things_ends(tmp_path):
    fields = "".join(f"  field{i}: 1\n" for i in range(500))
    assert len(wrong(tmp_path, "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n"
                               + fields)) == 100


def test_each_port_of_the_node_is_named_with_its_container(tmp_path):
    ports = ("          ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81},"
             " {containerPort: 82, hostPort: 8443}]\n")
    found, = of_rule(lint(tmp_path, {"a.yaml": DEPLOYMENT + ports}), "host-port")
    assert found["title"] == "container web takes port 8080, 8443 of its node"
