/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/secret_watch.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"

#define WORTH 0.3 /* what is less sure is not kept */

/* One of the file that is being read. */
struct file_find {
	struct secret_find find;
	char *inner;	/* path of its part behind the file's; malloc'd */
	unsigned depth; /* of the part */
};

struct secret_watcher {
	struct watch_host host;
	struct secret_reader *reader;
	uint32_t node;
	struct vec finds; /* struct file_find, of this file */
	size_t path_n;	  /* of its path, in bytes */
	bool is_cut;	  /* of this file */
	uint64_t n_parts, n_told;
	bool is_whole; /* nothing was left out in this layer */
};

/* One part on its way. */
struct part {
	struct secret_stream *stream;
	char *path;
	unsigned depth;
};

int secret_watching_recipe(const struct secret_watching *w, uint64_t *ret, struct err *err)
{
	uint64_t key;
	int r = fingerprint_key_hash(w->key, &key, err);

	if (r == 0)
		*ret = secret_set_hash(w->set) * 0x9e3779b97f4a7c15ULL ^ key;
	return r;
}

static int open_watch(const void *shared, struct watch_host *host, void **ret_watch,
		      struct err *err)
{
	const struct secret_watching *with = shared;
	struct secret_watcher *w = calloc(1, sizeof *w);
	int r;

	if (!w)
		return err_nomem(err);
	w->host = *host;
	w->is_whole = true;
	w->finds = (struct vec)VEC_INIT(struct file_find, LIMIT_SECRET_FINDS);
	r = secret_reader_new(with->set, with->key, &w->reader, err);
	if (r < 0)
		free(w);
	else
		*ret_watch = w;
	if (r == 0)
		secret_reader_verify(w->reader, with->verifier);
	return r;
}

static int file(void *watch, const struct tree_entry *e, uint32_t node, struct str path,
		bool *ret_wanted, struct err *err)
{
	struct secret_watcher *w = watch;

	(void)err; /* cannot fail */
	w->node = node;
	w->path_n = path.n;
	w->is_cut = false;
	*ret_wanted = e->size > 0;
	return 0;
}

/* ---- one part ---- */

static int begin(void *watch, const struct content_part *p, void **ret_cookie, struct err *err)
{
	struct secret_watcher *w = watch;
	struct part *part;
	int r;

	if (p->size == 0)
		return 0;
	part = calloc(1, sizeof *part);
	if (!part)
		return err_nomem(err);
	part->depth = p->depth;
	part->path = str_dup(p->path);
	r = part->path ? secret_stream_begin(w->reader, p, &part->stream, err) : err_nomem(err);
	if (r < 0) {
		free(part->path);
		free(part);
		return r;
	}
	w->n_parts++;
	*ret_cookie = part;
	return 0;
}

static int data(void *watch, void *cookie, struct str piece, struct err *err)
{
	struct part *part = cookie;

	(void)watch;
	return secret_stream_data(part->stream, piece, err);
}

static struct str inner_of(const struct secret_watcher *w, const struct part *part)
{
	return part->depth ? str_skip(str_of(part->path), w->path_n) : STR_NULL;
}

/* In what is packed the same bytes may show through: the innermost part tells of them. */
static bool is_told_inside(const struct secret_watcher *w, const struct part *part,
			   const struct secret_find *f)
{
	for (size_t i = 0; i < w->finds.n; i++) {
		const struct file_find *other = vec_at(&w->finds, i);

		if (other->depth > part->depth && strcmp(other->find.same, f->same) == 0)
			return true;
	}
	return false;
}

static int keep(struct secret_watcher *w, const struct part *part, const struct secret_find *f,
		struct err *err)
{
	struct file_find *slot;

	if (f->confidence < WORTH || is_told_inside(w, part, f))
		return 0;
	slot = vec_push(&w->finds);
	if (!slot) {
		w->is_cut = true;
		return 0;
	}
	slot->find = *f;
	slot->depth = part->depth;
	slot->inner = str_dup(inner_of(w, part));
	return slot->inner ? 0 : err_nomem(err);
}

static void clear_finds(struct secret_watcher *w)
{
	for (size_t i = 0; i < w->finds.n; i++)
		free(((struct file_find *)vec_at(&w->finds, i))->inner);
	vec_cut(&w->finds, 0);
}

/* ---- one file ---- */

static void write_find(struct secret_watcher *w, const struct file_find *ff)
{
	const struct secret_find *f = &ff->find;

	if (w->n_told == LIMIT_SECRET_LAYER_FINDS) {
		w->is_cut = true;
		return;
	}
	w->n_told++;
	record_add_secret(w->host.record, w->node,
			  &(struct record_secret){
				  .rule = f->rule->id,
				  .inner = str_of(ff->inner),
				  .redacted = str_of(f->redacted),
				  .fingerprint = str_of(f->fingerprint),
				  .key = str_of(f->key),
				  .line = f->line,
				  .column = f->column,
				  .offset = f->offset,
				  .n_places = f->n_places,
				  .permille = (uint32_t)(f->confidence * 1000 + 0.5),
			  });
}

static void end_file(struct secret_watcher *w, struct str path)
{
	struct err what = {0};

	for (size_t i = 0; i < w->finds.n; i++)
		write_find(w, vec_at(&w->finds, i));
	clear_finds(w);
	if (!w->is_cut)
		return;
	w->is_whole = false;
	err_set(&what, ERR_LIMIT,
		"more that may be secrets than secret_hits, secret_tries, secret_finds or "
		"secret_layer_finds allow: the rest is not told");
	watch_host_problem(&w->host, secret_watch.name, path, &what);
}

static int end(void *watch, void *cookie, bool is_whole, struct err *err)
{
	struct secret_watcher *w = watch;
	struct part *part = cookie;
	struct secret_finds finds = {0};
	int r = secret_stream_end(part->stream, &finds, err);

	w->is_whole &= is_whole;
	w->is_cut |= finds.is_cut;
	for (size_t i = 0; i < finds.n && r == 0; i++)
		r = keep(w, part, &finds.p[i], err);
	if (part->depth == 0)
		end_file(w, str_of(part->path));
	free(part->path);
	free(part);
	return r;
}

static int finish(void *watch, const struct tree *tree, struct err *err)
{
	struct secret_watcher *w = watch;

	(void)tree;
	(void)err; /* the record remembers */
	record_add_watched(w->host.record, str_of(secret_watch.name), w->n_parts, w->is_whole);
	return 0;
}

static void close_watch(void *watch)
{
	struct secret_watcher *w = watch;

	clear_finds(w);
	vec_done(&w->finds);
	secret_reader_free(w->reader);
	free(w);
}

const struct watch_type secret_watch = {
	.name = "secrets",
	.open = open_watch,
	.file = file,
	.begin = begin,
	.data = data,
	.end = end,
	.finish = finish,
	.close = close_watch,
};
