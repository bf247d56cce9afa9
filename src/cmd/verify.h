/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of things that `plimsoll verify` verifies, one file verify_<word>.c each.
 *
 *     plimsoll verify TARGET ...            verify_image.c
 *     plimsoll verify bundle FILE ...       verify_bundle.c, and so on
 *
 * A form fills the verification and returns what verification_accept or a refusal returned:
 * 0 verified, -ERR_DENIED not verified, another code: it could not be told. The command prints, and
 * chooses the exit status: 0, 1, 2.
 *
 * To add a form: that file with a `const struct verify_form verify_form_<word>`, a line in
 * verify_form_list.def (sorted), its options in struct verify_options and the table of
 * cmd_verify.c.
 */
#pragma once

#include "cmd/alert_options.h"
#include "cmd/registry_options.h"
#include "trust/verification.h"

struct verify_options {
	const char *format, *output, *now, *platform;
	bool print_reference, quiet, no_color, offline;
	/* Whom to believe. */
	struct option_list keys, identities, identity_patterns, issuers, issuer_patterns;
	struct option_list annotations, attestation_types, accepts;
	const char *as; /* the image's name for a policy; NULL: the target's */
	const char *trusted_root, *policy, *containers_policy, *trust_dir, *trust_policy;
	const char *registries_d; /* of --containers-policy */
	/* Of files alone. */
	const char *artifact, *signature, *certificate, *gun, *tag, *scope;
	struct option_list tsa, crl, ocsp, user_metadata, root_certs, root_cas;
	const char *dct_server, *dct_dir;
	bool dct, no_log, no_sct, tofu;
	uint64_t cache_verdicts; /* seconds; 0: none are kept */
	struct alert_options alerts;
	REGISTRY_OPTION_MEMBERS;
};

struct verify_form {
	const char *word;      /* "bundle"; NULL: the form without a word, of images */
	const char *arguments; /* "FILE" */
	const char *summary;   /* for --help, no capital, no full stop */
	size_t n_arguments;
	/* Chosen by an option instead of a word; NULL: not so. */
	bool (*is_wanted)(const struct verify_options *opt);
	int (*verify)(const struct verify_options *opt, const char *const *argv,
		      struct verification *v, struct err *err);
};

extern const struct verify_form *const verify_forms[]; /* NULL-ended */

/*
 * -ERR_USAGE when an option is given that says what to believe or what must hold, and is none of
 * those that the form looks at ("key type"): who asks for something must not be told "verified"
 * by a form that has not looked at it.
 */
int verify_only(const struct verify_options *opt, const char *known, struct err *err);

/* A whole file, or stdin for "-", into the arena. */
int verify_read(struct arena *arena, const char *path, size_t max_bytes, struct str *ret,
		struct err *err);
