/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/watchers.h"

#include "base/cleanup.h"
#include "scan/analysis.h"

#define PIECE_BYTES 65536

struct watcher {
	const struct watch_type *type;
	void *watch;
	bool wants; /* the file that is being read */
};

struct watchers {
	struct watch_host host;
	struct content *content;
	size_t n;
	struct watcher watcher[WATCHES_MAX];
	char piece[PIECE_BYTES]; /* of a file that is only looked at as it is stored */
};

/* One part on its way to all who look at it. */
struct fan {
	void *cookie[WATCHES_MAX]; /* NULL: not wanted */
};

uint64_t scan_plan_recipe(const struct scan_plan *plan)
{
	uint64_t recipe = 0;

	for (size_t i = 0; i < plan->n_watches; i++) {
		recipe = (recipe ^ plan->watches[i].recipe) * 0x9e3779b97f4a7c15ULL;
		for (const char *c = plan->watches[i].type->name; *c; c++)
			recipe = (recipe ^ (unsigned char)*c) * 0x100000001b3ULL;
		recipe ^= recipe >> 29;
	}
	return recipe;
}

void watch_host_problem(struct watch_host *host, const char *parser, struct str path,
			const struct err *what)
{
	analysis_problem(host->analysis, parser, path, what);
}

void watch_host_retry(struct watch_host *host)
{
	analysis_retry(host->analysis);
}

static int begin(void *context, const struct content_part *part, void **ret_cookie, struct err *err)
{
	struct watchers *w = context;
	struct fan fan = {0}, *kept;
	bool wanted = false;
	int r = 0;

	for (size_t i = 0; i < w->n && r == 0; i++) {
		if (!w->watcher[i].wants)
			continue;
		r = w->watcher[i].type->begin(w->watcher[i].watch, part, &fan.cookie[i], err);
		wanted |= fan.cookie[i] != NULL;
	}
	if (!wanted)
		return r;
	kept = malloc(sizeof *kept);
	if (kept) {
		*kept = fan;
		*ret_cookie = kept;
		return r;
	}
	for (size_t i = 0; i < w->n; i++)
		if (fan.cookie[i])
			(void)w->watcher[i].type->end(w->watcher[i].watch, fan.cookie[i], false,
						      NULL); /* memory is out anyway */
	return err_nomem(err);
}

static int data(void *context, void *cookie, struct str piece, struct err *err)
{
	struct watchers *w = context;
	const struct fan *fan = cookie;
	int r = 0;

	for (size_t i = 0; i < w->n && r == 0; i++)
		if (fan->cookie[i])
			r = w->watcher[i].type->data(w->watcher[i].watch, fan->cookie[i], piece,
						     err);
	return r;
}

static int end(void *context, void *cookie, bool is_whole, struct err *err)
{
	struct watchers *w = context;
	struct fan *fan = cookie;
	int r = 0;

	for (size_t i = 0; i < w->n; i++) {
		int e = 0;

		if (fan->cookie[i])
			e = w->watcher[i].type->end(w->watcher[i].watch, fan->cookie[i], is_whole,
						    r == 0 ? err : NULL);
		r = r == 0 ? e : r;
	}
	free(fan);
	return r;
}

/* What no analysis could look into is told once. */
static int problem(void *context, struct str path, const struct err *what, struct err *err)
{
	struct watchers *w = context;

	(void)err; /* cannot fail */
	watch_host_problem(&w->host, "content", path, what);
	return 0;
}

static const struct content_ops ops = {begin, data, end, problem};

int watchers_new(const struct scan_plan *plan, const struct watch_host *host, struct watchers **ret,
		 struct err *err)
{
	struct watchers *w;
	int r;

	*ret = NULL;
	if (plan->n_watches == 0)
		return 0;
	w = calloc(1, sizeof *w);
	if (!w)
		return err_nomem(err);
	w->host = *host;
	r = content_new(&ops, w, &w->content, err);
	while (w->n < plan->n_watches && r == 0) {
		const struct scan_watch *s = &plan->watches[w->n];
		struct watcher *one = &w->watcher[w->n];

		one->type = s->type;
		r = s->type->open(s->shared, &w->host, &one->watch, err);
		if (r == 0)
			w->n++;
	}
	if (r < 0) {
		watchers_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

void watchers_free(struct watchers *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		w->watcher[i].type->close(w->watcher[i].watch);
	content_free(w->content);
	free(w);
}

int watchers_file(struct watchers *w, const struct tree_entry *e, uint32_t node, struct str path,
		  bool *ret_wanted, struct err *err)
{
	int r = 0;

	*ret_wanted = false;
	for (size_t i = 0; i < w->n && r == 0; i++) {
		struct watcher *one = &w->watcher[i];

		one->wants = false;
		r = one->type->file(one->watch, e, node, path, &one->wants, err);
		*ret_wanted |= one->wants;
	}
	return r;
}

/* ---- files that nobody wants to look into ---- */

static bool looks_inside(const struct watchers *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->watcher[i].wants && !w->watcher[i].type->stored_only)
			return true;
	return false;
}

static int read_pieces(struct watchers *w, void *cookie, struct str piece, struct stream *file,
		       struct err *err)
{
	int r = 0;

	while (r == 0 && piece.n) {
		ssize_t n;

		r = data(w, cookie, piece, err);
		if (r < 0)
			break;
		n = stream_read(file, w->piece, PIECE_BYTES, err);
		r = n < 0 ? (int)n : 0;
		piece = str_make(w->piece, n > 0 ? (size_t)n : 0);
	}
	return r;
}

static int read_stored(struct watchers *w, struct str path, uint64_t size, struct stream *file,
		       struct err *err)
{
	ssize_t n = stream_read(file, w->piece, PIECE_BYTES, err);
	struct str first = str_make(w->piece, n > 0 ? (size_t)n : 0);
	const struct content_part part = {
		.path = path, .size = size, .head = str_sub(first, 0, CONTENT_HEAD_BYTES)};
	void *cookie = NULL;
	int r = n < 0 ? (int)n : begin(w, &part, &cookie, err), e;

	if (r < 0 || !cookie)
		return r;
	r = read_pieces(w, cookie, first, file, err);
	e = end(w, cookie, r == 0, r == 0 ? err : NULL);
	return r < 0 ? r : e;
}

int watchers_read(struct watchers *w, struct str path, uint64_t size, struct stream *file,
		  struct err *err)
{
	if (!looks_inside(w))
		return read_stored(w, path, size, file, err);
	return content_read(w->content, path, size, file, err);
}

int watchers_finish(struct watchers *w, const struct tree *tree, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < w->n && r == 0; i++)
		r = w->watcher[i].type->finish(w->watcher[i].watch, tree, err);
	return r;
}
