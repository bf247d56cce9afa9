/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.json of containers/image: which images podman, skopeo and CRI-O take, read as they read
 * it.
 *
 *     r = containers_policy_parse(bytes, "policy.json", &arena, &policy, err);
 *     scope = containers_policy_find(policy, &identity, &arena, &err);
 *     scope->requirements[0 .. scope->n - 1]            all of which have to be met
 *
 * and containers_policy_eval.h judges an image by it. Strict as theirs: members that are not known,
 * twice there or of another type refuse the whole file. Requirements that containers/image itself
 * never fulfils (signedBaseLayer, key types other than GPGKeys) can be read, and refuse.
 *
 * Ownership: the policy and all of its slices live in the arena. Threads: read-only sharing is
 * fine. Errors: ERR_FORMAT with the path in the document, ERR_LIMIT (containers_policy_bytes,
 * _scopes, _requirements), ERR_NOMEM. Format: containers-policy.json(5), of containers/image 5.36
 * (with keyPaths, keyDatas, pki and several Rekor keys, which the manual of Debian 12 does not know
 * yet).
 */
#pragma once

#include "trust/signed_identity.h"

enum containers_requirement_kind {
	REQUIREMENT_REJECT, /* zero: what nobody has filled in refuses */
	REQUIREMENT_ACCEPT_ANYTHING,
	REQUIREMENT_SIGNED_BY,
	REQUIREMENT_SIGNED_BASE_LAYER,
	REQUIREMENT_SIGSTORE_SIGNED,
};

/* Keys or certificates: in files, or here. One of both is empty. */
struct containers_material {
	struct str_list paths;
	struct str_list datas; /* decoded */
};

static inline bool containers_material_is_set(const struct containers_material *m)
{
	return m->paths.n + m->datas.n > 0;
}

struct containers_requirement {
	enum containers_requirement_kind kind;
	struct str path;     /* "transports.docker["example.com"][0]": for messages */
	struct str key_type; /* of signedBy: "GPGKeys" */
	struct containers_material keys;
	struct containers_material fulcio_ca;
	struct str fulcio_issuer, fulcio_email;
	struct containers_material pki_roots, pki_intermediates;
	struct str pki_email, pki_host; /* one may be empty */
	struct containers_material rekor;
	struct signed_identity identity;
};

struct containers_scope {
	struct str transport; /* empty: the default of all */
	struct str scope;     /* empty: the default of the transport */
	struct containers_requirement *requirements;
	size_t n; /* at least 1 */
};

struct containers_policy;

/* name: of the file, for messages. */
int containers_policy_parse(struct str bytes, const char *name, struct arena *a,
			    struct containers_policy **ret, struct err *err);

/* The most specific scope that is about the image; there always is one. */
int containers_policy_find(const struct containers_policy *policy,
			   const struct image_identity *image, struct arena *a,
			   const struct containers_scope **ret, struct err *err);

/* "signedBy", ... */
const char *containers_requirement_name(enum containers_requirement_kind kind);
