/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registries.conf: which registries are mirrored, renamed, blocked, insecure or searched.
 *
 *     struct registries_conf *conf;
 *     r = registries_conf_read(NULL, &conf, err);
 *     r = registries_conf_resolve(conf, domain, path, &arena, &places, err);
 *
 * Read from $CONTAINERS_REGISTRIES_CONF, or ~/.config/containers/registries.conf, or
 * /etc/containers/registries.conf; then the *.conf of /etc/containers/registries.conf.d and
 * ~/.config/containers/registries.conf.d in order of names, later tables replacing earlier ones
 * with the same prefix. No file at all is fine.
 *
 * Ownership: the conf owns its text; resolved slices live in the caller's arena. Threads: read-only
 * sharing is fine. Errors: ERR_FORMAT with file and line, ERR_UNSUPPORTED (the old version 1),
 * ERR_DENIED (blocked), ERR_LIMIT.
 * Format: containers-registries.conf(5) version 2. credential-helpers and short-name-mode are not
 * used: nothing is asked interactively, so the search list is tried in order.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct registries_conf;

enum registry_security {
	REGISTRY_SECURITY_AUTO, /* nothing is configured: http only on this machine */
	REGISTRY_SECURITY_STRICT,
	REGISTRY_SECURITY_NONE, /* certificates are not checked, http is allowed */
};

enum registry_pull { REGISTRY_PULL_ALL, REGISTRY_PULL_DIGEST, REGISTRY_PULL_TAG };

/* One place where an image may be had. */
struct registry_place {
	struct str domain, path;
	enum registry_security security;
	enum registry_pull pull; /* what a mirror is asked for */
	bool is_mirror;
};

/* file: read alone instead of the usual ones; NULL: those. */
int registries_conf_read(const char *file, struct registries_conf **ret, struct err *err);
struct registries_conf *registries_conf_new(void);
void registries_conf_free(struct registries_conf *c);
void registries_conf_freep(struct registries_conf **c);

/* Adds one file's text over what is there. name: for messages. */
int registries_conf_parse(struct registries_conf *c, const char *name, struct str bytes,
			  struct err *err);

/* Appends struct registry_place, in the order to try them: mirrors, then the registry itself. */
int registries_conf_resolve(const struct registries_conf *c, struct str domain, struct str path,
			    struct arena *a, struct vec *places, struct err *err);

/*
 * What a name without a registry may mean: struct str of "domain/path", in the order to try them.
 * None when nothing is configured for it.
 */
int registries_conf_search(const struct registries_conf *c, struct str name, struct arena *a,
			   struct vec *names, struct err *err);
