/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/mirror_state.h"

#include <fcntl.h>

#include "base/fd.h"

#define STATE_BYTES ((size_t)16 << 20)
#define STATE_LINES 65536

static struct file_state *find(struct mirror_state *s, struct str path)
{
	for (size_t i = 0; i < s->files.n; i++) {
		struct file_state *f = vec_at(&s->files, i);

		if (str_eq(f->path, path))
			return f;
	}
	return NULL;
}

static void read_line(struct mirror_state *s, struct str line)
{
	struct str kind, fields[5] = {0};
	struct file_state *f;

	(void)str_pull_until(&line, '\t', &kind); /* an empty one is no kind */
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		(void)str_pull_until(&line, '\t', &fields[i]); /* the rest stays empty */
	f = str_is(kind, "whole") && fields[0].n ? vec_push(&s->files) : NULL;
	if (f)
		*f = (struct file_state){fields[0], fields[1], fields[2], fields[3], fields[4]};
}

int mirror_state_open(struct mirror_state *s, int mirror_fd, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(STATE_BYTES);
	CLEANUP(fd_closep) int fd = openat(mirror_fd, ".state", O_RDONLY | O_CLOEXEC);
	struct str rest, line;

	*s = (struct mirror_state){.fd = mirror_fd,
				   .files = VEC_INIT(struct file_state, STATE_LINES)};
	arena_init(&s->arena, STATE_BYTES * 16);
	(void)pthread_mutex_init(&s->lock, NULL); /* cannot fail with default attributes */
	if (fd < 0 || fd_read_all(fd, &sb, NULL) < 0)
		return 0;
	rest = arena_str(&s->arena, strbuf_str(&sb));
	if (!rest.p)
		return err_nomem(err);
	while (str_pull_line(&rest, &line))
		read_line(s, line);
	return 0;
}

void mirror_state_done(struct mirror_state *s)
{
	vec_done(&s->files);
	arena_done(&s->arena);
	(void)pthread_mutex_destroy(&s->lock); /* not held */
}

struct file_state mirror_state_get(struct mirror_state *s, struct str path)
{
	struct file_state *f, ret = {.path = path};

	pthread_mutex_lock(&s->lock);
	f = find(s, path);
	if (f)
		ret = *f;
	pthread_mutex_unlock(&s->lock);
	return ret;
}

static int by_path(const void *va, const void *vb)
{
	const struct file_state *a = va, *b = vb;

	return str_cmp(a->path, b->path);
}

static int write_all(struct mirror_state *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(STATE_BYTES);
	int r;

	vec_sort(&s->files, by_path);
	for (size_t i = 0; i < s->files.n; i++) {
		const struct file_state *f = vec_at(&s->files, i);

		if (f->url.n || f->newest.n)
			strbuf_addf(&sb, "whole\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", STR_FMT(f->path),
				    STR_FMT(f->url), STR_FMT(f->etag), STR_FMT(f->last_modified),
				    STR_FMT(f->newest));
	}
	r = strbuf_check(&sb, err);
	return r < 0 ? r : file_write_atomic(s->fd, ".state", strbuf_str(&sb), err);
}

/* As it may stand in the file; what is there already is not copied again. */
static struct str tame(struct mirror_state *s, struct str value, struct str old)
{
	if (str_eq(value, old))
		return old;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\t' || value.p[i] == '\n' || value.p[i] == '\r')
			return STR_NULL;
	return arena_str(&s->arena, value);
}

static int put(struct mirror_state *s, const struct file_state *f, struct err *err)
{
	struct file_state *kept = find(s, f->path), old = {0};

	if (kept)
		old = *kept;
	else
		kept = vec_push(&s->files);
	if (!kept)
		return err_set(err, ERR_LIMIT, ".state: more than %d files", STATE_LINES);
	kept->path = tame(s, f->path, old.path);
	kept->url = tame(s, f->url, old.url);
	kept->etag = tame(s, f->etag, old.etag);
	kept->last_modified = tame(s, f->last_modified, old.last_modified);
	kept->newest = tame(s, f->newest, old.newest);
	return arena_check(&s->arena, err);
}

int mirror_state_put(struct mirror_state *s, const struct file_state *f, struct err *err)
{
	int r;

	pthread_mutex_lock(&s->lock);
	r = put(s, f, err);
	if (r == 0)
		r = write_all(s, err);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int mirror_state_set_newest(struct mirror_state *s, struct str path, struct str newest,
			    struct err *err)
{
	struct file_state f = mirror_state_get(s, path);

	f.newest = newest;
	return mirror_state_put(s, &f, err);
}
