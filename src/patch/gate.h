/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only way out of a jail: an HTTP proxy that knows a list of hosts and connects to no other.
 *
 *     gate_serve(listener, hosts, n_hosts, refused_fd);      never returns; in a process of its own
 *
 * A GET or HEAD for http://HOST/... is passed on in origin form, one answer a connection; CONNECT
 * HOST:443 becomes a tunnel. All else, any other host or port gets 403, and the host's name is
 * written to refused_fd, a line each, so that a person can be told what was wanted.
 *
 * When the environment names a proxy itself (http_proxy, https_proxy), the gate asks that.
 * Hosts are "name" or "name:port". Those that a person named begin with "+": they may be this
 * machine itself or on its link, where clouds keep credentials, and "+*" is any host. The others
 * come from an image: what such a name resolves to there is refused.
 */
#pragma once

#include <stddef.h>

#include "base/str.h"

void gate_serve(int listener, const char *const *hosts, size_t n_hosts, int refused_fd)
	__attribute__((noreturn));

/* A request's head, for the tests. */
struct gate_request {
	bool is_tunnel;
	struct str host; /* without port */
	unsigned port;
	struct str method, path; /* path with its slash; empty for a tunnel */
	struct str fields;	 /* header fields, each line ended */
};
bool gate_parse(struct str head, struct gate_request *ret);

enum gate_right {
	GATE_REFUSED,
	GATE_NOT_LOCAL, /* of an image */
	GATE_ANYWHERE,	/* of a person */
};
enum gate_right gate_right_of(const char *const *hosts, size_t n_hosts, struct str host,
			      unsigned port);

/* This machine, or its link. */
struct sockaddr;
bool gate_is_local(const struct sockaddr *address);
