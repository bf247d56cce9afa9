/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the root of a collection is one that this user believes.
 *
 *     struct dct_pins pins = {.ids = ids, .n_ids = n};
 *     struct dct_root_check check = {.gun = gun, .pins = &pins, .now = now, .trail = &trail};
 *     options.check_root = dct_check_root; options.check_root_ctx = &check;
 *
 * A root key of Docker Content Trust is a certificate whose common name is the GUN, or a beginning
 * of it and "*". For a root to be trusted, as many as its threshold of such certificates, neither
 * expired nor signed with SHA-1, must have signed it; those that do not fit the pins count for
 * nothing. What pins, the first that is given: ids of certificates (as the root lists its keys), a
 * CA (at `now`), else the first root that is seen, if the user wants that (tofu). A root that
 * follows another is signed by the certificates of the one before too, which may have expired.
 *
 * Errors: ERR_DENIED says which certificate was wanted and what was there; ERR_NOMEM.
 * Format: Notary v1, trustpinning/certs.go of github.com/notaryproject/notary.
 */
#pragma once

#include "crypto/certificate.h"
#include "trust/trail.h"
#include "trust/tuf/tuf_metadata.h"

#define DCT_PINS_MAX 64

struct dct_pins {
	struct str ids[DCT_PINS_MAX]; /* hexadecimal, of keys; or SHA-256 of certificates */
	size_t n_ids;
	struct certificate_list cas; /* the caller's */
	bool tofu;
};

static inline bool dct_pins_is_empty(const struct dct_pins *p)
{
	return p->n_ids == 0 && p->cas.n == 0 && !p->tofu;
}

struct dct_root_check {
	struct str gun;
	const struct dct_pins *pins;
	int64_t now;
	struct trail *trail;
	/* The first certificate that counted, of the newest root; the id in the trail's arena. */
	struct str id;
	struct str subject;
	struct str sha256; /* hex, of the certificate */
	int64_t expires;   /* of the first of those certificates to expire */
};

/* For tuf_update_options.check_root; ctx is a struct dct_root_check. */
int dct_check_root(void *ctx, const struct tuf_metadata *previous, const struct tuf_metadata *root,
		   struct err *err);

/* "example.com/team/app" by "example.com/team/app" or "example.com/team/" "*". */
bool dct_name_fits(struct str common_name, struct str gun);
