#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes src/check/kubernetes_schema.def: which fields the kinds of Kubernetes have.

    tools/kubernetes-schema.py CHECKOUT TAG > src/check/kubernetes_schema.def

CHECKOUT is a git clone of https://github.com/kubernetes/api (Apache-2.0), TAG one of its releases,
v0.36.3 for Kubernetes 1.36.3. Taken from it are facts alone: names of fields, their types, which of
them must be there.
"""
import re
import subprocess
import sys

PACKAGES = {  # folder of the package: apiVersion of its kinds
    "core/v1": "v1", "apps/v1": "apps/v1", "batch/v1": "batch/v1",
    "networking/v1": "networking.k8s.io/v1", "rbac/v1": "rbac.authorization.k8s.io/v1",
    "policy/v1": "policy/v1", "autoscaling/v1": "autoscaling/v1", "autoscaling/v2": "autoscaling/v2",
    "storage/v1": "storage.k8s.io/v1", "scheduling/v1": "scheduling.k8s.io/v1",
    "admissionregistration/v1": "admissionregistration.k8s.io/v1",
    "node/v1": "node.k8s.io/v1", "coordination/v1": "coordination.k8s.io/v1",
}
KINDS = {
    "core/v1": "ConfigMap LimitRange Namespace PersistentVolume PersistentVolumeClaim Pod "
               "PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "apps/v1": "DaemonSet Deployment ReplicaSet StatefulSet",
    "batch/v1": "CronJob Job",
    "networking/v1": "Ingress IngressClass NetworkPolicy",
    "rbac/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "policy/v1": "PodDisruptionBudget",
    "autoscaling/v1": "HorizontalPodAutoscaler",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "storage/v1": "CSIDriver StorageClass VolumeAttachment",
    "scheduling/v1": "PriorityClass",
    "admissionregistration/v1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "node/v1": "RuntimeClass",
    "coordination/v1": "Lease",
}
# Of k8s.io/apimachinery, whose types are not in the checkout.
META = {
    "ObjectMeta": "annotations:{}s creationTimestamp:s deletionGracePeriodSeconds:i "
                  "deletionTimestamp:s finalizers:[]s generateName:s generation:i labels:{}s "
                  "managedFields:a name:s namespace:s ownerReferences:[]@OwnerReference "
                  "resourceVersion:s selfLink:s uid:s",
    "OwnerReference": "*apiVersion:s blockOwnerDeletion:b controller:b *kind:s *name:s *uid:s",
    "LabelSelector": "matchExpressions:[]@LabelSelectorRequirement matchLabels:{}s",
    "LabelSelectorRequirement": "*key:s *operator:s values:[]s",
}
PLAIN = {
    "string": "s", "[]byte": "s", "int32": "i", "int64": "i", "int": "i", "bool": "b",
    "float64": "a", "metav1.Time": "s", "metav1.MicroTime": "s", "metav1.Duration": "s",
    "types.UID": "s", "resource.Quantity": "q", "intstr.IntOrString": "x",
    "runtime.RawExtension": "a", "rest.RawExtension": "a", "metav1.FieldsV1": "a",
}


class Api:
    def __init__(self, checkout, tag):
        self.checkout, self.tag = checkout, tag
        self.structs, self.others = {}, {}
        for package in PACKAGES:
            self.load(package)

    def load(self, package):
        source = subprocess.run(
            ["git", "-C", self.checkout, "show", f"{self.tag}:{package}/types.go"],
            capture_output=True, text=True, check=True).stdout
        for name, body in re.findall(r"^type (\w+) struct \{(.*?)^\}", source, re.M | re.S):
            self.structs[package, name] = list(self.fields(body))
        for name, what in re.findall(r"^type (\w+) ([\w.\[\]*]+)\s*$", source, re.M):
            self.others[package, name] = what

    @staticmethod
    def fields(body):
        """(name, Go type, inline, required) of each."""
        optional = required = False
        for line in map(str.strip, body.splitlines()):
            field = re.match(r"(?:\w+\s+)?(\S+)\s+`(.*)`", line)
            tag = field and re.search(r'json:"([^"]*)"', field[2])
            if line.startswith("//"):
                optional |= "+optional" in line
                required |= "+required" in line
            elif tag:
                name, _, rest = tag[1].partition(",")
                may_lack = "omitempty" in rest or "omitzero" in rest or optional
                yield name, field[1], "inline" in rest, required or not may_lack
                optional = required = False
            elif not line:
                optional = required = False


class Table:
    def __init__(self, api):
        self.api = api
        self.rows = dict(META)
        self.names = {}

    def name_of(self, package, name):
        """Types of two packages may have one name: the second gets its package in front."""
        short = name
        owner = self.names.setdefault(short, package)
        if owner != package:
            short = package.split("/")[0] + package.split("/")[1] + name
        return short

    def type_of(self, package, go):
        go = go.lstrip("*")
        if go in PLAIN:
            return PLAIN[go]
        if go.startswith("[]"):
            return "[]" + self.type_of(package, go[2:])
        maps = re.match(r"map\[\w+(?:\.\w+)?\](.*)", go)
        if maps:
            return "{}" + self.type_of(package, maps[1])
        prefix, _, name = go.rpartition(".")
        if prefix == "metav1":
            return "@" + name if name in META else "a"
        if prefix:
            package = {"v1": "core/v1", "corev1": "core/v1", "apiv1": "core/v1"}[prefix]
        if (package, name) in self.api.others:
            return self.type_of(package, self.api.others[package, name])
        self.add(package, name)
        return "@" + self.name_of(package, name)

    def expand(self, package, name):
        for field, go, inline, required in self.api.structs[package, name]:
            if inline and go != "metav1.TypeMeta":
                prefix, _, base = go.lstrip("*").rpartition(".")
                yield from self.expand("core/v1" if prefix else package, base)
            elif not inline and field:
                yield package, field, go, required

    def needs_something(self, package, go):
        name = go.lstrip("*")
        return any(required for _, _, _, required in self.expand(package, name))

    def add(self, package, name, top=False):
        short = self.name_of(package, name)
        if short in self.rows:
            return
        self.rows[short] = ""  # while it is being made: types may hold themselves
        row = []
        for home, field, go, required in self.expand(package, name):
            if top and field == "spec":
                required = self.needs_something(home, go)
            elif top and field == "metadata":
                required = False
            kind = "a" if field == "status" else self.type_of(home, go)
            row.append(("*" if required else "") + f"{field}:{kind}")
        if top:
            row += ["apiVersion:s", "kind:s"]
        self.rows[short] = " ".join(sorted(row, key=lambda x: x.lstrip("*")))


def text(row):
    lines, line = [], ""
    for word in row.split():
        if len(line) + len(word) > 80:
            lines.append(line + " ")
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    return "\n     ".join(f'"{x}"' for x in lines)


def main():
    api = Api(*sys.argv[1:3])
    table = Table(api)
    kinds = []
    for package, names in KINDS.items():
        for name in names.split():
            table.add(package, name, top=True)
            kinds.append((PACKAGES[package], name, table.name_of(package, name)))
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/*\n * Made by tools/kubernetes-schema.py of the types in kubernetes/api "
          f"{sys.argv[2]}; do not edit.\n * KIND(apiVersion, kind, type), sorted;"
          " TYPE(name, fields), sorted: see kubernetes_schema.h.\n */")
    for api_version, kind, name in sorted(kinds):
        print(f'KIND("{api_version}", "{kind}", "{name}")')
    for name in sorted(table.rows):
        print(f'TYPE("{name}",\n     {text(table.rows[name])})')


if __name__ == "__main__":
    main()
