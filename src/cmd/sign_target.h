/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sign and attest share: the target, resolved once, the key, the words that are signed with
 * it.
 *
 *     static struct { ...; SIGN_TARGET_OPTION_MEMBERS; } opt;
 *     CLEANUP(sign_target_done) struct sign_target t = SIGN_TARGET_INIT;
 *     struct sign_target_options o = SIGN_TARGET_GIVEN(opt);
 *     r = sign_target_open(argv[0], &o, &t, err);
 *     r = sign_target_each(&t, o.recursive, sign_one, ctx, err);
 *
 * Ownership: t owns all. Errors: those of the store and of the key; ERR_USAGE.
 */
#pragma once

#include "cmd/registry_options.h"
#include "cmd/signing_key.h"
#include "trust/cosign/sign.h"

#define SIGN_TARGET_OPTION_MEMBERS                                                                 \
	const char *key, *forms, *reference;                                                       \
	struct option_list annotations;                                                            \
	bool recursive, quiet;                                                                     \
	PASSPHRASE_OPTION_MEMBERS;                                                                 \
	REGISTRY_OPTION_MEMBERS

#define SIGN_TARGET_OPTIONS(opt)                                                                   \
	OPTION_STR("key", 'k', &(opt).key, "KEY",                                                  \
		   "sign by this: a file, pkcs11:URI, tpm:0xHANDLE, tpm:FILE"),                    \
		OPTION_STR("reference", 0, &(opt).reference, "NAME",                               \
			   "the image's name in what is signed, instead of where it lies"),        \
		OPTION_LIST("annotation", 'a', &(opt).annotations, "KEY=VALUE",                    \
			    "say this too in what is signed"),                                     \
		OPTION_FLAG("recursive", 'r', &(opt).recursive,                                    \
			    "of an index, also each image in it"),                                 \
		PASSPHRASE_OPTIONS(opt), REGISTRY_OPTIONS(opt),                                    \
		OPTION_FLAG("quiet", 'q', &(opt).quiet, "nothing on stderr")

/* Beside those of enum cosign_form; for sign alone. */
enum { SIGN_FORM_NOTATION_JWS = 1 << 8, SIGN_FORM_NOTATION_COSE = 1 << 9 };
#define SIGN_FORM_NOTATION (SIGN_FORM_NOTATION_JWS | SIGN_FORM_NOTATION_COSE)

struct sign_target_options {
	const char *key, *forms, *reference;
	const struct option_list *annotations;
	bool recursive, quiet;
	struct passphrase_source passphrase;
	struct registry_options registry;
};

#define SIGN_TARGET_GIVEN(opt)                                                                     \
	((struct sign_target_options){                                                             \
		.key = (opt).key,                                                                  \
		.forms = (opt).forms,                                                              \
		.reference = (opt).reference,                                                      \
		.annotations = &(opt).annotations,                                                 \
		.recursive = (opt).recursive,                                                      \
		.quiet = (opt).quiet,                                                              \
		.passphrase = PASSPHRASE_GIVEN(opt, NULL),                                         \
		.registry = REGISTRY_OPTIONS_GIVEN(opt),                                           \
	})

struct sign_target {
	struct arena arena;
	struct artifact_place place;
	struct secret_key *key;
	unsigned forms; /* COSIGN_FORM_*, SIGN_FORM_* */
	struct cosign_signing how;
};

#define SIGN_TARGET_INIT                                                                           \
	{                                                                                          \
		.place = ARTIFACT_PLACE_INIT                                                       \
	}

int sign_target_open(const char *target, struct sign_target_options *o, struct sign_target *ret,
		     struct err *err);
void sign_target_done(struct sign_target *t);

/* The target itself, then (recursive) all that its index names, once each. */
typedef int sign_target_fn(void *ctx, const struct cosign_signing *how, unsigned forms,
			   struct cosign_made *ret, struct err *err);
int sign_target_each(struct sign_target *t, const struct sign_target_options *o,
		     sign_target_fn *make, void *ctx, struct err *err);

/* NAME@DIGEST of the target on stdout. */
int sign_target_print(const struct sign_target *t);
