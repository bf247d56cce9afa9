/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether metadata is signed by as many of a role's keys as its threshold says.
 *
 *     r = tuf_verify(root, &root->roles[TUF_SNAPSHOT], snapshot, "snapshot", err);
 *     r = tuf_verify(targets, &delegation->signers, releases, "targets/releases", err);
 *
 * Different keys are counted, not key ids and not signatures: a key that is listed under two ids
 * counts once. A signature that does not hold counts nothing and harms nothing; in the modern
 * dialect two signatures that name the same key id are refused (section 4.2.1), and in Notary's a
 * key whose id is not the hash of the key. In the modern dialect an id that is not the hash is
 * borne, though section 4.3 asks for it: root 11 of Sigstore's own repository has one.
 *
 * Errors: ERR_DENIED with "snapshot: 1 of 2 signatures needed holds (...)", ERR_NOMEM.
 */
#pragma once

#include "trust/tuf/tuf_metadata.h"

/* of: whose keys those of `signers` are (a root or targets); what: for messages. */
int tuf_verify(const struct tuf_metadata *of, const struct tuf_signers *signers,
	       const struct tuf_metadata *m, struct str what, struct err *err);
