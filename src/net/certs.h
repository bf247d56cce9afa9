/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that users keep for one registry, as Docker, Podman and skopeo find them.
 *
 *     CLEANUP(certs_done) struct certs c = CERTS_INIT;
 *     r = certs_find(NULL, STR("example.com:5000"), &c, err);
 *
 * The first of ~/.config/containers/certs.d, /etc/containers/certs.d and /etc/docker/certs.d that
 * has a folder host[:port] decides: its *.crt are trusted (beside the system's), its NAME.cert and
 * NAME.key are shown to the server. No folder: everything stays empty.
 * Errors: ERR_USAGE for a certificate without its key, those of reading, ERR_LIMIT.
 * Format: containers-certs.d(5).
 */
#pragma once

#include "base/fd.h"
#include "base/limits.h"

struct certs {
	struct strbuf trusted; /* PEM; empty: none */
	struct strbuf cert;    /* path; empty: none */
	struct strbuf key;     /* path */
};

#define CERTS_INIT                                                                                 \
	{                                                                                          \
		.trusted = STRBUF_INIT(LIMIT_CERTIFICATE_BYTES),                                   \
		.cert = STRBUF_INIT(LIMIT_PATH_BYTES), .key = STRBUF_INIT(LIMIT_PATH_BYTES)        \
	}

void certs_done(struct certs *c);

/* dir: looked in instead of the usual ones; NULL: those. */
int certs_find(const char *dir, struct str host, struct certs *ret, struct err *err);
