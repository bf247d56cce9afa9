/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in to one registry: answers its 401 with a token or a password, and remembers the tokens.
 *
 *     struct auth *a;
 *     r = auth_new(&(struct auth_options){.http = h, .registry = ..., ...}, &a, err);
 *     request.authorizer = auth_authorizer(a);
 *
 * Nothing is sent before the registry asks. Bearer is preferred to Basic; without stored
 * credentials an anonymous token is asked for. Passwords and identity tokens go over https only,
 * unless the registry is one the user calls insecure, or on this machine.
 *
 * Ownership: http must outlive the auth, the auth every stream that uses it; strings are copied.
 * Threads: any number; one of them fetches a token, the others wait for it.
 * Errors: ERR_DENIED (login refused, or it would go unencrypted), ERR_FORMAT (the token server
 * answers something else), those of credentials_find and http_fetch.
 * Format: distribution token specification (https://distribution.github.io/distribution/spec/auth/)
 * with GET and, for identity tokens, the OAuth2 POST.
 */
#pragma once

#include "net/http.h"

struct auth;

struct auth_options {
	struct http *http;
	struct str registry;   /* key of the credentials: "docker.io", "example.com:5000" */
	struct str repository; /* "library/alpine" */
	const char *auth_file; /* read alone; NULL: the usual files */
	bool allow_plain;      /* passwords may go over http */
	bool is_plain;	       /* the registry itself is reached over http */
	bool insecure;	       /* certificates are not checked */
};

int auth_new(const struct auth_options *options, struct auth **ret, struct err *err);
void auth_free(struct auth *a);

const struct http_authorizer *auth_authorizer(const struct auth *a);

/* "anonymous", or where the credentials in use came from; for messages. */
const char *auth_source(const struct auth *a);
