/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit status 0 comes from one place, and only for a verification that says so itself.
 */
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/terminal.h"
#include "cmd/verify.h"
#include "render/verification.h"

enum { EXIT_VERIFIED = 0, EXIT_REFUSED = 1, EXIT_UNSURE = 2 };

static struct verify_options opt = {.format = "table", .alerts = ALERT_DEFAULTS};

#define VERIFY_FORM(name) extern const struct verify_form verify_form_##name;
#include "cmd/verify_form_list.def"
#undef VERIFY_FORM

const struct verify_form *const verify_forms[] = {
#define VERIFY_FORM(name) &verify_form_##name,
#include "cmd/verify_form_list.def"
#undef VERIFY_FORM
	NULL,
};

int verify_read(struct arena *arena, const char *path, size_t max_bytes, struct str *ret,
		struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(max_bytes);
	bool is_stdin = strcmp(path, "-") == 0;
	int r = is_stdin ? fd_read_all(STDIN_FILENO, &sb, err) : file_read(path, &sb, err);

	if (r < 0)
		return is_stdin ? err_wrap(err, r, "stdin") : r;
	*ret = arena_str(arena, strbuf_str(&sb));
	return arena_check(arena, err);
}

#define WISH_LIST(name, member)                                                                    \
	{                                                                                          \
		name, offsetof(struct verify_options, member), true                                \
	}
#define WISH_TEXT(name, member)                                                                    \
	{                                                                                          \
		name, offsetof(struct verify_options, member), false                               \
	}

/* What says whom to believe, or what must hold besides. */
static const struct wish {
	const char *name;
	size_t offset;
	bool is_list;
} wishes[] = {
	WISH_LIST("key", keys),
	WISH_LIST("identity", identities),
	WISH_LIST("identity-regexp", identity_patterns),
	WISH_LIST("issuer", issuers),
	WISH_LIST("issuer-regexp", issuer_patterns),
	WISH_LIST("annotation", annotations),
	WISH_LIST("type", attestation_types),
	WISH_LIST("user-metadata", user_metadata),
	WISH_LIST("ocsp", ocsp),
	WISH_LIST("crl", crl),
	WISH_LIST("root-cert", root_certs),
	WISH_LIST("root-ca", root_cas),
	WISH_TEXT("trusted-root", trusted_root),
	WISH_TEXT("policy", policy),
	WISH_TEXT("trust-dir", trust_dir),
	WISH_TEXT("trust-policy", trust_policy),
	WISH_TEXT("scope", scope),
	WISH_TEXT("signature", signature),
	WISH_TEXT("artifact", artifact),
	WISH_TEXT("gun", gun),
	WISH_TEXT("tag", tag),
	WISH_TEXT("containers-policy", containers_policy),
	WISH_TEXT("as", as),
	WISH_TEXT("platform", platform),
};

static bool is_wished(const struct verify_options *o, const struct wish *w)
{
	const void *member = (const char *)o + w->offset;

	return w->is_list ? ((const struct option_list *)member)->n > 0
			  : *(const char *const *)member != NULL;
}

static bool is_among(const char *name, const char *words)
{
	struct str rest = str_of(words), word;

	while (str_pull_word(&rest, &word))
		if (str_is(word, name))
			return true;
	return false;
}

int verify_only(const struct verify_options *o, const char *known, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
		if (is_wished(o, &wishes[i]) && !is_among(wishes[i].name, known))
			return err_set(err, ERR_USAGE,
				       "--%s is not looked at here: leave it away, or see plimsoll "
				       "verify --help",
				       wishes[i].name);
	return 0;
}

/* A word that names a form needs what the form verifies behind it; alone it is a target. */
static const struct verify_form *choose(int argc, const char *const *argv)
{
	const struct verify_form *image = NULL;

	for (const struct verify_form *const *f = verify_forms; *f; f++) {
		if ((*f)->is_wanted) {
			if ((*f)->is_wanted(&opt))
				return *f;
		} else if (!(*f)->word)
			image = *f;
		else if (argc > 1 && strcmp(argv[0], (*f)->word) == 0)
			return *f;
	}
	return image;
}

static int take_now(int64_t *ret, struct err *err)
{
	if (!opt.now) {
		*ret = (int64_t)time(NULL);
		return 0;
	}
	if (!clock_parse(str_of(opt.now), ret))
		return err_set(err, ERR_USAGE, "--now %s: write a time as 2026-11-22T10:00:00Z",
			       opt.now);
	return 0;
}

static int print_table(const struct verification *v, struct strbuf *out)
{
	struct terminal t = terminal_look(STDOUT_FILENO);
	struct canvas c = {
		.out = out,
		.width = t.width,
		.color = t.color && !opt.no_color,
		.unicode = t.unicode,
	};

	verification_table(&c, v);
	return command_print(strbuf_str(out));
}

static int print(const struct verification *v, int status)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	if (opt.print_reference) {
		if (status != EXIT_VERIFIED)
			return 0;
		strbuf_add(&out, v->reference.n ? v->reference : v->digest);
		strbuf_addc(&out, '\n');
		return command_print(strbuf_str(&out));
	}
	if (strcmp(opt.format, "json") == 0) {
		verification_json(&out, v);
		return command_print(strbuf_str(&out));
	}
	return opt.quiet ? 0 : print_table(v, &out);
}

static bool is_about_the_target(int r)
{
	return r != -ERR_USAGE && r != -ERR_NOMEM && r != -ERR_BUG;
}

/* What a form could not tell, and wrote into no trail, is the answer too. */
static void keep_reason(struct verification *v, int r, const struct err *err)
{
	if (r == -ERR_DENIED)
		(void)trail_refuse(&v->trail, NULL, "target", "", "%s", err->msg);
	else
		(void)trail_unsure(&v->trail, NULL, (enum err_code) - r, "target", "", "%s",
				   err->msg);
}

static int status_of(const struct verification *v, int r)
{
	if (r == 0 && v->verified && !v->trail.failed)
		return EXIT_VERIFIED;
	return r == -ERR_DENIED && !v->trail.unsure ? EXIT_REFUSED : EXIT_UNSURE;
}

/* Somebody tried an image that is not to be trusted. */
static void raise(struct alerter *alerter, const struct verification *v)
{
	const struct alert alert = {
		.kind = STR("untrusted-image"),
		.severity = SEVERITY_HIGH,
		.title = STR("untrusted image"),
		.subject = v->target,
		.digest = v->digest,
		.why = v->trail.why,
		.reason = str_of(v->trail.failed),
		.remedy = v->trail.remedy,
	};

	(void)alerter_raise(alerter, &alert); /* what is lost is told, and changes no answer */
}

static int verify(const struct verify_form *form, const char *const *argv, int64_t now,
		  struct alerter *alerter)
{
	struct arena arena;
	struct verification v;
	struct err err = {0};
	int r, status;

	arena_init(&arena, LIMIT_VERIFY_ARENA_BYTES);
	verification_init(&v, &arena, str_of(argv[0]), now);
	if (opt.now)
		verification_warn(&v, "the present is taken to be %s, by --now", opt.now);
	r = form->verify(&opt, argv, &v, &err);
	if (r < 0 && !is_about_the_target(r)) {
		status = command_error(&err);
	} else {
		if (r < 0 && !v.trail.failed)
			keep_reason(&v, r, &err);
		status = status_of(&v, r);
		if (print(&v, status) != EXIT_DONE)
			status = EXIT_UNSURE;
		if (opt.print_reference && status != EXIT_VERIFIED)
			(void)command_error(&err);
		if (status == EXIT_REFUSED)
			raise(alerter, &v);
	}
	alerter_send(alerter, NULL); /* also what waits of runs before */
	verification_done(&v);
	arena_done(&arena);
	return status;
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(alerter_freep) struct alerter *alerter = NULL;
	const struct verify_form *form = argc > 0 ? choose(argc, argv) : NULL;
	size_t skip = form && form->word ? 1 : 0;
	struct err err = {0};
	int64_t now;

	if (!form || (size_t)argc - skip != form->n_arguments)
		(void)err_set(&err, ERR_USAGE,
			      argc == 0 ? "what shall be verified? see plimsoll verify --help"
					: "%s: takes other words; see plimsoll verify --help",
			      argc ? argv[0] : "");
	else if (strcmp(opt.format, "table") != 0 && strcmp(opt.format, "json") != 0)
		(void)err_set(&err, ERR_USAGE, "--format %s: say table or json", opt.format);
	else if (take_now(&now, &err) == 0 &&
		 alerter_open(&opt.alerts, "verify", &alerter, &err) == 0)
		return verify(form, argv + skip, now, alerter);
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_LIST("key", 'k', &opt.keys, "FILE", "believe this public key"),
	OPTION_STR("signature", 0, &opt.signature, "FILE", "of a blob: raw or base64"),
	OPTION_STR("artifact", 0, &opt.artifact, "FILE",
		   "of a bundle: what was signed, or its digest (sha256:HEX)"),
	OPTION_STR("trusted-root", 0, &opt.trusted_root, "FILE",
		   "Sigstore's trusted_root.json: the CAs and logs to believe; or kept, the one of "
		   "plimsoll trust root update"),
	OPTION_LIST("identity", 0, &opt.identities, "NAME",
		    "believe this signer: an e-mail address or URI, as --issuer knows it"),
	OPTION_LIST("identity-regexp", 0, &opt.identity_patterns, "PATTERN",
		    "believe signers whose whole name matches"),
	OPTION_LIST("issuer", 0, &opt.issuers, "URL", "who must vouch for the identity"),
	OPTION_LIST("issuer-regexp", 0, &opt.issuer_patterns, "PATTERN",
		    "the same by a pattern for the whole address"),
	OPTION_FLAG("no-log", 0, &opt.no_log, "a signature need not be in a transparency log"),
	OPTION_FLAG("no-certificate-log", 0, &opt.no_sct,
		    "a certificate need not be in a log of certificates (SCT)"),
	OPTION_STR("gun", 0, &opt.gun, "GUN",
		   "of Docker Content Trust: the repository in full (docker.io/library/alpine)"),
	OPTION_STR("tag", 0, &opt.tag, "TAG", "of Docker Content Trust: the tag"),
	OPTION_FLAG("dct", 0, &opt.dct,
		    "of an image: by Docker Content Trust, whose Notary server is asked"),
	OPTION_FLAG("tofu", 0, &opt.tofu,
		    "of Docker Content Trust: believe the root that is seen first, and keep to it"),
	OPTION_STR("dct-server", 0, &opt.dct_server, "URL",
		   "the Notary server (DOCKER_CONTENT_TRUST_SERVER, or the registry's host)"),
	OPTION_STR("dct-dir", 0, &opt.dct_dir, "DIR", "Docker's trust directory (~/.docker/trust)"),
	OPTION_LIST("root-cert", 0, &opt.root_certs, "ID|FILE",
		    "of Docker Content Trust: believe this root certificate alone"),
	OPTION_LIST("root-ca", 0, &opt.root_cas, "FILE",
		    "of Docker Content Trust: believe root certificates of this CA"),
	OPTION_STR("containers-policy", 0, &opt.containers_policy, "FILE",
		   "judge an image by this policy.json of podman and skopeo; system: by the usual "
		   "one"),
	OPTION_STR("registries-d", 0, &opt.registries_d, "DIR",
		   "with --containers-policy: read instead of the usual registries.d"),
	OPTION_STR("platform", 0, &opt.platform, "OS/ARCH",
		   "of an image for several: the one for this platform, as linux/arm64"),
	OPTION_FLAG("offline", 0, &opt.offline, "use no network but the registry of the target"),
	OPTION_LIST("annotation", 'a', &opt.annotations, "KEY=VALUE",
		    "must stand in the signature too"),
	OPTION_LIST("accept", 0, &opt.accepts, "WORD",
		    "let pass what cosign does: payload-type, a signature whose payload says that "
		    "it is of another kind"),
	OPTION_LIST("type", 0, &opt.attestation_types, "TYPE",
		    "ask for an attestation of this type (slsaprovenance1, spdx, vuln, ...), "
		    "not for a signature"),
	OPTION_STR("policy", 0, &opt.policy, "POLICY",
		   "whom to believe is in its part trust: a file, or the name of one"),
	OPTION_STR("as", 0, &opt.as, "NAME",
		   "judge the image by this name, where the target has none, or is a copy"),
	OPTION_UINT(
		"cache-verdicts", 0, &opt.cache_verdicts, "SECONDS",
		"keep the answer \"verified\" of a policy so long, signed, for the same digest"),
	REGISTRY_OPTIONS(opt),
	OPTION_STR(
		"trust-dir", 0, &opt.trust_dir, "DIR",
		"believe the trust policy and trust stores in DIR, as the notation tool has them"),
	OPTION_STR("trust-policy", 0, &opt.trust_policy, "FILE",
		   "take this trust policy instead of the one in the folder"),
	OPTION_STR("scope", 0, &opt.scope, "NAME",
		   "the repository that the artifact is from, or the name of a blob's policy"),
	OPTION_LIST("user-metadata", 0, &opt.user_metadata, "KEY=VALUE",
		    "what the signature must say besides"),
	OPTION_LIST("ocsp", 0, &opt.ocsp, "FILE", "an OCSP response, for certificates of signers"),
	OPTION_LIST("crl", 0, &opt.crl, "FILE", "a list of revoked certificates"),
	ALERT_OPTIONS(opt.alerts),
	OPTION_STR("now", 0, &opt.now, "TIME",
		   "take this as the present (2026-11-22T10:00:00Z), for audits and tests"),
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "table or json (table)", "table json",
		     .project = true),
	OPTION_FLAG("print-reference", 0, &opt.print_reference,
		    "print only what was verified, name@digest, and nothing if it was not"),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "print nothing; the exit status tells",
		    .project = true),
	OPTION_FLAG("no-color", 0, &opt.no_color, "no colour", .project = true),
	OPTION_END,
};

const struct command command_verify = {
	.name = "verify",
	.arguments = "TARGET | FORM FILE",
	.group = COMMAND_IMAGE,
	.summary = "say who signed something, and whether to believe it",
	.details = "TARGET is an image in a registry or an OCI layout (oci:DIR:TAG). Its tag is "
		   "resolved once; what is verified is that digest, and the answer names it.\n"
		   "Exit status: 0 verified; 1 not verified; 2 it could not be told (network, an "
		   "expired root of trust, a mistake in the command). Nothing is asked of the "
		   "network but the registry of the target.\n"
		   "FORM is one of: bundle (a Sigstore bundle and --artifact), blob (a file and "
		   "--signature), dct (a folder of Docker Content Trust and --gun), notation (an "
		   "envelope of the Notary Project and --artifact).\n"
		   " plimsoll verify --key release.pub registry.example.com/app:1\n"
		   " docker run $(plimsoll verify --print-reference --policy prod.yaml IMAGE)\n"
		   " plimsoll verify bundle app.sigstore.json --artifact app.tar.gz \\\n"
		   "   --trusted-root trusted_root.json --identity NAME --issuer URL\n"
		   " plimsoll verify blob app.tar.gz --signature app.sig --key release.pub",
	.options = options,
	.run = run,
};
