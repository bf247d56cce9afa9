# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: what makes Kubernetes manifests but is none yet, and what renderers make of it."""
import json
import os
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers: [{name: web, image: "a:1", securityContext: {privileged: true}}]
"""
TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "web.name" . }}
spec:
  containers:
    - name: web
      image: "{{ .Values.image }}"
{{- end }}
"""


JSON_POD = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {
    "containers": [{"name": "a", "image": "a:1", "securityContext": {"privileged": True}}]}})


def run(folder, *args, stdin=None):
    return subprocess.run([PLIMSOLL, "lint", *args], cwd=folder, input=stdin, capture_output=True,
                          text=True, timeout=60, check=False)


def lint(folder, files, *what, stdin=None):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    r = run(folder, "--format", "json", *what, stdin=stdin)
    assert r.returncode == 0, r.stderr
    return json.loads(r.stdout)


def not_assessed(report):
    return [c for c in report["coverage"] if c["state"] == "not-assessed"]


def test_templates_are_told_once_for_a_chart_and_not_judged(tmp_path):
    files = {"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
             "web/values.yaml": "image: a:1\n",
             "web/templates/pod.yaml": TEMPLATE, "web/templates/sub/other.yaml": TEMPLATE}
    report = lint(tmp_path, files, "web")
    assert not report["problems"] and not report["findings"]
    (told,) = not_assessed(report)
    assert told["what"] == "Helm chart web"
    assert "2 templates" in told["reason"]
    assert told["remedy"] == "render it: helm template web | plimsoll lint -"
    assert run(tmp_path, "web").returncode == 0
    r = run(tmp_path, "--require-complete", "web")
    assert r.returncode == 3
    assert "NOT ASSESSED" in r.stdout + r.stderr


def test_a_template_that_is_yaml_all_the_same(tmp_path):
    text = POD.replace('"a:1"', '"{{ .Values.image }}"')
    (told,) = not_assessed(lint(tmp_path, {"pod.yaml": text}, "pod.yaml"))
    assert told["what"] == "Helm chart ."


def test_a_template_may_hold_what_is_missing(tmp_path):
    deployment = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
                  "  template: {spec: {containers: [{name: a, image: 'a:1'}]}}\n")
    files = {"a.yaml": deployment, "b.yaml": POD, "c.yaml": TEMPLATE}
    report = lint(tmp_path, files, ".")
    assert not {"pdb-missing", "network-policy-missing"} & {f["rule"] for f in report["findings"]}


def test_braces_of_others_are_no_template(tmp_path):
    text = ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n"
            "  templates:\n  - name: a\n    container: {image: 'a:1', "
            "args: ['{{inputs.parameters.x}}']}\n---\napiVersion: v1\nkind: ConfigMap\n"
            "metadata: {name: c}\ndata: {t: '{{ range .Alerts }}{{ .Labels.x }}{{ end }}'}\n")
    assert not not_assessed(lint(tmp_path, {"w.yaml": text}, "w.yaml"))


def test_broken_yaml_without_braces_is_a_problem(tmp_path):
    report = lint(tmp_path, {"pod.yaml": "apiVersion: v1\nkind: Pod\nspec: [\n"}, "pod.yaml")
    assert report["problems"]


def test_rendered_output_is_read_from_stdin(tmp_path):
    rendered = "---\n# Source: web/templates/pod.yaml\n" + POD + "---\n# Source: web/x.yaml\n"
    report = lint(tmp_path, {}, "-", stdin=rendered)
    (found,) = [f for f in report["findings"] if f["rule"] == "privileged"]
    assert found["locations"][0]["line"] == 7
    report = lint(tmp_path, {}, "-", stdin="FROM a\nRUN cd /x\n")
    assert report["findings"][0]["locations"][0]["path"] == "Dockerfile"


@pytest.mark.parametrize("text, path, rule", [
    (JSON_POD, "stdin.json", "privileged"),
    (f"[{JSON_POD}]", "stdin.json", "privileged"),
    ("services:\n  a: {image: x, privileged: true}\n", "stdin.yaml", "compose-privileged"),
    ("services: {a: {privileged: true, image: x}}\n", "stdin.yaml", "compose-privileged"),
])
def test_a_stream_is_known_by_its_content(tmp_path, text, path, rule):
    report = lint(tmp_path, {}, "-", stdin=text)
    assert rule in [f["rule"] for f in report["findings"]]
    assert {f["locations"][0]["path"] for f in report["findings"]} == {path}
    assert not report["problems"] and not not_assessed(report)


def test_json_of_nobody_is_no_dockerfile(tmp_path):
    report = lint(tmp_path, {}, "-", stdin='{"a": 1}\n')
    assert [c["what"] for c in not_assessed(report)] == ["file stdin.json"]
    assert not report["findings"]


def test_kustomization_and_its_patches(tmp_path):
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"
    files = {"base/pod.yaml": POD,
             "base/kustomization.yaml": "resources: [pod.yaml]\nnamespace: shop\n",
             "prod/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\n"
                                        "kind: Kustomization\nresources: [../base]\n"
                                        "patches:\n  - path: replicas.yaml\n"
                                        "  - patch: |-\n      - op: remove\n        path: /spec/x\n"
                                        "patchesStrategicMerge: [more.yaml]\n",
             "prod/replicas.yaml": patch, "prod/more.yaml": patch}
    report = lint(tmp_path, files, ".")
    assert {f["locations"][0]["path"] for f in report["findings"]} == {"./base/pod.yaml"}
    (told,) = not_assessed(report)
    assert told["what"] == "kustomization ./prod/kustomization.yaml"
    assert "2 patches" in told["reason"]
    assert told["remedy"] == "render it: kubectl kustomize ./prod | plimsoll lint -"


def rules_of(folder, text):
    return [(f["rule"], f["subject"]["name"], f["locations"][0]["line"])
            for f in lint(folder, {"a.yaml": text}, "a.yaml")["findings"]
            if f["rule"] == "privileged"]


def test_lists_inside_lists_and_lists_of_a_kind(tmp_path):
    pod = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
                      "spec": {"containers": [{"name": "a", "image": "a:1",
                                               "securityContext": {"privileged": True}}]}})
    inner = '{"apiVersion": "v1", "kind": "PodList", "items": [%s, %s]}' % (pod, pod)
    text = ("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n"
            f"  - {inner}\n- {pod}\n---\nitems:\nkind: List\napiVersion: v1\n")
    assert sorted(line for _, _, line in rules_of(tmp_path, text)) == [7, 7, 8]


def test_pods_of_all_workloads(tmp_path):
    pod = ("{containers: [{name: a, image: 'a:1', securityContext: {privileged: true}}], "
           "initContainers: [{name: b, image: 'a:1', securityContext: {privileged: true}}], "
           "ephemeralContainers: [{name: c, image: 'a:1', securityContext: {privileged: true}}]}")
    template = "{metadata: {labels: {app: a}}, spec: %s}" % pod
    rows = [("v1", "Pod", f"spec: {pod}"),
            ("v1", "PodTemplate", f"template: {template}"),
            ("batch/v1", "CronJob", f"spec: {{jobTemplate: {{spec: {{template: {template}}}}}}}")]
    rows += [(api, kind, f"spec: {{template: {template}}}") for api, kind in (
        ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"),
        ("apps/v1", "ReplicaSet"), ("v1", "ReplicationController"), ("batch/v1", "Job"),
        ("argoproj.io/v1alpha1", "Rollout"), ("serving.knative.dev/v1", "Service"))]
    for api, kind, body in rows:
        text = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: w}}\n{body}\n"
        assert len(rules_of(tmp_path, text)) == 3, kind


def test_the_terminal_names_the_command_too(tmp_path):
    files = {"web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
             "web/templates/pod.yaml": TEMPLATE}
    lint(tmp_path, files, "web")
    text = " ".join(run(tmp_path, "web").stdout.split())
    assert "NOT ASSESSED" in text and "helm template" in text
