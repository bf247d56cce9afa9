/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Notary server, for one collection.
 *
 *     r = notary_server_new(&(struct notary_server_options){.url = url, .gun = gun}, &s, err);
 *     r = notary_server_get(s, "root.json", max, &bytes, err);         -ERR_NOT_FOUND: 404
 *     r = notary_server_key(s, "timestamp", false, &json, err);
 *     r = notary_server_publish(s, files, n, &conflict, err);          all of them, or none
 *
 * NOTHING IT SAYS IS VERIFIED HERE. It logs in as registries have it, with the scope that the
 * server asks for (repository:GUN:pull or push,pull). Certificates to trust: the system's, those
 * of certs.d, $DOCKER_CONFIG/tls/<host>/ca.crt as Docker has it, or a file.
 *
 * Ownership: strings are copied. Threads: one.
 * Errors: ERR_NOT_FOUND (404), ERR_DENIED (login, refused update, certificate), ERR_LIMIT (more
 * bytes than the maximum), ERR_USAGE (the address), ERR_IO.
 * Format: server/server.go and storage/httpstore.go of github.com/notaryproject/notary.
 */
#pragma once

#include "base/err.h"
#include "base/strbuf.h"

struct notary_server;

struct notary_server_options {
	const char *url; /* "https://notary.example.com"; NULL: of the collection */
	struct str gun;
	const char *ca_file;   /* PEM, trusted beside the system's; NULL: none */
	const char *auth_file; /* NULL: the usual files */
	bool insecure;	       /* http, and certificates that nobody knows */
};

int notary_server_new(const struct notary_server_options *options, struct notary_server **ret,
		      struct err *err);
void notary_server_free(struct notary_server *s);
void notary_server_freep(struct notary_server **s);

/* "https://notary.example.com" */
struct str notary_server_url(const struct notary_server *s);

/* name: "root.json", "2.root.json", "snapshot.<hex>.json"; at most max bytes. */
int notary_server_get(struct notary_server *s, struct str name, uint64_t max, struct strbuf *ret,
		      struct err *err);

/* The public key that the server signs this role with, as JSON; rotate: it makes a new one. */
int notary_server_key(struct notary_server *s, const char *role, bool rotate, struct strbuf *ret,
		      struct err *err);

struct notary_file {
	struct str role;
	struct str bytes;
};

/* *ret_conflict: refused, because somebody else published in between. */
int notary_server_publish(struct notary_server *s, const struct notary_file *files, size_t n,
			  bool *ret_conflict, struct err *err);

/* What the server's JSON for a refusal says, in one line; for tests. */
void notary_server_refusal(struct str body, struct strbuf *ret, bool *ret_conflict);
