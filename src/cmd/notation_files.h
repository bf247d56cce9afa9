/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the notation tool's configuration: the trust policy and the trust stores.
 *
 *     DIR/trustpolicy.oci.json or DIR/trustpolicy.json; DIR/trustpolicy.blob.json
 *     DIR/truststore/x509/{ca,signingAuthority,tsa}/NAME/FILE.{pem,crt,cer,der}
 *
 *     r = notation_files_policy(dir, NULL, NOTATION_POLICY_OCI, &arena, &policy, err);
 *     r = notation_files_stores(dir, statement, &stores, err);      those that it names, no others
 *
 * A store or a file of one that is a link is refused, as the specification wants it; so is a file
 * that is no certificate. Folders in a store are passed over.
 *
 * Ownership: the policy in the arena, the stores by notation_trust_store_done.
 * Errors: ERR_NOT_FOUND, ERR_IO, those of the parsers, with the path.
 */
#pragma once

#include "trust/notation/trust_store.h"

/* file: instead of the one in dir; NULL: none. */
int notation_files_policy(const char *dir, const char *file, enum notation_policy_kind kind,
			  struct arena *arena, struct notation_policy *ret, struct err *err);

int notation_files_stores(const char *dir, const struct notation_statement *statement,
			  struct notation_trust_store *ret, struct err *err);
