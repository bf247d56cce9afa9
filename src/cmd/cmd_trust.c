/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "cmd/trust.h"
#include "render/text.h"

#define MESSAGE_MAX 8192

static struct trust_options opt = {.format = "table"};

#define TRUST_GROUP(name) extern const struct trust_action trust_##name[];
#include "cmd/trust_group_list.def"
#undef TRUST_GROUP

static const struct trust_action *const groups[] = {
#define TRUST_GROUP(name) trust_##name,
#include "cmd/trust_group_list.def"
#undef TRUST_GROUP
};

int trust_end(const struct trail *trail, int r, const struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);

	if (r >= 0)
		return TRUST_EXIT_DONE;
	if (!trail || !trail->failed) {
		(void)command_error(err);
		return r == -ERR_DENIED ? TRUST_EXIT_REFUSED : TRUST_EXIT_UNSURE;
	}
	strbuf_adds(&sb, trail->unsure ? "plimsoll: " : "plimsoll: refused: ");
	(void)text_add(&sb, trail->why, SIZE_MAX, true);
	if (trail->remedy.n) {
		strbuf_adds(&sb, "\nplimsoll: ");
		(void)text_add(&sb, trail->remedy, SIZE_MAX, true);
	}
	strbuf_addc(&sb, '\n');
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
	return trail->unsure ? TRUST_EXIT_UNSURE : TRUST_EXIT_REFUSED;
}

static const struct trust_action *find(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		for (const struct trust_action *a = groups[i]; a->word; a++)
			if (str_is(word, a->word))
				return a;
	return NULL;
}

static int take_now(int64_t *ret, struct err *err)
{
	if (!opt.now)
		*ret = (int64_t)time(NULL);
	else if (!clock_parse(str_of(opt.now), ret))
		return err_set(err, ERR_USAGE, "--now %s: write a time as 2026-11-22T10:00:00Z",
			       opt.now);
	return 0;
}

static int run(int argc, const char *const *argv)
{
	const struct trust_action *a = find(str_of(argc > 0 ? argv[0] : ""));
	size_t n = argc > 0 ? (size_t)argc - 1 : 0;
	struct err err = {0};
	int64_t now;
	int r = take_now(&now, &err);

	if (r == 0 && !a)
		r = err_set(&err, ERR_USAGE, "trust: %s%s; see plimsoll trust --help",
			    argc > 0 ? "no such word: " : "what shall be done?",
			    argc > 0 ? argv[0] : "");
	else if (r == 0 && (n < a->n_min || n > a->n_max))
		r = err_set(&err, ERR_USAGE,
			    "trust %s takes other words; see plimsoll trust --help", a->word);
	return r < 0 ? command_error(&err) : a->run(&opt, now, argc - 1, argv + 1);
}

static const struct option_spec options[] = {
	OPTION_STR("mirror", 0, &opt.mirror, "URL",
		   "where Sigstore's metadata is (as the last time)"),
	OPTION_STR("root", 0, &opt.root, "FILE", "the root.json to begin with, once"),
	OPTION_STR("state", 0, &opt.state, "DIR",
		   "where trusted metadata is kept (~/.local/state/plimsoll/sigstore)"),
	OPTION_STR("server", 0, &opt.server, "URL",
		   "the Notary server (DOCKER_CONTENT_TRUST_SERVER, or the registry's host)"),
	OPTION_STR("trust-dir", 0, &opt.trust_dir, "DIR",
		   "Docker's trust directory (~/.docker/trust)"),
	OPTION_LIST("root-cert", 0, &opt.root_certs, "ID|FILE",
		    "believe this root certificate of a collection alone"),
	OPTION_LIST("root-ca", 0, &opt.root_cas, "FILE",
		    "believe root certificates of this CA alone"),
	OPTION_FLAG("tofu", 0, &opt.tofu,
		    "believe the root certificate that is seen first, and keep to it"),
	OPTION_FLAG("offline", 0, &opt.offline, "look at what was verified before, ask nobody"),
	OPTION_LIST("role", 0, &opt.roles, "ROLE",
		    "who signs the tag: targets, or a delegation (targets)"),
	OPTION_LIST("path", 0, &opt.paths, "PREFIX",
		    "tags that a delegation may sign begin so (any)"),
	OPTION_UINT("size", 0, &opt.size, "BYTES", "of the manifest, for a digest alone"),
	OPTION_FLAG("publish", 'p', &opt.publish, "publish the change at once"),
	OPTION_FLAG("renew", 0, &opt.renew,
		    "sign everything again whose keys are here, before it expires"),
	OPTION_FLAG("local-snapshot", 0, &opt.local_snapshot,
		    "init: keep the snapshot key here, not at the server"),
	OPTION_FLAG("server-managed", 'r', &opt.server_managed,
		    "rotate: the new key is made and kept by the server"),
	OPTION_STR("key", 'k', &opt.key, "KEY",
		   "migrate: sign by this: a file, pkcs11:URI, tpm:0xHANDLE, tpm:FILE"),
	OPTION_STR("repository", 0, &opt.repository, "NAME",
		   "migrate: where the images are, if not where the GUN says"),
	OPTION_STR("root-passphrase-file", 0, &opt.root_passphrase_file, "FILE",
		   "read the passphrase of root keys from its first line"),
	PASSPHRASE_OPTIONS(opt),
	REGISTRY_OPTIONS(opt),
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "table or json (table)", "table json",
		     .project = true),
	OPTION_STR("now", 0, &opt.now, "TIME",
		   "take this as the present (2026-11-22T10:00:00Z), for audits and tests"),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "print nothing but errors", .project = true),
	OPTION_END,
};

const struct command command_trust = {
	.name = "trust",
	.arguments = "WORD ...",
	.group = COMMAND_IMAGE,
	.summary = "roots of trust, and signing with Docker Content Trust",
	.details =
		"Exit status: 0 done; 1 something did not hold, and was refused; 2 it could not be "
		"told (network, an expired root of trust, a mistake in the command).\n"
		"root update brings trusted_root.json of a Sigstore instance up to date by TUF. "
		"The first time it needs --mirror and --root, the instance's first root.json, "
		"which "
		"comes from its publisher by a way that is believed. root status says, without "
		"network, what is trusted and until when. root show prints trusted_root.json, "
		"proved again; verify --trusted-root kept uses it as it is.\n"
		"  plimsoll trust root update --mirror https://tuf.example.com --root root.json\n"
		"  plimsoll trust root status\n"
		"  plimsoll trust root show > trusted_root.json\n"
		"Of a collection of Docker Content Trust (GUN: the repository in full): list and "
		"inspect say what it holds, once it is verified. The first time that needs "
		"--root-cert or --root-ca, or --tofu.\n"
		"init GUN makes its keys and first metadata. add GUN TAG IMAGE (or a digest, with "
		"--size) and remove GUN TAG note a change; so do delegate add GUN ROLE FILE... "
		"with public keys or certificates, and delegate remove GUN ROLE [KEY-ID...]; "
		"delegate list GUN shows them. publish GUN signs what was noted and sends it as "
		"one: the server takes all or nothing, and what it refused stays noted. rotate GUN "
		"root|targets|snapshot|timestamp replaces a key and publishes that.\n"
		"Keys and metadata are Docker's own, in its trust directory. Passphrases are asked "
		"for, or come from the variables that docker and notary read "
		"(DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE, NOTARY_TARGETS_PASSPHRASE, ...).\n"
		"migrate GUN --key KEY signs what the collection trusts as cosign does, image for "
		"image, and reports every tag: migrated, or refused and why (then the exit status "
		"is 1). Without --key it only says what it would do. Docker's own server of trust "
		"data closes on 2026-12-08.\n"
		"  plimsoll trust init example.com/team/app --publish\n"
		"  plimsoll trust add example.com/team/app 1.0 example.com/team/app:1.0 --publish\n"
		"  plimsoll trust list docker.io/library/alpine --tofu\n"
		"  plimsoll trust migrate docker.io/team/app --tofu --key release.key",
	.options = options,
	.run = run,
};
