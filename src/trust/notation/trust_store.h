/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust stores of the Notary Project: certificates under a type and a name.
 *
 *     CLEANUP(notation_trust_store_done) struct notation_trust_store stores = {0};
 *     r = notation_trust_store_add(&stores, NOTATION_STORE_CA, STR("example"), bytes, err);
 *
 * The files are for the caller to read: x509/TYPE/NAME/FILE.{pem,crt,cer}, no links, nothing in
 * folders below. Each certificate is one of a CA or signed by itself; one of a time-stamp authority
 * is a root: of a CA and signed by itself.
 *
 * Ownership: the stores own all. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT (no certificate), ERR_DENIED (one that has no place here, a weak key),
 * ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project trust-store-trust-policy.md, "Trust Store".
 */
#pragma once

#include "trust/notation/trust_policy.h"

#define NOTATION_TRUST_STORES_MAX	256
#define NOTATION_STORE_CERTIFICATES_MAX 1024 /* in one file */

struct notation_store {
	enum notation_store_type type;
	struct str name; /* malloc'd */
	struct certificate_list certificates;
};

struct notation_trust_store {
	struct notation_store *stores;
	size_t n;
};

/* bytes: a file, PEM or DER. The store is made when it is not there yet. */
int notation_trust_store_add(struct notation_trust_store *all, enum notation_store_type type,
			     struct str name, struct str bytes, struct err *err);
void notation_trust_store_done(struct notation_trust_store *all);

/* NULL: none of that name. */
const struct notation_store *notation_trust_store_find(const struct notation_trust_store *all,
						       const struct notation_store_name *name);
