# SPDX-License-Identifier: Apache-2.0
"""Invented secrets, drawn by their providers' documented formats. None opens anything."""
import base64
import hashlib
import hmac
import json
import string
import struct
import zlib

DIGITS, LOWER, UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
HEX, BASE62 = "0123456789abcdef", string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE64URL, BASE32 = BASE62 + "-_", UPPER + "234567"
WORDS = """amber anchor apple autumn basket bridge butter candle canyon castle cedar cloud copper
coral cotton crystal dolphin dragon eagle ember falcon feather forest garden ginger granite harbor
hazel island jacket jungle kettle lantern lemon magnet maple marble meadow mirror monkey mountain
ocean orange orchid panther pepper phoenix pirate planet prairie rabbit raven river rocket saddle
shadow silver spider summer sunset temple thunder tiger tunnel velvet violet walnut willow winter
wizard yellow""".split()


class Values:
    """Draws from one seeded generator."""

    def __init__(self, random):
        self.random = random

    def of(self, letters, n):
        return "".join(self.random.choice(letters) for _ in range(n))

    def hex(self, n):
        return self.of(HEX, n)

    def base62(self, n):
        return self.of(BASE62, n)

    def raw(self, n):
        return bytes(self.random.randrange(256) for _ in range(n))

    def base64(self, n_bytes):
        return base64.b64encode(self.raw(n_bytes)).decode()

    def uuid(self):
        h = self.hex(32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{self.random.choice('89ab')}{h[17:20]}-{h[20:]}"

    def word(self):
        return self.random.choice(WORDS)

    def name(self):
        return f"{self.word()}-{self.word()}"

    # ---- tokens with a form ----

    def checked_token(self, prefix, n):
        """GitHub's and npm's: random, then its CRC-32 in base 62, six characters."""
        body = self.base62(n)
        crc, tail = zlib.crc32(body.encode()), ""
        for _ in range(6):
            crc, digit = divmod(crc, 62)
            tail = BASE62[digit] + tail
        return prefix + body + tail

    def jwt(self):
        def part(what):
            text = json.dumps(what, separators=(",", ":")).encode()
            return base64.urlsafe_b64encode(text).decode().rstrip("=")

        head = part({"alg": "HS256", "typ": "JWT"})
        body = part({"sub": self.of(DIGITS, 8), "name": self.word(), "iat": 1700000000 +
                     self.random.randrange(10**7)})
        mac = hmac.new(self.raw(32), f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def password(self):
        """As people and generators choose them; never a single word."""
        word, other = self.word(), self.word()
        style = self.random.randrange(5)
        if style == 0:
            return self.of(BASE62, self.random.randint(10, 24))
        if style == 1:
            return self.of(BASE62 + "!@%^*_+-", self.random.randint(12, 20)) + self.of(BASE62, 1)
        if style == 2:
            return f"{word.capitalize()}{self.of(DIGITS, 4)}{self.random.choice('!*+_')}"
        if style == 3:
            return f"{word}-{other}-{self.of(DIGITS, 2)}-{self.of(LOWER, 4)}"
        leet = word.translate(str.maketrans("aeio", "4310"))
        return f"{leet.capitalize()}_{self.of(BASE62, 5)}"

    # ---- keys ----

    @staticmethod
    def der(tag, body):
        n = len(body)
        size = bytes([n]) if n < 128 else bytes([0x82]) + struct.pack(">H", n)
        return bytes([tag]) + size + body

    def rsa_der(self):
        """PKCS#1 of 2048 bits by its outside; its numbers are random, no key."""
        def number(n):
            return self.der(2, b"\x00" + bytes([self.random.randrange(128, 256)]) + self.raw(n - 1))

        return self.der(0x30, b"\x02\x01\x00" + number(256) + b"\x02\x03\x01\x00\x01" + number(256) +
                        number(128) + number(128) + number(128) + number(128) + number(128))

    @staticmethod
    def pem(label, body, headers=""):
        text = base64.b64encode(body).decode()
        lines = "\n".join(text[i:i + 64] for i in range(0, len(text), 64))
        return f"-----BEGIN {label}-----\n{headers}{lines}\n-----END {label}-----\n"

    def pem_rsa(self):
        return self.pem("RSA PRIVATE KEY", self.rsa_der())

    def pem_pkcs8(self):
        seed = self.der(4, self.der(4, self.raw(32)))
        body = b"\x02\x01\x00" + self.der(0x30, b"\x06\x03\x2b\x65\x70") + seed
        return self.pem("PRIVATE KEY", self.der(0x30, body))

    def pem_rsa_encrypted(self):
        headers = ("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC," +
                   self.of("0123456789ABCDEF", 32) + "\n\n")
        return self.pem("RSA PRIVATE KEY", self.raw(1192), headers)

    def pem_pkcs8_encrypted(self):
        pbes2 = self.der(6, bytes.fromhex("2a864886f70d01050d")) + self.der(0x30, self.raw(60))
        return self.pem("ENCRYPTED PRIVATE KEY",
                        self.der(0x30, self.der(0x30, pbes2) + self.der(4, self.raw(128))))

    def openssh(self, cipher):
        def text(body):
            return struct.pack(">I", len(body)) + body

        public = text(b"ssh-ed25519") + text(self.raw(32))
        options = b"" if cipher == "none" else text(self.raw(16)) + struct.pack(">I", 16)
        kdf = b"none" if cipher == "none" else b"bcrypt"
        body = (b"openssh-key-v1\0" + text(cipher.encode()) + text(kdf) + text(options) +
                struct.pack(">I", 1) + text(public) + text(self.raw(136)))
        return self.pem("OPENSSH PRIVATE KEY", body)

    def ssh_public(self):
        body = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + self.raw(32)
        return f"ssh-ed25519 {base64.b64encode(body).decode()} {self.word()}@{self.word()}"

    def certificate(self):
        return self.pem("CERTIFICATE", self.der(0x30, self.raw(900)))

    def public_key(self):
        body = bytes.fromhex("300d06092a864886f70d0101010500") + self.der(3, self.raw(270))
        return self.pem("PUBLIC KEY", self.der(0x30, body))

    def crypt(self):
        return f"$6${self.of(BASE62, 12)}${self.of(BASE62 + './', 86)}"


# What providers document of the form of their tokens: kind, how it is named, how it is drawn.
TOKENS = [
    ("github-pat", "GITHUB_TOKEN", lambda v: v.checked_token("ghp_", 30)),
    ("github-oauth", "GH_OAUTH_TOKEN", lambda v: v.checked_token("gho_", 30)),
    ("github-fine-grained", "GH_TOKEN", lambda v: f"github_pat_{v.base62(22)}_{v.base62(59)}"),
    ("gitlab-pat", "GITLAB_TOKEN", lambda v: "glpat-" + v.of(BASE64URL, 20)),
    ("gitlab-runner", "RUNNER_TOKEN", lambda v: "glrt-" + v.of(BASE64URL, 20)),
    ("npm", "NPM_TOKEN", lambda v: v.checked_token("npm_", 30)),
    ("pypi", "TWINE_PASSWORD", lambda v: "pypi-AgEIcHlwaS5vcmc" + v.of(BASE64URL, 150)),
    ("docker-hub", "DOCKERHUB_TOKEN", lambda v: "dckr_pat_" + v.of(BASE64URL, 27)),
    ("google-api", "GOOGLE_API_KEY", lambda v: "AIza" + v.of(BASE64URL, 34) + v.base62(1)),
    ("google-oauth", "GOOGLE_CLIENT_SECRET", lambda v: "GOCSPX-" + v.of(BASE64URL, 28)),
    ("slack-bot", "SLACK_TOKEN",
     lambda v: f"xoxb-{v.of('123456789', 1)}{v.of(DIGITS, 11)}-{v.of(DIGITS, 12)}-{v.base62(24)}"),
    ("slack-webhook", "SLACK_WEBHOOK", lambda v: "https://hooks.slack.com/services/T" +
     f"{v.of(UPPER + DIGITS, 10)}/B{v.of(UPPER + DIGITS, 10)}/{v.base62(24)}"),
    ("discord-webhook", "DISCORD_URL", lambda v: "https://discord.com/api/webhooks/1" +
     f"{v.of(DIGITS, 18)}/{v.of(BASE64URL, 68)}"),
    ("stripe", "STRIPE_SECRET_KEY", lambda v: "sk_live_" + v.base62(24)),
    ("stripe-restricted", "STRIPE_KEY", lambda v: "rk_live_" + v.base62(99)),
    ("twilio", "TWILIO_API_KEY", lambda v: "SK" + v.hex(32)),
    ("sendgrid", "SENDGRID_API_KEY",
     lambda v: f"SG.{v.of(BASE64URL, 22)}.{v.of(BASE64URL, 43)}"),
    ("mailgun", "MAILGUN_API_KEY", lambda v: "key-" + v.hex(32)),
    ("mailchimp", "MAILCHIMP_API_KEY", lambda v: v.hex(32) + "-us" + v.of("123456789", 1)),
    ("hugging-face", "HF_TOKEN", lambda v: "hf_" + v.of(string.ascii_letters, 34)),
    ("openai", "OPENAI_API_KEY",
     lambda v: f"sk-proj-{v.of(BASE64URL, 74)}T3BlbkFJ{v.of(BASE64URL, 73)}{v.base62(1)}"),
    ("anthropic", "ANTHROPIC_API_KEY", lambda v: f"sk-ant-api03-{v.of(BASE64URL, 93)}AA"),
    ("digitalocean", "DO_TOKEN", lambda v: "dop_v1_" + v.hex(64)),
    ("vault", "VAULT_TOKEN", lambda v: "hvs." + v.of(BASE64URL, 91) + v.base62(1)),
    ("databricks", "DATABRICKS_TOKEN", lambda v: "dapi" + v.hex(32)),
    ("telegram", "TELEGRAM_BOT_TOKEN",
     lambda v: f"{v.of('123456789', 1)}{v.of(DIGITS, 9)}:AA{v.of(BASE64URL, 32)}{v.base62(1)}"),
    ("shopify", "SHOPIFY_TOKEN", lambda v: "shpat_" + v.hex(32)),
    ("linear", "LINEAR_API_KEY", lambda v: "lin_api_" + v.base62(40)),
    ("notion", "NOTION_TOKEN", lambda v: "ntn_" + v.of(DIGITS, 11) + v.base62(35)),
    ("new-relic", "NEW_RELIC_KEY", lambda v: "NRAK-" + v.of(UPPER + DIGITS, 27)),
    ("grafana", "GRAFANA_TOKEN", lambda v: f"glsa_{v.base62(32)}_{v.hex(8)}"),
    ("postman", "POSTMAN_API_KEY", lambda v: f"PMAK-{v.hex(24)}-{v.hex(34)}"),
    ("terraform-cloud", "TFE_TOKEN", lambda v: f"{v.base62(14)}.atlasv1.{v.of(BASE64URL, 66)}z"),
    ("doppler", "DOPPLER_TOKEN", lambda v: "dp.pt." + v.base62(43)),
    ("pulumi", "PULUMI_ACCESS_TOKEN", lambda v: "pul-" + v.hex(40)),
    ("age", "AGE_KEY", lambda v: "AGE-SECRET-KEY-1" + v.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
    ("planetscale", "PSCALE_TOKEN", lambda v: "pscale_tkn_" + v.of(BASE64URL, 42) + v.base62(1)),
    ("atlassian", "JIRA_API_TOKEN", lambda v: "ATATT3xFfGF0" + v.of(BASE64URL, 171) + "=" + v.of(
        "0123456789ABCDEF", 8)),
    ("aws-key-id", "AWS_ACCESS_KEY_ID", lambda v: "AKIA" + v.of(BASE32, 16)),
    ("aws-secret", "AWS_SECRET_ACCESS_KEY", lambda v: v.of(BASE62 + "+/", 40)),
    ("azure-storage", "AZURE_STORAGE_KEY", lambda v: v.base64(64)),
    ("datadog", "DATADOG_API_KEY", lambda v: v.hex(32)),
    ("cloudflare", "CLOUDFLARE_API_TOKEN", lambda v: v.of(BASE64URL, 39) + v.base62(1)),
    ("sentry", "SENTRY_AUTH_TOKEN", lambda v: "sntryu_" + v.hex(64)),
    ("jwt", "SERVICE_TOKEN", lambda v: v.jwt()),
]
