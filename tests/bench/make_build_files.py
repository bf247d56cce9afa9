#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the build files that `make bench-lint` measures lint with.

    make_build_files.py --out DIR [--dockerfiles 1000] [--objects 1000]

The same numbers give the same bytes: the seed is a constant.

    DIR/dockerfiles/svc-0001/Dockerfile    a folder of its own for each, with a few files to copy
    DIR/flat/svc-0001.Dockerfile           the same files in one folder
    DIR/kubernetes/bundle.yaml             objects of a dozen kinds, one file

A Dockerfile has about 100 lines: several stages, package managers of its language, comments,
labels, heredocs, health checks, and the small sins of real ones. Versions, names and the choice of
parts differ from file to file.
"""

import argparse
import os
import random
import shutil

LINES = 100

APT = (
    "build-essential ca-certificates curl git gnupg libffi-dev libpq-dev libssl-dev "
    "pkg-config unzip wget xz-utils zlib1g-dev jq make libxml2-dev libicu-dev tini locales"
).split()
APK = "bash curl git libpq openssl tzdata ca-certificates build-base linux-headers jq tini".split()
TEAMS = "payments search billing identity orders media reports gateway ledger catalog".split()
WORDS = "worker api web sync export index relay proxy cron admin feed mail audit".split()


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines = []

    def add(self, text=""):
        self.lines += text.rstrip("\n").split("\n")

    def some(self, of, low, high):
        return sorted(self.r.sample(of, self.r.randint(low, high)))

    def maybe(self, chance):
        return self.r.random() < chance


# ---- parts of a Dockerfile ----


def apt(m):
    pinned = m.maybe(0.4)
    words = [f"{p}={m.r.randint(1, 9)}.{m.r.randint(0, 40)}-{m.r.randint(1, 6)}" if pinned else p
             for p in m.some(APT, 5, 10)]
    m.add("# What the build needs from the distribution.")
    if m.maybe(0.15):
        m.add("RUN apt-get update")
        m.add("RUN apt-get install -y " + " ".join(words[:3]))
        return
    m.add("RUN apt-get update \\")
    flags = "-y --no-install-recommends" if m.maybe(0.8) else "-y"
    m.add(f"    && apt-get install {flags} \\")
    for w in words:
        m.add(f"        {w} \\")
    m.add("    && apt-get clean \\")
    m.add("    && rm -rf /var/lib/apt/lists/*" if m.maybe(0.85) else "    && echo installed")


def apk(m):
    m.add("# Libraries and tools.")
    m.add("RUN apk add --no-cache \\" if m.maybe(0.8) else "RUN apk update && apk add \\")
    words = m.some(APK, 4, 8)
    for w in words[:-1]:
        m.add(f"        {w} \\")
    m.add(f"        {words[-1]}")


def python(m, base):
    m.add(f"FROM python:3.{m.r.randint(9, 13)}-{base} AS build")
    m.add("ENV PIP_NO_CACHE_DIR=1 \\\n    PYTHONUNBUFFERED=1 \\\n    PYTHONDONTWRITEBYTECODE=1")
    (apk if base == "alpine" else apt)(m)
    m.add("WORKDIR /src")
    m.add("COPY requirements.txt pyproject.toml ./")
    if m.maybe(0.5):
        m.add("RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt")
    else:
        m.add(f"RUN pip install --no-cache-dir --upgrade pip==24.{m.r.randint(0, 3)} \\")
        m.add("    && pip install -r requirements.txt gunicorn uvicorn==0.30.1")
    m.add("COPY . .")
    m.add("RUN python -m compileall -q . && find . -name '__pycache__' -prune -o -print | wc -l")


def node(m, base):
    m.add(f"FROM node:{m.r.choice([18, 20, 22])}-{base} AS build")
    m.add("ARG NODE_ENV=production\nENV NODE_ENV=${NODE_ENV}")
    (apk if base == "alpine" else apt)(m)
    m.add("WORKDIR /usr/src/app")
    m.add("COPY package.json package-lock.json ./")
    m.add("RUN npm ci --omit=dev && npm cache clean --force" if m.maybe(0.7)
          else "RUN npm install\nRUN npm install -g pm2")
    m.add("COPY src/ ./src/\nCOPY tsconfig.json .")
    m.add("RUN npm run build -- --outDir dist 2>&1 | tee /tmp/build.log")


def go(m, base):
    m.add(f"FROM golang:1.{m.r.randint(19, 23)}-{base} AS build")
    m.add("ARG VERSION=dev\nARG COMMIT\nENV CGO_ENABLED=0 GOFLAGS=-mod=readonly")
    (apk if base == "alpine" else apt)(m)
    m.add("WORKDIR /go/src/app")
    m.add("COPY go.mod go.sum ./\nRUN go mod download && go mod verify")
    m.add("COPY . .")
    m.add("RUN --mount=type=cache,target=/root/.cache/go-build \\")
    m.add('    go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" \\')
    m.add("        -o /out/app ./cmd/app")
    m.add("RUN go vet ./... && go test ./...")


def java(m, base):
    m.add(f"FROM maven:3.9-eclipse-temurin-{m.r.choice([17, 21])}"
          f"{'-alpine' if base == 'alpine' else ''} AS build")
    (apk if base == "alpine" else apt)(m)
    m.add("WORKDIR /build")
    m.add("COPY pom.xml .\nRUN mvn -B -q dependency:go-offline")
    m.add("COPY src ./src")
    m.add("RUN mvn -B -q package -DskipTests \\\n    && mkdir -p /out \\")
    m.add("    && cp target/*.jar /out/app.jar")
    m.add('ENV JAVA_OPTS="-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError"')


def native(m, base):
    distro = "alpine:3.20" if base == "alpine" else f"debian:{m.r.choice(['bookworm', '12'])}-slim"
    m.add(f"FROM {distro} AS build")
    (apk if base == "alpine" else apt)(m)
    m.add("WORKDIR /src")
    version = f"{m.r.randint(1, 4)}.{m.r.randint(0, 20)}.{m.r.randint(0, 9)}"
    m.add(f"ENV LIB_VERSION={version} \\\n    PREFIX=/opt/lib")
    m.add("RUN set -eux; \\")
    m.add("    curl -fsSL -o lib.tar.gz \\")
    m.add('        "https://dist.example.com/lib/lib-${LIB_VERSION}.tar.gz"; \\')
    if m.maybe(0.6):
        m.add(f'    echo "{m.r.getrandbits(256):064x}  lib.tar.gz" | sha256sum -c -; \\')
    m.add("    tar -xzf lib.tar.gz --strip-components=1; \\")
    m.add('    ./configure --prefix="$PREFIX" --disable-static; \\')
    m.add("    make -j$(nproc); \\\n    make install; \\\n    rm -f lib.tar.gz")
    m.add("COPY CMakeLists.txt ./\nCOPY src src")
    m.add("RUN cmake -S . -B /out -DCMAKE_BUILD_TYPE=Release && cmake --build /out -j 4")


def labels(m, team, name):
    m.add("# Who owns it, and where it came from.")
    m.add("ARG REVISION\nARG CREATED")
    m.add(f'LABEL org.opencontainers.image.title="{team}-{name}" \\')
    m.add(f'      org.opencontainers.image.source="https://git.example.com/{team}/{name}" \\')
    m.add('      org.opencontainers.image.revision="${REVISION}" \\')
    m.add('      org.opencontainers.image.licenses="Apache-2.0"')
    if m.maybe(0.1):
        m.add(f"MAINTAINER {team}@example.com")


def entry_script(m):
    m.add("COPY <<'EOF' /usr/local/bin/entry.sh")
    m.add("#!/bin/sh\nset -eu")
    m.add('if [ "${1:-}" = "migrate" ]; then\n    shift\n    exec /app/migrate "$@"\nfi')
    m.add('exec "$@"\nEOF')
    m.add("RUN chmod 0755 /usr/local/bin/entry.sh")


def user(m, base):
    m.add("# Nothing below needs root.")
    if base == "alpine":
        m.add("RUN addgroup -S -g 10001 app && adduser -S -u 10001 -G app app")
    else:
        m.add("RUN groupadd --gid 10001 app \\")
        m.add("    && useradd --uid 10001 --gid app --home-dir /app --no-create-home app")


def checks(m):
    m.add("RUN <<EOF\nset -e")
    for i in range(m.r.randint(2, 4)):
        m.add(f"test -d /app || mkdir -p /app/part{i}")
    m.add('for f in /app/*.conf; do\n    [ -e "$f" ] && sed -i "s/@PORT@/8080/" $f')
    m.add("done\nEOF")


def settings(m):
    m.add("# Defaults that a deployment may override.")
    names = m.some([f"APP_{w.upper()}" for w in
                    "cache_size log_level workers timeout region pool queue batch retries".split()],
                   4, 7)
    m.add("ENV " + " \\\n    ".join(f"{n}={m.r.randint(1, 64)}" for n in names))
    if m.maybe(0.1):
        m.add(f"ENV DB_PASSWORD={m.r.choice(WORDS)}{m.r.randint(1000, 9999)}xyz")


def fetch_tool(m):
    tool = m.r.choice(["dumb", "migrate", "envplate", "wait-for"])
    m.add(f"# {tool} comes from its own releases.")
    if m.maybe(0.3):
        m.add(f"ADD https://dist.example.com/{tool}/{tool}-linux-amd64 /usr/local/bin/{tool}")
        m.add(f"RUN chmod +x /usr/local/bin/{tool}")
        return
    m.add(f"RUN wget -q -O /tmp/{tool}.tgz https://dist.example.com/{tool}/1.{m.r.randint(0, 9)}.tgz \\")
    m.add(f"    && tar -C /usr/local/bin -xzf /tmp/{tool}.tgz \\")
    m.add(f"    && rm /tmp/{tool}.tgz \\\n    && {tool} --version | head -n 1")


def final(m, base, team, name):
    m.add()
    m.add("# ---- what runs ----")
    m.add("FROM alpine:3.20" if base == "alpine" else f"FROM debian:12{m.r.choice(['', '-slim'])}")
    labels(m, team, name)
    (apk if base == "alpine" else apt)(m)
    user(m, base)
    m.add("WORKDIR /app" if m.maybe(0.9) else "WORKDIR app")
    m.add("COPY --from=build --chown=app:app /out /app")
    m.add("COPY config/ /app/config/" if m.maybe(0.8) else "ADD config/ /app/config/")


def ending(m):
    port = m.r.choice([8080, 8443, 9090, 3000])
    m.add(f"EXPOSE {port}")
    m.add('VOLUME ["/app/data"]')
    if m.maybe(0.7):
        m.add("HEALTHCHECK --interval=30s --timeout=3s --retries=3 \\")
        m.add(f"    CMD curl -fsS http://localhost:{port}/healthz || exit 1")
    if m.maybe(0.85):
        m.add("USER app" if m.maybe(0.5) else "USER 10001:10001")
    m.add('ENTRYPOINT ["/usr/local/bin/entry.sh"]')
    m.add('CMD ["/app/app", "--config", "/app/config/app.yaml"]' if m.maybe(0.8)
          else f"CMD /app/app --listen :{port}")


PARTS = (checks, settings, fetch_tool)


def dockerfile(number):
    m = Maker(number)
    team, name = m.r.choice(TEAMS), f"{m.r.choice(WORDS)}-{number:04}"
    base = m.r.choice(["alpine", "slim", "bookworm"])
    m.add("# syntax=docker/dockerfile:1\n#")
    m.add(f"# {team}: {name}\n#")
    m.r.choice([python, node, go, java, native])(m, base)
    final(m, base, team, name)
    entry_script(m)
    end = Maker(number)
    ending(end)
    part = 0
    while len(m.lines) + len(end.lines) + 1 < LINES:
        m.add()
        PARTS[(number + part) % len(PARTS)](m)
        part += 1
    m.add()
    return "\n".join(m.lines + end.lines) + "\n"


# ---- Kubernetes ----


def metadata(m, name, team):
    return (f"metadata:\n  name: {name}\n  namespace: {team}\n  labels:\n"
            f"    app: {name}\n    team: {team}\n")


def pod_spec(m, name, indent):
    image = f"registry.example.com/{name}:1.{m.r.randint(0, 40)}.{m.r.randint(0, 9)}"
    lines = [f"serviceAccountName: {name}" if m.maybe(0.7) else "terminationGracePeriodSeconds: 20"]
    if m.maybe(0.6):
        lines += ["securityContext:", "  runAsNonRoot: true", f"  runAsUser: {m.r.randint(10000, 20000)}",
                  "  seccompProfile:", "    type: RuntimeDefault"]
    lines += ["containers:", f"  - name: {name}", f"    image: {image}", "    args:",
              "      - --config=/etc/app/app.yaml", f"      - --workers={m.r.randint(1, 16)}",
              "    ports:", "      - name: http", "        containerPort: 8080", "    env:"]
    for k in ("LOG_LEVEL", "REGION", "CACHE_SIZE"):
        lines += [f"      - name: {k}", f'        value: "{m.r.randint(1, 999)}"']
    if m.maybe(0.3):
        lines += ["      - name: DB_PASSWORD", "        valueFrom:", "          secretKeyRef:",
                  f"            name: {name}", "            key: password"]
    lines += ["    resources:", "      requests:", "        cpu: 100m", "        memory: 128Mi"]
    if m.maybe(0.7):
        lines += ["      limits:", "        memory: 256Mi"]
    if m.maybe(0.7):
        lines += ["    livenessProbe:", "      httpGet:", "        path: /healthz", "        port: http",
                  "    readinessProbe:", "      httpGet:", "        path: /ready", "        port: http"]
    if m.maybe(0.6):
        lines += ["    securityContext:", "      allowPrivilegeEscalation: false",
                  "      readOnlyRootFilesystem: true", "      capabilities:", "        drop: [ALL]"]
    lines += ["    volumeMounts:", "      - name: config", "        mountPath: /etc/app",
              "volumes:", "  - name: config", "    configMap:", f"      name: {name}"]
    return "".join(" " * indent + line + "\n" for line in lines)


def workload(m, kind, name, team):
    extra = f"  serviceName: {name}\n" if kind == "StatefulSet" else ""
    return (f"apiVersion: apps/v1\nkind: {kind}\n" + metadata(m, name, team) +
            f"spec:\n{extra}  replicas: {m.r.randint(1, 4)}\n  selector:\n    matchLabels:\n"
            f"      app: {name}\n  template:\n    metadata:\n      labels:\n        app: {name}\n"
            f"        team: {team}\n    spec:\n" + pod_spec(m, name, 6))


def cron_job(m, name, team):
    return ("apiVersion: batch/v1\nkind: CronJob\n" + metadata(m, name, team) +
            f'spec:\n  schedule: "{m.r.randint(0, 59)} 3 * * *"\n  jobTemplate:\n    spec:\n'
            "      template:\n        spec:\n          restartPolicy: Never\n" +
            pod_spec(m, name, 10))


def service(m, name, team):
    return ("apiVersion: v1\nkind: Service\n" + metadata(m, name, team) +
            f"spec:\n  type: {'ClusterIP' if m.maybe(0.9) else 'NodePort'}\n  selector:\n"
            f"    app: {name}\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n")


def config_map(m, name, team):
    return ("apiVersion: v1\nkind: ConfigMap\n" + metadata(m, name, team) + "data:\n  app.yaml: |\n" +
            "".join(f"    {w}:\n      enabled: true\n      size: {m.r.randint(1, 500)}\n"
                    for w in m.some(WORDS, 4, 8)) + "  region: north\n")


def account(m, name, team):
    return "apiVersion: v1\nkind: ServiceAccount\n" + metadata(m, name, team)


def role(m, name, team):
    verbs = m.r.choice(["[get, list, watch]", "[get]", '["*"]', "[get, create, update]"])
    what = m.r.choice(["configmaps", "secrets", "pods", "pods/exec", "events"])
    return ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n" + metadata(m, name, team) +
            f'rules:\n  - apiGroups: [""]\n    resources: [{what}]\n    verbs: {verbs}\n')


def role_binding(m, name, team):
    return ("apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n" + metadata(m, name, team) +
            f"roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: {name}\n"
            f"subjects:\n  - kind: ServiceAccount\n    name: {name}\n    namespace: {team}\n")


def ingress(m, name, team):
    tls = f"  tls:\n    - hosts: [{name}.example.com]\n      secretName: {name}-tls\n"
    return ("apiVersion: networking.k8s.io/v1\nkind: Ingress\n" + metadata(m, name, team) + "spec:\n" +
            (tls if m.maybe(0.7) else "") + f"  rules:\n    - host: {name}.example.com\n      http:\n"
            "        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n"
            f"              service:\n                name: {name}\n                port:\n"
            "                  name: http\n")


def network_policy(m, name, team):
    return ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n" + metadata(m, name, team) +
            f"spec:\n  podSelector:\n    matchLabels:\n      app: {name}\n  policyTypes: [Ingress]\n"
            f"  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n"
            f"              team: {team}\n      ports:\n        - port: 8080\n")


def budget(m, name, team):
    return ("apiVersion: policy/v1\nkind: PodDisruptionBudget\n" + metadata(m, name, team) +
            f"spec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n      app: {name}\n")


def autoscaler(m, name, team):
    return ("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n" + metadata(m, name, team) +
            f"spec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: {name}\n"
            "  minReplicas: 2\n  maxReplicas: 8\n")


AROUND = (service, config_map, account, role, role_binding, ingress, network_policy, budget,
          autoscaler)


def application(number):
    """The objects of one application: a workload and what stands around it."""
    m = Maker(number)
    team, name = m.r.choice(TEAMS), f"{m.r.choice(WORDS)}-{number:04}"
    kind = m.r.choice(["Deployment", "Deployment", "Deployment", "StatefulSet", "CronJob"])
    first = cron_job(m, name, team) if kind == "CronJob" else workload(m, kind, name, team)
    return [first] + [make(m, name, team) for make in AROUND if m.maybe(0.55)]


def bundle(n):
    objects, number = [], 0
    while len(objects) < n:
        objects += application(number)
        number += 1
    return "---\n".join(objects[:n])


# ---- files ----


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--out", required=True)
    p.add_argument("--dockerfiles", type=int, default=1000)
    p.add_argument("--objects", type=int, default=1000)
    args = p.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    for i in range(1, args.dockerfiles + 1):
        text = dockerfile(i)
        folder = f"{args.out}/dockerfiles/svc-{i:04}"
        write(f"{folder}/Dockerfile", text)
        write(f"{args.out}/flat/svc-{i:04}.Dockerfile", text)
        for name in ("requirements.txt", "package.json", "go.mod", "src/main.c", "config/app.yaml"):
            write(f"{folder}/{name}", "")
        if i % 3:
            write(f"{folder}/.dockerignore", ".git\n**/*.log\nnode_modules\n")
    write(f"{args.out}/kubernetes/bundle.yaml", bundle(args.objects))


if __name__ == "__main__":
    main()
