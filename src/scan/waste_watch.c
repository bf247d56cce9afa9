/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/waste_watch.h"

#include <stdlib.h>

#include "base/limits.h"
#include "codec/content_hash.h"
#include "waste/strip.h"
#include "waste/waste.h"

/* Of one layer: one file at a time. */
struct watch {
	struct watch_host *host;
	struct content_hash *hash;
	struct strip strip;
	uint32_t node;	     /* of the file that goes by */
	struct strbuf found; /* struct waste_content, by node */
};

static void watch_close(void *watch)
{
	struct watch *w = watch;

	content_hash_free(w->hash);
	strip_done(&w->strip);
	strbuf_done(&w->found);
	free(w);
}

static int watch_open(const void *shared, struct watch_host *host, void **ret, struct err *err)
{
	struct watch *w = calloc(1, sizeof *w);
	int r;

	(void)shared;
	if (!w)
		return err_nomem(err);
	w->host = host;
	w->found = (struct strbuf)STRBUF_INIT((size_t)LIMIT_WASTE_CONTENTS *
					      sizeof(struct waste_content));
	r = content_hash_new(&w->hash, err);
	if (r < 0)
		watch_close(w);
	else
		*ret = w;
	return r;
}

static int watch_file(void *watch, const struct tree_entry *e, uint32_t node, struct str path,
		      bool *ret_wanted, struct err *err)
{
	struct watch *w = watch;

	(void)path;
	(void)err; /* cannot fail */
	w->node = node;
	*ret_wanted = e->size >= WASTE_CONTENT_MIN &&
		      w->found.n + sizeof(struct waste_content) <= w->found.max;
	return 0;
}

static int watch_begin(void *watch, const struct content_part *part, void **ret_cookie,
		       struct err *err)
{
	struct watch *w = watch;

	(void)err; /* cannot fail */
	if (part->depth)
		return 0;
	content_hash_begin(w->hash);
	strip_begin(&w->strip);
	*ret_cookie = w;
	return 0;
}

static int watch_data(void *watch, void *cookie, struct str piece, struct err *err)
{
	struct watch *w = watch;

	(void)cookie;
	(void)err; /* cannot fail */
	content_hash_add(w->hash, piece);
	strip_data(&w->strip, piece);
	return 0;
}

static int watch_end(void *watch, void *cookie, bool is_whole, struct err *err)
{
	struct watch *w = watch;
	struct waste_content c = {.node = w->node};

	(void)cookie;
	if (!is_whole)
		return 0; /* it is a problem already */
	content_hash_end(w->hash, c.hash);
	strip_end(&w->strip);
	c.strippable = w->strip.bytes;
	c.is_core = w->strip.is_core;
	strbuf_add_bytes(&w->found, &c, sizeof c);
	return strbuf_check(&w->found, err);
}

static int watch_finish(void *watch, const struct tree *tree, struct err *err)
{
	struct watch *w = watch;

	(void)tree; /* what a later entry replaced is in no walk */
	record_add_contents(w->host->record, strbuf_str(&w->found));
	return strbuf_check(w->host->record, err);
}

const struct watch_type waste_watch = {
	.name = "waste",
	.open = watch_open,
	.file = watch_file,
	.begin = watch_begin,
	.data = watch_data,
	.end = watch_end,
	.finish = watch_finish,
	.close = watch_close,
	.stored_only = true,
};
