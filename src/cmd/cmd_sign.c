/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sign_gpg.h"
#include "cmd/sign_notation.h"
#include "cmd/sign_target.h"

static struct {
	SIGN_TARGET_OPTION_MEMBERS;
	const char *gpg, *registries_d, *chain, *expiry;
} opt;

static int sign_one(void *ctx, const struct cosign_signing *how, unsigned forms,
		    struct cosign_made *ret, struct err *err)
{
	const unsigned of_cosign = COSIGN_FORM_LAYER | COSIGN_FORM_BUNDLE;
	int r = 0;

	if (forms & of_cosign)
		r = cosign_sign(how, forms, ret, err);
	if (r == 0 && (forms & SIGN_FORM_NOTATION))
		r = sign_notation(ctx, how, forms, ret, err);
	return r;
}

static int run_gpg(int argc, const char *const *argv)
{
	const struct sign_gpg_options o = {
		.key = opt.gpg,
		.reference = opt.reference,
		.registries_d = opt.registries_d,
		.quiet = opt.quiet,
		.registry = REGISTRY_OPTIONS_GIVEN(opt),
	};
	struct err err = {0};

	if (argc == 1 && !opt.key && !opt.forms && !opt.recursive && opt.annotations.n == 0)
		return sign_gpg(argv[0], &o, &err);
	(void)err_set(&err, ERR_USAGE,
		      "sign: --gpg goes with one TARGET and --reference, not with --key, --format, "
		      "--annotation and --recursive");
	return command_error(&err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(sign_target_done) struct sign_target t = SIGN_TARGET_INIT;
	CLEANUP(sign_notation_done) struct sign_notation n = {0};
	struct sign_target_options o = SIGN_TARGET_GIVEN(opt);
	struct err err = {0};
	int r;

	if (opt.gpg)
		return run_gpg(argc, argv);
	if (argc != 1)
		r = err_set(&err, ERR_USAGE, "sign: needs one TARGET; see plimsoll sign --help");
	else
		r = sign_target_open(argv[0], &o, &t, &err);
	if (r == 0 && (t.forms & SIGN_FORM_NOTATION))
		r = sign_notation_open(opt.chain, opt.expiry, &n, &err);
	if (r == 0)
		r = sign_target_each(&t, &o, sign_one, &n, &err);
	return r < 0 ? command_error(&err) : sign_target_print(&t);
}

static const struct option_spec options[] = {
	SIGN_TARGET_OPTIONS(opt),
	OPTION_WORDS("format", 'f', &opt.forms, "FORMAT",
		     "cosign: as cosign writes it up to version 2; bundle: as it does since 3; "
		     "both, unless one is named; notation, notation-cose: as the Notary Project "
		     "has it",
		     "cosign bundle cosign,bundle notation notation-cose"),
	OPTION_STR("certificate-chain", 0, &opt.chain, "FILE",
		   "for notation: the key's certificate and those above it, in PEM"),
	OPTION_STR("expiry", 0, &opt.expiry, "TIME",
		   "for notation: when the signature ends (2027-01-31T00:00:00Z)"),
	OPTION_STR("gpg", 0, &opt.gpg, "KEY",
		   "sign by this key of gpg, as podman and skopeo do, in the signature store of "
		   "registries.d"),
	OPTION_STR("registries-d", 0, &opt.registries_d, "DIR",
		   "with --gpg: read instead of the usual registries.d"),
	OPTION_END,
};

const struct command command_sign = {
	.name = "sign",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "sign an image by a key",
	.details =
		"Resolves the tag once, signs that digest and prints it. The signature is written "
		"beside the image, in its registry or in oci:DIR[:TAG]; the image stays as it is.\n"
		"cosign verify --key accepts it, with --insecure-ignore-tlog: no log is told of "
		"it. "
		"plimsoll verify --key does as it is.\n"
		"--format notation makes a signature by the key's certificates, which notation "
		"verifies by its trust store and policy; annotations are its user metadata.\n"
		"What the same key signed already with the same words is not signed again at the "
		"tag .sig.\n"
		" plimsoll key generate -o release\n"
		" plimsoll sign --key release.key registry.example.com/app:1.2\n"
		" plimsoll sign --gpg jane@example.com registry.example.com/app:1.2\n"
		" plimsoll sign --key 'pkcs11:token=hsm;object=release' oci:layout:1.2",
	.options = options,
	.run = run,
};
