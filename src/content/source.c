/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "content/walk.h"

#define SEPARATOR STR("!/")

/* Everything stops: with what the watcher said, or the file's stream, or without memory. */
static int stop(struct content *c, int r, const struct err *why)
{
	if (c->fatal.code == ERR_OK) {
		if (why && why != &c->fatal)
			c->fatal = *why;
		c->fatal.code = (enum err_code) - r;
	}
	return -(int)c->fatal.code;
}

/* Whether what is around it has ended early too: then that is told, and not its every member. */
static bool is_outer_broken(const struct source *s)
{
	for (const struct source *o = s->outer; o; o = o->outer)
		if (o->broken.code != ERR_OK)
			return true;
	return false;
}

/* What a member is called behind "!/": no "./" and "/" in front, and not without end. */
static void add_name(struct strbuf *path, struct str name)
{
	while (str_pull_prefix(&name, STR("./")) || str_pull_prefix(&name, STR("/"))) {
	}
	strbuf_add(path, SEPARATOR);
	strbuf_add(path, str_sub(name, 0, LIMIT_CONTENT_NAME_BYTES));
	if (name.n > LIMIT_CONTENT_NAME_BYTES)
		strbuf_adds(path, "...");
}

struct str source_name(const struct source *s)
{
	struct str path = str_sub(strbuf_str(&s->content->path), 0, s->n_path);

	return s->outer ? str_skip(path, s->n_outer_path + SEPARATOR.n) : path;
}

static int tell_problem(struct content *c, const struct err *what)
{
	int r;

	if (++c->n_problems > LIMIT_CONTENT_PROBLEMS)
		return 0;
	r = c->ops->problem(c->context, strbuf_str(&c->path), what, &c->fatal);
	return r < 0 ? stop(c, r, NULL) : 0;
}

int source_problem(struct source *s, const struct err *what)
{
	struct content *c = s->content;

	if (c->fatal.code != ERR_OK)
		return -(int)c->fatal.code;
	if (what->code == ERR_NOMEM)
		return stop(c, -ERR_NOMEM, what);
	return tell_problem(c, what);
}

int source_problem_of(struct source *s, struct str member, const struct err *what)
{
	struct content *c = s->content;
	size_t n = c->path.n;
	int r;

	add_name(&c->path, member);
	r = strbuf_check(&c->path, &c->fatal);
	r = r < 0 ? stop(c, r, NULL) : source_problem(s, what);
	c->path.n = n;
	return r;
}

int source_more_problems(struct source *file, struct str path, uint64_t n)
{
	struct content *c = file->content;
	struct err what = {0};
	int r;

	if (c->fatal.code != ERR_OK)
		return -(int)c->fatal.code;
	(void)err_set(&what, ERR_LIMIT, "%llu more problems inside, not listed (content_problems)",
		      (unsigned long long)n);
	r = c->ops->problem(c->context, path, &what, &c->fatal);
	return r < 0 ? stop(c, r, NULL) : 0;
}

int source_spend(struct source *s, uint64_t n)
{
	struct content *c = s->content;
	struct err what = {0};
	bool was_spent = c->is_spent;
	int r = content_spend(c, n, &what);

	if (r == 0 || was_spent)
		return r;
	c->is_spent_told = true;
	(void)source_problem(s, &what); /* what it says is kept where all look */
	return r;
}

int source_take_memory(struct source *s, size_t n, struct err *err)
{
	struct content *c = s->content;

	if (n > content_memory_left(c))
		return err_set(err, ERR_LIMIT,
			       "takes %zu bytes of memory, %zu are left (content_memory_bytes)", n,
			       content_memory_left(c));
	c->n_memory += n;
	s->n_memory += n;
	return 0;
}

/* Up to `room` bytes of the stream below; 0: its end, or it is broken. */
static size_t pull(struct source *s, char *p, size_t room)
{
	struct content *c = s->content;
	ssize_t n = s->is_ended ? 0 : stream_read(s->in, p, room, &s->broken);

	if (n < 0 && s->broken.code == ERR_OK)
		(void)err_set(&s->broken, (enum err_code) - n, "cannot be read on");
	if (n == -ERR_NOMEM)
		(void)stop(c, (int)n, &s->broken);
	if (n > 0 && !s->outer)
		c->n_read += (uint64_t)n;
	if (n > 0 && s->outer && content_spend(c, (uint64_t)n, &s->broken) < 0)
		n = 0; /* what is beyond a limit is not looked at */
	s->is_ended = n <= 0;
	return n > 0 ? (size_t)n : 0;
}

int source_tell(struct source *s, struct str bytes)
{
	struct content *c = s->content;
	int r = 0;

	while (s->cookie && bytes.n && r == 0) {
		struct str piece = str_sub(bytes, 0, SOURCE_BYTES);

		r = c->ops->data(c->context, s->cookie, piece, &c->fatal);
		bytes = str_skip(bytes, piece.n);
	}
	return r < 0 ? stop(c, r, NULL) : 0;
}

static int failure(const struct source *s)
{
	const struct content *c = s->content;

	if (c->fatal.code != ERR_OK)
		return -(int)c->fatal.code;
	return -(int)s->broken.code; /* 0: there is none */
}

/* What was taken last is kept, for source_back: the bytes before p, which is in one of these. */
static void keep_back(struct source *s, const char *p)
{
	const char *held = s->held.p;
	bool is_own = p >= s->buf + SOURCE_BACK && p <= s->buf + sizeof s->buf;

	if (is_own || (held && p >= held + SOURCE_BACK && p <= held + s->held.n))
		memmove(s->buf, p - SOURCE_BACK, SOURCE_BACK);
}

int source_fill(struct source *s)
{
	size_t n;
	int r;

	if (s->ahead.n)
		return 1;
	keep_back(s, s->ahead.p);
	n = pull(s, s->buf + SOURCE_BACK, SOURCE_BYTES);
	s->ahead = str_make(s->buf + SOURCE_BACK, n);
	if (n == 0)
		return failure(s);
	r = source_tell(s, s->ahead);
	return r < 0 ? r : 1;
}

void source_back(struct source *s, size_t n)
{
	s->ahead.p -= n;
	s->ahead.n += n;
}

size_t source_take(struct source *s, char *to, size_t n)
{
	size_t done = 0;

	while (done < n && source_fill(s) > 0) {
		struct str piece = str_sub(s->ahead, 0, n - done);

		memcpy(to + done, piece.p, piece.n);
		s->ahead = str_skip(s->ahead, piece.n);
		done += piece.n;
	}
	return done;
}

uint64_t source_skip(struct source *s, uint64_t n)
{
	uint64_t done = 0;

	while (done < n && source_fill(s) > 0) {
		size_t piece = s->ahead.n < n - done ? s->ahead.n : (size_t)(n - done);

		s->ahead = str_skip(s->ahead, piece);
		done += piece;
	}
	return done;
}

static ssize_t read_slice(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct slice_stream *l = (struct slice_stream *)stream;
	struct str piece;

	if (l->left == 0)
		return 0;
	if (source_fill(l->source) <= 0)
		return err_set(err, ERR_FORMAT, "cut short");
	piece = str_sub(l->source->ahead, 0, l->left < n ? (size_t)l->left : n);
	memcpy(buf, piece.p, piece.n);
	l->source->ahead = str_skip(l->source->ahead, piece.n);
	l->left -= piece.n;
	return (ssize_t)piece.n;
}

struct slice_stream slice_stream_make(struct source *s, uint64_t n)
{
	return (struct slice_stream){{.read = read_slice}, s, n};
}

static ssize_t read_source(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct source *s = (struct source *)stream;
	const struct content *c = s->content;
	struct str piece;
	int r = source_fill(s);

	if (r < 0 && err)
		*err = c->fatal.code != ERR_OK ? c->fatal : s->broken;
	if (r <= 0)
		return r;
	piece = str_sub(s->ahead, 0, n);
	memcpy(buf, piece.p, piece.n);
	s->ahead = str_skip(s->ahead, piece.n);
	return (ssize_t)piece.n;
}

static void close_source(struct stream *stream)
{
	(void)stream; /* it is used again */
}

/* Room for one more level, or NULL; *what says why not. */
static struct source *next_level(struct source *outer, struct err *what)
{
	struct content *c = outer->content;
	unsigned level = outer->level + 1;

	if (level > LIMIT_CONTENT_DEPTH) {
		(void)err_set(what, ERR_LIMIT,
			      "more than %d containers in each other (content_depth)",
			      LIMIT_CONTENT_DEPTH);
		return NULL;
	}
	if (!c->levels[level])
		c->levels[level] = calloc(1, sizeof *c->levels[level]);
	if (!c->levels[level])
		(void)err_nomem(what);
	return c->levels[level];
}

static int check_members(struct source *outer)
{
	struct content *c = outer->content;
	struct err what = {0};
	int r;

	if (c->is_spent)
		return -ERR_LIMIT;
	if (++c->n_members <= LIMIT_CONTENT_MEMBERS)
		return 0;
	(void)err_set(&what, ERR_LIMIT, "has more than %d parts inside (content_members)",
		      LIMIT_CONTENT_MEMBERS);
	c->is_spent = true;
	r = source_problem(outer, &what);
	return r < 0 ? r : -ERR_LIMIT;
}

/* 1: it is not read, which was told. */
int source_enter(struct source *outer, const struct member *m, struct source **ret)
{
	struct source *s = outer ? NULL : *ret;
	struct err what = {0};
	struct content *c;
	int r = outer ? check_members(outer) : 0;

	if (r < 0)
		return r;
	if (outer)
		s = next_level(outer, &what);
	if (!s) {
		r = source_problem_of(outer, m->name, &what);
		return r < 0 ? r : 1;
	}
	c = outer ? outer->content : s->content;
	memset(s, 0, offsetof(struct source, buf)); /* all but what is read into it */
	s->stream = (struct stream){read_source, close_source};
	s->content = c;
	s->outer = outer;
	s->in = m->in;
	s->size = m->size;
	s->level = outer ? outer->level + 1 : 0;
	s->depth = outer ? outer->depth + outer->is_part : 0;
	s->n_outer_path = c->path.n;
	if (outer)
		add_name(&c->path, m->name);
	else
		strbuf_add(&c->path, m->name);
	s->n_path = c->path.n;
	*ret = s;
	r = strbuf_check(&c->path, &c->fatal);
	return r < 0 ? stop(c, r, NULL) : 0;
}

int source_begin(struct source *s, enum content_form form, const char *container, struct str head)
{
	struct content *c = s->content;
	struct content_part part = {
		.path = strbuf_str(&c->path),
		.form = form,
		.depth = s->depth,
		.size = s->size,
		.container = container,
		.head = str_sub(head, 0, CONTENT_HEAD_BYTES),
	};
	int r;

	if (c->fatal.code != ERR_OK)
		return -(int)c->fatal.code;
	s->is_part = true;
	r = c->ops->begin(c->context, &part, &s->cookie, &c->fatal);
	if (r < 0)
		return stop(c, r, NULL);
	return source_tell(s, s->ahead);
}

static int end(struct source *s, bool is_whole)
{
	struct content *c = s->content;
	void *cookie = s->cookie;
	struct err why = {0};
	int r = 0;

	s->cookie = NULL;
	if (cookie)
		r = c->ops->end(c->context, cookie, is_whole, &why);
	return r < 0 ? stop(c, r, &why) : 0;
}

/* What broke it is told once, by the outermost that it broke. */
static int tell_break(struct source *s)
{
	struct content *c = s->content;

	/* the file's own is what content_read returns */
	if (s->broken.code == ERR_OK || c->fatal.code != ERR_OK || !s->outer || is_outer_broken(s))
		return 0;
	if (!c->is_spent)
		return source_problem(s, &s->broken);
	if (c->is_spent_told)
		return 0;
	c->is_spent_told = true;
	return source_problem(s, &s->broken);
}

int source_leave(struct source *s, bool is_whole)
{
	struct content *c = s->content;
	int r = tell_break(s);

	is_whole = is_whole && s->is_ended && s->broken.code == ERR_OK;
	if (end(s, is_whole && c->fatal.code == ERR_OK) < 0 || r < 0)
		r = -(int)c->fatal.code;
	c->n_memory -= s->n_memory;
	strbuf_done(&s->held);
	c->path.n = s->n_outer_path;
	return r;
}

/* Reads enough to see what it is. */
static struct str look(struct source *s)
{
	size_t n = 0, got;

	do {
		got = pull(s, s->buf + SOURCE_BACK + n, SOURCE_BYTES - n);
		n += got;
	} while (got && n < CONTENT_HEAD_BYTES);
	s->ahead = str_make(s->buf + SOURCE_BACK, n);
	return str_sub(s->ahead, 0, CONTENT_HEAD_BYTES);
}

/*
 * Reads all of it into memory, if that is little enough; else what was read is what comes next.
 * Returns whether it is all.
 */
static bool hold(struct source *s, unsigned memory)
{
	struct content *c = s->content;
	size_t left = content_memory_left(c) / memory;
	size_t max = left < LIMIT_CONTENT_BUFFER_BYTES ? left : LIMIT_CONTENT_BUFFER_BYTES;
	size_t chunk = s->size < max ? (size_t)s->size + 1 : SOURCE_BYTES, n = 1;

	if (s->size != UINT64_MAX && s->size > max)
		return false;
	s->held = (struct strbuf)STRBUF_INIT(max + 2 * SOURCE_BYTES);
	strbuf_add(&s->held, s->ahead);
	while (n && s->held.n <= max) {
		size_t room = chunk > s->held.n ? chunk - s->held.n : SOURCE_BYTES;
		char *p = strbuf_reserve(&s->held, room);

		if (!p)
			(void)stop(c, -ERR_NOMEM, &(struct err){ERR_NOMEM, "out of memory"});
		n = p ? pull(s, p, room > SOURCE_BYTES ? SOURCE_BYTES : room) : 0;
		if (n)
			strbuf_commit(&s->held, n);
	}
	s->ahead = strbuf_str(&s->held);
	s->n_memory = s->held.n * memory;
	c->n_memory += s->n_memory;
	return s->is_ended && s->broken.code == ERR_OK && s->held.n <= max;
}

static int drain(struct source *s)
{
	int r;

	do {
		s->ahead = str_skip(s->ahead, s->ahead.n);
		r = source_fill(s);
	} while (r > 0);
	return r;
}

static int run(struct source *s, const struct content_format *f, bool is_held)
{
	struct content *c = s->content;
	struct str whole = is_held ? s->ahead : STR_NULL;
	struct err why = {0};
	int r;

	if (is_held)
		s->ahead = str_skip(s->ahead, s->ahead.n);
	r = f->read(s, whole, &why);
	if (r >= 0 || c->fatal.code != ERR_OK || c->is_spent || s->broken.code != ERR_OK ||
	    is_outer_broken(s))
		return 0;
	return source_problem(s, &why);
}

static int too_large(struct source *s, const struct content_format *f)
{
	struct err what = {0};

	if (s->broken.code != ERR_OK)
		return 0;
	(void)err_set(&what, ERR_LIMIT,
		      "%s: larger than is taken into memory (content_buffer_bytes), read as it is",
		      f->id);
	return source_problem(s, &what);
}

int source_read_all(struct source *s, const struct member *m)
{
	struct content *c = s->content;
	struct str head = look(s);
	const struct content_format *f = content_format_of(s, head);
	bool is_held = f && f->memory && hold(s, f->memory);
	bool can = f && (is_held || !f->memory || f->reads_both);
	int r = 0;

	if (m->may_merge && can && f->is_archive)
		c->path.n = s->n_outer_path;
	else
		r = source_begin(s, can ? CONTENT_PACKED : CONTENT_PLAIN, m->container, s->ahead);
	if (r == 0 && f)
		r = can ? run(s, f, is_held) : too_large(s, f);
	if (r == 0)
		r = drain(s);
	return source_leave(s, r == 0);
}

int source_walk(struct source *outer, const struct member *m)
{
	struct content *c = outer->content;
	struct source *s = NULL;
	int r = source_enter(outer, m, &s);

	if (r == 0)
		(void)source_read_all(s, m); /* what it says is kept where the next line looks */
	if (c->fatal.code != ERR_OK)
		return -(int)c->fatal.code;
	return c->is_spent ? -ERR_LIMIT : 0;
}
