#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an image with invented secrets and with what only looks like some, and says which is which.

    generate.py --out DIR [--seed N]

    DIR/image.tar     docker-archive of four layers; the last deletes a third of the files
    DIR/files/        the same files as a folder, for tools that read no images
    DIR/labels.tsv    kind, group, true or false, path, line (0: any line of the file)

Every secret is drawn anew from the seed by its documented format (values.py), and put into a file as
such files look. A line labelled true holds one; a multi-line one is labelled by its first line. All
other lines hold none: what is told there is a false alarm, counted for the `group` that the file
imitates. The set was written from formats, before any scanner had seen it.

Groups: token (its form says whose it is), password, generic (a random value under a telling key),
address (a password in a URL), file (credentials of a program), key, hash.
"""
import argparse
import base64
import hashlib
import io
import json
import pathlib
import random
import tarfile

from values import BASE62, BASE64URL, DIGITS, HEX, LOWER, TOKENS, UPPER, Values

PER_TOKEN = 6     # files for each kind of token
PER_CARRIER = 10  # for each way to write a password down
PER_FILE = 5      # for each kind of file with credentials
PER_LOOKALIKE = 9


class Set:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.v = Values(self.random)
        self.files, self.labels = {}, []

    def add(self, path, text, kind, group, secret=None):
        """secret: what of the text is one; the line it begins on is labelled. None: no secret."""
        number = len(self.files)
        path = path.replace("#", f"{self.v.word()}{number}")
        assert path not in self.files, path
        data = text if isinstance(text, bytes) else text.encode()
        self.files[path] = data
        if secret is None:
            self.labels.append((kind, group, "false", path, 0))
            return
        for one in [secret] if isinstance(secret, (str, bytes)) else secret:
            at = data.index(one.encode() if isinstance(one, str) else one)
            line = data.count(b"\n", 0, at) + 1 if isinstance(one, str) else 0
            self.labels.append((kind, group, "true", path, line))

    # ---- how a value is written down ----

    def carriers(self, key, value):
        """(path, text) in many languages; other lines are harmless."""
        v, low = self.v, key.lower()
        camel = "".join(w.capitalize() if i else w for i, w in enumerate(low.split("_")))
        return [
            ("app/#/.env", f"NODE_ENV=production\nPORT=8080\n{key}={value}\nLOG_LEVEL=info\n"),
            ("app/#/config.yaml", f"server:\n  port: 8080\n  host: 0.0.0.0\nauth:\n  {low}: {value}\n"
             f"features:\n  - {v.word()}\n"),
            ("app/#/settings.py", f"import os\n\nDEBUG = False\nALLOWED = ['{v.word()}.example.com']\n"
             f"{key} = '{value}'\n"),
            ("app/#/config.json", json.dumps({"name": v.name(), "version": "1.4.2", low: value,
                                              "timeout": 30}, indent=2) + "\n"),
            ("app/#/client.js", f"const axios = require('axios');\nconst {camel} = \"{value}\";\n"
             f"module.exports = () => axios.create({{ timeout: 1000 }});\n"),
            ("srv/#/run.sh", f"#!/bin/sh\nset -e\nexport {key}={value}\nexec /srv/bin/{v.word()}\n"),
            ("srv/#/application.properties", f"spring.application.name={v.name()}\n"
             f"{low.replace('_', '.')}={value}\nserver.port=8081\n"),
            ("srv/#/Main.java", f"public class Main {{\n    private static final String {key} = "
             f"\"{value}\";\n    public static void main(String[] a) {{ run(); }}\n}}\n"),
            ("root/#/.bash_history", f"ls -la\ncd /srv\nexport {key}={value}\nmake deploy\n"),
            ("srv/#/main.go", f"package main\n\nconst {camel} = \"{value}\"\n\nfunc main() {{}}\n"),
            ("srv/#/main.tf", f"variable \"region\" {{\n  default = \"eu-west-1\"\n}}\n\nlocals {{\n"
             f"  {low} = \"{value}\"\n}}\n"),
            ("etc/#/app.ini", f"[main]\nworkers = 4\n\n[remote]\n{low} = {value}\n"),
            ("srv/#/compose.yaml", f"services:\n  web:\n    image: web:1\n    environment:\n"
             f"      - {key}={value}\n"),
            ("srv/#/config.xml", f"<config>\n  <port>80</port>\n  <{camel}>{value}</{camel}>\n"
             "</config>\n"),
            ("srv/#/config.php", f"<?php\nreturn [\n    'debug' => false,\n    '{low}' => '{value}',\n"
             "];\n"),
            ("srv/#/config.rb", f"Service.configure do |c|\n  c.{low} = '{value}'\nend\n"),
            ("srv/#/config.toml", f"[service]\nport = 80\n{low} = \"{value}\"\n"),
        ]

    def write_down(self, key, value, turn):
        ways = self.carriers(key, value)
        return ways[turn % len(ways)]

    # ---- true ones ----

    def tokens(self):
        turn = 0
        for kind, key, draw in TOKENS:
            for _ in range(PER_TOKEN):
                value = draw(self.v)
                path, text = self.write_down(key, value, turn)
                turn += 1
                self.add(path, text, kind, "token", value)

    def passwords(self):
        keys = ["DB_PASSWORD", "PASSWORD", "MYSQL_ROOT_PASSWORD", "ADMIN_PASSWORD", "REDIS_PASS",
                "SMTP_PASSWORD", "LDAP_BIND_PASSWORD", "KEYSTORE_PASSPHRASE", "FTP_PASSWD"]
        for turn in range(PER_CARRIER * 17):
            value = self.v.password()
            path, text = self.write_down(self.random.choice(keys), value, turn)
            self.add(path, text, "password", "password", value)

    def generics(self):
        keys = ["API_KEY", "SECRET_KEY", "ACCESS_TOKEN", "CLIENT_SECRET", "AUTH_TOKEN", "APP_SECRET",
                "SIGNING_KEY", "ENCRYPTION_KEY", "WEBHOOK_SECRET", "SESSION_SECRET"]
        draws = [lambda: self.v.hex(32), lambda: self.v.hex(64), lambda: self.v.base62(32),
                 lambda: self.v.base62(24), lambda: self.v.base64(32), lambda: self.v.of(BASE64URL, 43),
                 lambda: self.v.of(LOWER + DIGITS, 40)]
        for turn in range(6 * 17):
            value = self.random.choice(draws)()
            path, text = self.write_down(self.random.choice(keys), value, turn)
            self.add(path, text, "random-value", "generic", value)

    def addresses(self):
        forms = ["postgres://{u}:{p}@db.internal:5432/{w}", "mysql://{u}:{p}@10.0.4.7/{w}",
                 "mongodb+srv://{u}:{p}@cluster0.{w}.mongodb.net/test", "redis://:{p}@cache:6379/0",
                 "amqp://{u}:{p}@mq.{w}.local:5672/%2f", "https://{u}:{p}@git.{w}.io/{w}/app.git",
                 "postgresql+psycopg2://{u}:{p}@{w}.rds.internal/app", "ftp://{u}:{p}@files.{w}.net/"]
        for turn, form in enumerate(forms * 4):
            password = self.v.of(BASE62, self.random.randint(8, 20))
            url = form.format(u=self.v.word(), p=password, w=self.v.word())
            path, text = self.write_down("SERVICE_URL", url, turn)
            self.add(path, text, "address", "address", password)

    def key_files(self):
        v = self.v
        for _ in range(PER_FILE):
            for kind, path, text in [
                    ("openssh", "root/#/.ssh/id_ed25519", v.openssh("none")),
                    ("openssh-encrypted", "root/#/.ssh/id_ed25519", v.openssh("aes256-ctr")),
                    ("rsa", "etc/ssl/#/server.key", v.pem_rsa()),
                    ("rsa-encrypted", "etc/ssl/#/server.key", v.pem_rsa_encrypted()),
                    ("pkcs8", "srv/#/tls/tls.key", v.pem_pkcs8()),
                    ("pkcs8-encrypted", "srv/#/tls/tls.key", v.pem_pkcs8_encrypted())]:
                self.add(path, text, kind, "key", "-----BEGIN")
            key = v.pem_rsa()
            account = {"type": "service_account", "project_id": v.name(),
                       "private_key_id": v.hex(40), "private_key": key,
                       "client_email": f"{v.word()}@{v.name()}.iam.gserviceaccount.com"}
            self.add("srv/#/service-account.json", json.dumps(account, indent=2), "gcp-account",
                     "key", "-----BEGIN")
            both = v.certificate() + v.pem_pkcs8()
            self.add("etc/haproxy/#/site.pem", both, "pem-bundle", "key", "-----BEGIN PRIVATE")
            wire = v.base64(32)
            self.add("etc/wireguard/#/wg0.conf", f"[Interface]\nPrivateKey = {wire}\nAddress = "
                     f"10.8.0.2/24\n\n[Peer]\nPublicKey = {v.base64(32)}\nEndpoint = vpn:51820\n",
                     "wireguard", "key", wire)
            der = v.rsa_der()
            self.add("srv/#/key.der", der, "der", "key", der)
            agent = b"(11:private-key(3:rsa(1:n" + v.raw(256) + b")))"
            self.add("root/#/.gnupg/private-keys-v1.d/" + v.hex(40).upper() + ".key", agent,
                     "gpg-agent", "key", agent)

    def credential_files(self):
        v = self.v
        for _ in range(PER_FILE):
            word, pw = v.word(), v.base62(20)
            basic = base64.b64encode(f"{word}:{pw}".encode()).decode()
            rows = [
                ("docker-config", "root/#/.docker/config.json", json.dumps(
                    {"auths": {"registry.example.com": {"auth": basic}}}, indent=2), basic),
                ("npmrc", "srv/#/.npmrc", f"registry=https://npm.{word}.io/\n//npm.{word}.io/"
                 f":_authToken={v.uuid()}\n", "_authToken"),
                ("npmrc-password", "srv/#/.npmrc", f"//npm.{word}.io/:username=ci\n//npm.{word}.io/"
                 f":_password={base64.b64encode(pw.encode()).decode()}\n", "_password"),
                ("netrc", "root/#/.netrc", f"machine git.{word}.io\n  login ci\n  password {pw}\n", pw),
                ("pypirc", "root/#/.pypirc", "[distutils]\nindex-servers = company\n\n[company]\n"
                 f"repository = https://pypi.{word}.io/\nusername = ci\npassword = {pw}\n", pw),
                ("pgpass", "root/#/.pgpass", f"db.{word}.io:5432:*:app:{pw}\n", pw),
                ("mysql", "root/#/.my.cnf", f"[client]\nuser = app\npassword = {pw}\n", pw),
                ("git-credentials", "root/#/.git-credentials", f"https://ci:{pw}@git.{word}.io\n", pw),
                ("aws-credentials", "root/#/.aws/credentials", "[default]\naws_access_key_id = "
                 + (key_id := "AKIA" + v.of(UPPER, 14) + v.of("234567", 2)) +
                 "\naws_secret_access_key = " + (secret := v.of(BASE62 + "+/", 40)) + "\n",
                 [key_id, secret]),
                ("kubeconfig", "root/#/.kube/config", "apiVersion: v1\nkind: Config\nclusters:\n"
                 f"- cluster: {{server: 'https://{word}:6443'}}\n  name: c\nusers:\n- name: admin\n"
                 f"  user:\n    token: {(token := v.base62(48))}\n", token),
                ("kubeconfig-key", "root/#/.kube/config", "apiVersion: v1\nkind: Config\nusers:\n"
                 "- name: admin\n  user:\n    client-certificate-data: "
                 f"{base64.b64encode(v.certificate().encode()).decode()}\n    client-key-data: "
                 f"{base64.b64encode(v.pem_rsa().encode()).decode()}\n", "client-key-data"),
                ("tfstate", "srv/#/terraform.tfstate", json.dumps(
                    {"version": 4, "terraform_version": "1.5.7", "outputs": {}, "resources": [
                        {"mode": "managed", "type": "aws_db_instance", "name": word, "instances": [
                            {"attributes": {"id": word, "engine": "postgres", "password": pw,
                                            "port": 5432}, "sensitive_attributes": []}]}]},
                    indent=2), pw),
                ("kubernetes-secret", "srv/#/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n"
                 f"  name: {word}\ntype: Opaque\ndata:\n  password: "
                 f"{(encoded := base64.b64encode(pw.encode()).decode())}\n", encoded),
                ("kubernetes-string", "srv/#/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n"
                 f"  name: {word}\nstringData:\n  {word}.txt: {pw}\n", pw),
                ("wp-config", "var/www/#/wp-config.php", "<?php\ndefine( 'DB_NAME', 'wp' );\n"
                 f"define( 'DB_PASSWORD', '{pw}' );\ndefine( 'DB_HOST', 'db' );\n", pw),
                ("rails-key", "srv/#/config/master.key", (key := v.hex(32)) + "\n", key),
                ("django", "srv/#/settings.py", "DEBUG = False\nSECRET_KEY = "
                 f"'{(key := v.of(LOWER + DIGITS + '!@#%^&*(-_=+)', 50))}'\nROOT_URLCONF = 'a.urls'\n",
                 key),
                ("rails-secret", "srv/#/config/secrets.yml",
                 f"production:\n  secret_key_base: {(key := v.hex(128))}\n", key),
                ("vault-token", "root/#/.vault-token", (key := "s." + v.base62(24)), key),
                ("maven", "root/#/.m2/settings.xml", "<settings>\n  <servers>\n    <server>\n"
                 f"      <id>nexus</id>\n      <username>ci</username>\n      <password>{pw}"
                 "</password>\n    </server>\n  </servers>\n</settings>\n", pw),
                ("curl-history", "root/#/.bash_history", f"cd /tmp\ncurl -u ci:{pw} https://{word}.io/a"
                 "\nexit\n", pw),
                ("bearer-history", "root/#/.zsh_history", "ls\ncurl -H 'Authorization: Bearer "
                 f"{(token := v.base62(40))}' https://{word}.io/api\n", token),
                ("jenkins", "var/jenkins_home/#/secrets/master.key", (key := v.hex(256)), key),
                ("ethereum", "root/#/.ethereum/keystore/UTC--2024-03-01T10-00-00.000Z--" + v.hex(40),
                 json.dumps({"version": 3, "id": v.uuid(), "address": v.hex(40), "crypto": {
                     "cipher": "aes-128-ctr", "ciphertext": (key := v.hex(64)),
                     "kdf": "scrypt", "mac": v.hex(64)}}), key),
            ]
            for kind, path, text, secret in rows:
                self.add(path, text, kind, "file", secret)
            hashed = v.crypt()
            self.add("etc/#/shadow" if False else "srv/#/etc/shadow", f"daemon:*:19000:0:99999:7:::\n"
                     f"root:{hashed}:19000:0:99999:7:::\n", "shadow", "hash", hashed)
            hashed = "$apr1$" + v.base62(8) + "$" + v.of(BASE62 + "./", 22)
            self.add("etc/nginx/#/.htpasswd", f"{word}:{hashed}\n", "htpasswd", "hash", hashed)

    # ---- look-alikes ----

    def lookalikes(self):
        v, add = self.v, self.add
        for _ in range(PER_LOOKALIKE):
            w, x = v.word(), v.word()
            integrity = base64.b64encode(v.raw(64)).decode()
            add("app/#/package-lock.json", json.dumps({"name": w, "lockfileVersion": 3, "packages": {
                f"node_modules/{x}": {"version": "1.2.3", "resolved":
                                      f"https://registry.example.com/{x}/-/{x}-1.2.3.tgz",
                                      "integrity": f"sha512-{integrity}"},
                "node_modules/js-tokens": {"version": "4.0.0", "integrity": "sha512-" +
                                           base64.b64encode(v.raw(64)).decode()}}}, indent=2),
                "npm lock", "generic")
            add("app/#/yarn.lock", f"token-types@^4.2.0:\n  version \"4.2.1\"\n  resolved \"https://"
                f"r.example.com/token-types-4.2.1.tgz#{v.hex(40)}\"\n  integrity sha512-{integrity}\n",
                "yarn lock", "generic")
            add("srv/#/go.sum", "".join(f"github.com/{w}/{v.word()} v1.{i}.0 h1:{v.base64(32)}\n"
                                        for i in range(6)), "go.sum", "generic")
            add("srv/#/Cargo.lock", f"[[package]]\nname = \"secret-{w}\"\nversion = \"0.2.1\"\n"
                f"checksum = \"{v.hex(64)}\"\n", "Cargo.lock", "generic")
            add("srv/#/requirements.txt", f"{w}==1.0 \\\n    --hash=sha256:{v.hex(64)} \\\n"
                f"    --hash=sha256:{v.hex(64)}\n", "pip hashes", "generic")
            add("srv/#/SHA256SUMS", "".join(f"{v.hex(64)}  {v.word()}.tar.gz\n" for _ in range(5)),
                "checksums", "generic")
            add("srv/#/auth.md5sums", f"{v.hex(32)}  usr/bin/passwd\n{v.hex(32)}  lib/security/"
                "pam_auth.so\n", "md5sums", "password")
            add("srv/#/ids.json", json.dumps([{"id": v.uuid(), "user_id": v.uuid(), "token_id":
                                               v.uuid()} for _ in range(4)], indent=1), "uuids",
                "generic")
            add("srv/#/.git/packed-refs", f"# pack-refs with: peeled\n{v.hex(40)} refs/heads/main\n"
                f"{v.hex(40)} refs/tags/v1.0\n", "git ids", "generic")
            add("srv/#/build.json", json.dumps({"commit": v.hex(40), "digest": "sha256:" + v.hex(64),
                                                "etag": v.hex(32), "build_id": v.hex(20)}, indent=1),
                "build ids", "generic")
            add("root/#/.ssh/id_ed25519.pub", v.ssh_public() + "\n", "ssh public key", "key")
            add("root/#/.ssh/authorized_keys", v.ssh_public() + "\n" + v.ssh_public() + "\n",
                "authorized keys", "key")
            add("root/#/.ssh/known_hosts", f"|1|{v.base64(20)}|{v.base64(20)} {v.ssh_public()}\n",
                "known hosts", "key")
            add("etc/ssl/#/ca.pem", v.certificate() + v.certificate(), "certificate", "key")
            add("srv/#/jwt-public.pem", v.public_key(), "public key", "key")
            add("srv/#/jwks.json", json.dumps({"keys": [{"kty": "RSA", "use": "sig", "kid": v.hex(32),
                                                         "n": v.of(BASE64URL, 342), "e": "AQAB"}]}),
                "public jwk", "key")
            add("app/#/.env.example", "DB_PASSWORD=changeme\nAPI_KEY=your-api-key-here\nSECRET_KEY="
                "<generate one>\nGITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
                "env example", "password")
            add("app/#/.env", "DB_PASSWORD=${DB_PASSWORD}\nAPI_KEY=$API_KEY\nTOKEN=\nSECRET_KEY_FILE="
                "/run/secrets/key\n", "env references", "password")
            add("srv/#/values.yaml", "auth:\n  password: \"{{ .Values.auth.password }}\"\n  "
                f"existingSecret: {w}-credentials\n  secretKey: password\n  token: \"\"\n",
                "helm values", "password")
            add("srv/#/deploy.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    "
                "spec:\n      containers:\n      - env:\n        - name: DB_PASSWORD\n          "
                f"valueFrom:\n            secretKeyRef:\n              name: {w}-db\n              "
                "key: password\n", "secretKeyRef", "password")
            add("srv/#/external.yaml", "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret"
                f"\nspec:\n  secretStoreRef:\n    name: {w}\n  data:\n  - secretKey: password\n    "
                f"remoteRef:\n      key: prod/{w}/db\n", "external secret", "file")
            add("srv/#/sealed.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  "
                f"encryptedData:\n    password: AgB{v.base64(200)}\n", "sealed secret", "file")
            add("srv/#/secrets.enc.yaml", f"password: ENC[AES256_GCM,data:{v.base64(12)},iv:"
                f"{v.base64(32)},tag:{v.base64(16)},type:str]\n", "sops", "password")
            add("app/#/ci.yml", "env:\n  TOKEN: ${{ secrets.GITHUB_TOKEN }}\n  NPM_TOKEN: ${{ secrets"
                ".NPM_TOKEN }}\n", "ci references", "token")
            add("app/#/style.css", f".{w}{{background:url(data:image/png;base64,{v.base64(300)})}}\n"
                f".pass-{v.hex(8)}{{color:#{v.hex(6)}}}\n", "data uri", "generic")
            add("app/#/app.min.js", "!function(e,t){var n=t.token||e.password;" + "".join(
                f"function {v.of(LOWER, 2)}(e){{return e.{v.of(LOWER, 6)}(\"{v.of(LOWER, 9)}\")}}"
                for _ in range(20)) + f"e.token=n,e.password=t.p}}(this,{{}});\n//# id={v.hex(20)}\n",
                "minified js", "password")
            add("app/#/main.js.map", json.dumps({"version": 3, "sources": [f"webpack:///{w}.js"],
                                                 "mappings": "AAAA," + ",".join(
                                                     v.of("ACEGIKMOQSUWYabcdefg", 5)
                                                     for _ in range(60)), "names": ["password",
                                                                                    "token"]}),
                "source map", "generic")
            add("app/#/locales/de.json", json.dumps({"password": "Passwort", "newPassword":
                                                     "Neues Passwort", "passwordHint":
                                                     "Mindestens 12 Zeichen", "token": "Zugangstoken",
                                                     "secret": "Geheimnis"}, indent=1, ),
                "i18n", "password")
            add("app/#/login.html", "<form>\n<input type=\"password\" name=\"password\" placeholder="
                "\"Your password\" autocomplete=\"current-password\">\n<input type=\"hidden\" name="
                "\"csrf_token\" value=\"{{ csrf_token }}\">\n</form>\n", "html form", "password")
            add("app/#/auth.py", "import os, getpass\n\npassword = os.environ['DB_PASSWORD']\ntoken = "
                "request.headers.get('X-Auth-Token')\nsecret = getpass.getpass('Secret: ')\n"
                "def check(password: str, token: Optional[str] = None): ...\n"
                "api_key = config.get('service', 'api_key')\n", "python code", "password")
            add("app/#/auth.ts", "interface Login { password: string; token?: string }\nconst token = "
                "await getToken(user);\nthis.password = password;\nconst secret = process.env.SECRET;"
                "\nif (password !== confirmPassword) throw new Error('password mismatch');\n",
                "typescript code", "password")
            add("srv/#/Auth.java", "class Auth {\n  private String password;\n  void setPassword("
                "String password) { this.password = password; }\n  String token = session."
                "getAttribute(\"token\").toString();\n  char[] secret = console.readPassword();\n}\n",
                "java code", "password")
            add("srv/#/schema.sql", "CREATE TABLE users (\n  id uuid PRIMARY KEY,\n  password varchar"
                "(255) NOT NULL,\n  reset_token char(64),\n  api_key text\n);\n", "sql schema",
                "password")
            add("srv/#/policy.conf", "password_min_length = 12\npassword_encryption = scram-sha-256\n"
                "token_ttl = 3600\nauth_method = oidc\nsecret_name = db-credentials\npassword_file = "
                "/etc/app/passwd\ntoken_url = https://id.example.com/oauth/token\n", "settings about",
                "password")
            add("srv/#/README.md", "Use `aws_access_key_id = AKIAIOSFODNN7EXAMPLE` and `aws_secret_"
                "access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`.\n\n    curl -u user:password "
                "https://api.example.com\n    postgres://user:password@localhost/db\n", "readme",
                "token")
            add("srv/#/variables.tf", "variable \"db_password\" {\n  type      = string\n  sensitive "
                "= true\n}\n\nresource \"x\" \"y\" {\n  password = var.db_password\n  token    = data."
                "vault_generic_secret.app.data[\"token\"]\n}\n", "terraform code", "password")
            add("app/#/stripe.js", f"const stripe = Stripe('pk_live_{v.base62(24)}');\n",
                "publishable key", "token")
            add("app/#/google.json", json.dumps({"client_id": v.of(DIGITS, 12) + "-" + v.of(
                LOWER + DIGITS, 32) + ".apps.googleusercontent.com"}), "oauth client id", "token")
            add("srv/#/index.html", f"<script src=\"/{w}.{v.hex(20)}.js\" integrity=\"sha384-"
                f"{v.base64(48)}\" nonce=\"{v.base64(16)}\"></script>\n", "sri and nonce", "generic")
            add("srv/#/vectors.txt", "".join(f"KEY = {v.hex(32)}\nIV = {v.hex(32)}\nPLAINTEXT = "
                                             f"{v.hex(64)}\nCIPHERTEXT = {v.hex(64)}\n"
                                             for _ in range(4)), "test vectors", "generic")
            add("srv/#/project.sln", f"Project(\"{{{v.uuid().upper()}}}\") = \"{w}\", \"{w}.csproj\", "
                f"\"{{{v.uuid().upper()}}}\"\nEndProject\n", "guids", "generic")
            add("srv/#/image.yaml", f"image: registry.example.com/{w}@sha256:{v.hex(64)}\n"
                f"imagePullSecrets:\n- name: {x}-pull\n", "image digest", "generic")
            add("etc/#/passwd", "root:x:0:0:root:/root:/bin/sh\ndaemon:*:1:1:daemon:/:/bin/false\n"
                f"{w}:x:1000:1000::/home/{w}:/bin/sh\n", "passwd", "hash")
            add("srv/#/etc/shadow", f"root:*:19000:0:99999:7:::\n{w}:!:19000:0:99999:7:::\n",
                "locked shadow", "hash")
            add("root/#/.docker/config.json", json.dumps({"auths": {}, "credHelpers": {
                "registry.example.com": "ecr-login"}, "credsStore": "desktop"}), "credential helper",
                "file")
            add("root/#/.kube/config", "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    "
                "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: aws\n",
                "kubeconfig exec", "file")
            add("root/#/.npmrc", "registry=https://registry.example.com/\n//registry.example.com/"
                ":_authToken=${NPM_TOKEN}\nsave-exact=true\n", "npmrc reference", "file")
            add("root/#/.netrc", "machine example.com\nlogin anonymous\n", "netrc without", "file")
            add("srv/#/contracts.json", json.dumps({"token": "0x" + v.hex(40), "router": "0x" +
                                                    v.hex(40)}), "chain addresses", "generic")
            add("srv/#/errors.properties", "error.password=The password is wrong\nerror.token=Token "
                "has expired\nlabel.secret=Secret question\n", "messages", "password")
            add("srv/#/swagger.yaml", "components:\n  schemas:\n    Login:\n      properties:\n        "
                "password:\n          type: string\n          format: password\n        token: {type: "
                "string}\n", "openapi", "password")

    # ---- out ----

    def make(self):
        for part in (self.tokens, self.passwords, self.generics, self.addresses, self.key_files,
                     self.credential_files, self.lookalikes):
            part()


def layer_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, data in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(data), 0o644, 1700000000
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def whiteout(path):
    folder, _, name = path.rpartition("/")
    return f"{folder}/.wh.{name}"


def write_image(files, out, rng):
    paths = sorted(files)
    rng.shuffle(paths)
    third = len(paths) // 3
    layers = [layer_of({p: files[p] for p in part})
              for part in (paths[:third], paths[third:2 * third], paths[2 * third:])]
    layers.append(layer_of({whiteout(p): b"" for p in paths[::3]}))
    ids = [hashlib.sha256(layer).hexdigest() for layer in layers]
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers", "diff_ids": [f"sha256:{i}" for i in ids]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["labelled:1"],
                            "Layers": [f"{i}.tar" for i in ids]}]).encode()
    with open(out, "wb") as file:
        file.write(layer_of({name: config, "manifest.json": manifest} |
                            {f"{i}.tar": layer for i, layer in zip(ids, layers)}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made = Set(options.seed)
    made.make()
    for path, data in made.files.items():
        target = options.out / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    write_image(made.files, options.out / "image.tar", made.random)
    rows = ["\t".join(map(str, row)) for row in made.labels]
    (options.out / "labels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    true = sum(row[2] == "true" for row in made.labels)
    print(f"{true} secrets, {len(made.labels) - true} files of look-alikes, {len(made.files)} files")


if __name__ == "__main__":
    main()
