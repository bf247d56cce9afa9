/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Analyses of what is in files: secrets, malware, programs. Each is a watch; the scan opens one
 * instance of it for every layer, which sees the parts of all its files (content/content.h) and
 * adds what it learned to the layer's record.
 *
 *     static const struct watch_type secret_watch = {"secrets", open, file, begin, data, end, ...};
 *     struct scan_watch w = {&secret_watch, set, recipe};
 *
 * To add one: a file scan/<id>_watch.c, a kind of item in layer_record.h, its place in assemble.c.
 *
 * recipe: what its answers depend on beside the bytes and the build (rules, keys, lists), as a
 * hash; records in the cache are used by scans of the same watches and recipes only.
 *
 * Threads: shared is read by all layers at once, an instance belongs to one. Errors: ERR_NOMEM and
 * ERR_LIMIT end the layer; what could not be looked at is a problem (watch_host_problem).
 */
#pragma once

#include "content/content.h"
#include "image/tree.h"
#include "scan/layer_record.h"

/* What an instance may do with the layer that it watches. */
struct watch_host {
	struct strbuf *record; /* to add items to: record_add_...(host->record, ...) */
	struct analysis *analysis;
};

/* Something in that file was not assessed; parser is the watch's name. */
void watch_host_problem(struct watch_host *host, const char *parser, struct str path,
			const struct err *what);

/*
 * Something was not assessed that may be the next time (a daemon that went away): the layer's
 * record is not kept in the cache.
 */
void watch_host_retry(struct watch_host *host);

struct watch_type {
	const char *name; /* of its coverage and problems: "secrets" */
	/* Of one layer. */
	int (*open)(const void *shared, struct watch_host *host, void **ret_watch, struct err *err);
	/*
	 * A regular file begins: node and e are those of the layer's tree, path its whole path.
	 * Sets *ret_wanted when its parts are to come.
	 */
	int (*file)(void *watch, const struct tree_entry *e, uint32_t node, struct str path,
		    bool *ret_wanted, struct err *err);
	/* As those of struct content_ops; NULL in *ret_cookie: the part's data is not wanted. */
	int (*begin)(void *watch, const struct content_part *part, void **ret_cookie,
		     struct err *err);
	int (*data)(void *watch, void *cookie, struct str piece, struct err *err);
	int (*end)(void *watch, void *cookie, bool is_whole, struct err *err);
	/* All files have been seen, nodes that a later entry replaced are not alive any more. */
	int (*finish)(void *watch, const struct tree *tree, struct err *err);
	void (*close)(void *watch);
	bool stored_only; /* it looks at files as they are stored: none is unpacked for it alone */
};

#define WATCHES_MAX 4

struct scan_watch {
	const struct watch_type *type;
	const void *shared;
	uint64_t recipe;
};
