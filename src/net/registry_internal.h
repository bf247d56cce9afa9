/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that speak to a registry share. Internal to net/registry*.c.
 *
 *     r = registry_prepare(reg, e, err);                 scheme and login of that endpoint
 *     url = registry_scheme(e) "://" e->host "/v2/" e->place.path ...
 *     rq = registry_request(e, url, what);
 *     ... http_fetch; another status than expected: registry_explain(e, what, &answer, err)
 */
#pragma once

#include <pthread.h>

#include "net/auth.h"
#include "net/registry.h"

enum scheme { SCHEME_UNKNOWN, SCHEME_HTTPS, SCHEME_HTTP };

/* A mirror, or the registry itself. */
struct endpoint {
	struct registry_place place;
	struct str host; /* that is connected to */
	bool allow_plain;
	enum scheme scheme; /* unknown until https was tried, where http is allowed */
	struct auth *auth;
};

struct registry {
	struct arena arena;
	struct registry_name name;
	struct registry_options options;
	struct http *http;
	struct endpoint endpoints[LIMIT_MIRRORS + 1];
	size_t n_endpoints;
	pthread_mutex_t lock; /* guards scheme and auth of the endpoints, used */
	size_t used;	      /* endpoint that had the manifest; n_endpoints: none yet */
};

int registry_prepare(struct registry *reg, struct endpoint *e, struct err *err);
const char *registry_scheme(const struct endpoint *e);
struct http_request registry_request(struct endpoint *e, const char *url, const char *what);

/* What a refusal means to the user; ctx: the endpoint. */
int registry_explain(void *ctx, const char *what, const struct http_response *answer,
		     struct err *err);

/* Whether the bytes of a manifest are those of `want`, which `whose` names: "the registry names".
 */
int registry_check_digest(struct str bytes, struct str want, const char *whose, struct err *err);
