/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the user is at a registry: what `docker login`, `podman login` and their helpers stored.
 *
 *     CLEANUP(credentials_done) struct credentials c = {0};
 *     r = credentials_find(&where, STR("example.com"), STR("team/app"), &c, err);    1: found
 *
 * Looked up in order, the first file that knows the registry decides: $REGISTRY_AUTH_FILE alone if
 * set; else $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json,
 * $DOCKER_CONFIG/config.json or ~/.docker/config.json. In a file credHelpers come before auths,
 * auths before credsStore; the longest of host/team/app, host/team, host before the others.
 *
 * Errors: a broken file or helper is an error (a pull without the login the user made would say
 * something misleading); a file that is not there is none. Messages name the file or the helper,
 * never what is in them.
 * Threads: safe. Ownership: the caller's, wiped by credentials_done.
 * Format: containers-auth.json(5), Docker's config.json, the docker-credential-helpers protocol.
 */
#pragma once

#include "base/err.h"
#include "base/secret.h"
#include "base/strbuf.h"

struct credentials {
	struct secret user, password;
	struct secret identity_token; /* instead of the two: for the OAuth2 exchange */
	char source[256];	      /* the file or helper they came from */
};

void credentials_done(struct credentials *c);

/* auth_file: read alone instead of all the others; NULL: the usual ones. 1 found, 0 not. */
int credentials_find(const char *auth_file, struct str registry, struct str repository,
		     struct credentials *ret, struct err *err);
