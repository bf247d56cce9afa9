/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of a pack lie so that most are differences to one shortly before: the last blobs are
 * kept, as many as there is memory for. For the format see formats/git_pack.c.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "base/vec.h"
#include "codec/inflate.h"
#include "content/git.h"

enum {
	HEADER_SIZE = 12,
	KEPT_MAX = 1 << 16,
	SCRATCH_BYTES = 32768,
};

#define KEPT_BYTES ((size_t)16 << 20)

/* A blob that others may differ from; they are in the order of their offsets. */
struct kept {
	uint64_t at;
	char *data;
	size_t n;
};

/* What is at an offset, as far as it is known. */
struct place {
	uint64_t at;
	bool is_blob;
};

struct pack_stream {
	struct source *s;
	struct inflate *inflate;
	struct git_id id;
	uint64_t at;	   /* offset of the next byte */
	struct kept *kept; /* KEPT_MAX, in a ring */
	size_t first_kept, n_kept, bytes_kept, most_kept;
	struct vec places;
	uint64_t n_left; /* objects that could not be made */
	char scratch[SCRATCH_BYTES];
};

struct header {
	uint64_t at, size, base_at;
	unsigned type;
};

static bool take(struct pack_stream *p, char *to, size_t n)
{
	p->at += n;
	return source_take(p->s, to, n) == n;
}

static int bad(const struct header *h, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "git pack: object at offset %llu: %s",
		       (unsigned long long)h->at, what);
}

static bool read_byte(struct pack_stream *p, unsigned *ret)
{
	char c = 0;
	bool is_there = take(p, &c, 1);

	*ret = (unsigned char)c;
	return is_there;
}

static bool read_distance(struct pack_stream *p, uint64_t *ret)
{
	unsigned b = 0x80;
	uint64_t v = 0;

	for (int i = 0; b & 0x80 && i < 9; i++) {
		if (!read_byte(p, &b))
			return false;
		v = (i ? v + 1 : 0) << 7 | (b & 0x7f);
	}
	*ret = v;
	return true;
}

static int read_header(struct pack_stream *p, struct header *h, struct err *err)
{
	char id[GIT_ID_BYTES];
	uint64_t distance = 0;
	unsigned b, shift = 4;
	bool is_whole;

	h->at = p->at;
	is_whole = read_byte(p, &b);
	h->type = b >> 4 & 7;
	h->size = b & 15;
	while (is_whole && b & 0x80 && shift < 57) {
		is_whole = read_byte(p, &b);
		h->size |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
	}
	if (h->type == GIT_OFS_DELTA)
		is_whole = is_whole && read_distance(p, &distance);
	if (h->type == GIT_REF_DELTA)
		is_whole = is_whole && take(p, id, sizeof id);
	if (!is_whole)
		return bad(h, "cut short", err);
	if (h->type == 0 || h->type == 5 || distance > h->at)
		return bad(h, "impossible numbers", err);
	h->base_at = h->at - distance;
	return 0;
}

/* Some bytes of the object's data; 0: its end. */
static ssize_t unpack(struct pack_stream *p, char *to, size_t n, struct err *err)
{
	size_t made = 0;

	while (made == 0 && !inflate_is_done(p->inflate)) {
		int more = source_fill(p->s), r;
		size_t before = p->s->ahead.n;

		r = inflate_step(p->inflate, &p->s->ahead, to, n, &made, err);
		p->at += before - p->s->ahead.n;
		if (r < 0)
			return err_wrap(err, r, "git pack: near offset %llu",
					(unsigned long long)p->at);
		if (more <= 0 && made == 0 && !inflate_is_done(p->inflate))
			return err_set(err, ERR_FORMAT, "git pack: cut short");
		if (inflate_is_done(p->inflate)) {
			source_back(p->s, inflate_ahead(p->inflate));
			p->at -= inflate_ahead(p->inflate);
		}
	}
	return (ssize_t)made;
}

/* All of it: to memory of its size, or, without, nowhere. */
static int unpack_all(struct pack_stream *p, const struct header *h, char *to, struct err *err)
{
	uint64_t n = 0;
	ssize_t got;

	do {
		bool is_kept = to && n < h->size;

		got = unpack(p, is_kept ? to + n : p->scratch,
			     is_kept ? (size_t)(h->size - n) : sizeof p->scratch, err);
		if (got < 0)
			return (int)got;
		n += (uint64_t)got;
		if (n > h->size)
			return bad(h, "longer than its header says", err);
	} while (got > 0);
	return n == h->size ? source_spend(p->s, n) : bad(h, "shorter than its header says", err);
}

static struct kept *kept_at(const struct pack_stream *p, size_t i)
{
	return &p->kept[(p->first_kept + i) % KEPT_MAX];
}

static void drop_first(struct pack_stream *p)
{
	struct kept *k = kept_at(p, 0);

	p->bytes_kept -= k->n;
	free(k->data);
	p->first_kept = (p->first_kept + 1) % KEPT_MAX;
	p->n_kept--;
}

static const struct kept *find_kept(const struct pack_stream *p, uint64_t at)
{
	size_t low = 0, high = p->n_kept;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kept_at(p, middle)->at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n_kept && kept_at(p, low)->at == at ? kept_at(p, low) : NULL;
}

static void keep(struct pack_stream *p, struct kept k)
{
	while (p->n_kept && (p->bytes_kept + k.n > p->most_kept || p->n_kept == KEPT_MAX))
		drop_first(p);
	*kept_at(p, p->n_kept++) = k;
	p->bytes_kept += k.n;
}

static int add_place(struct pack_stream *p, uint64_t at, bool is_blob)
{
	struct place *place = vec_push(&p->places);

	if (place)
		*place = (struct place){at, is_blob};
	return 0; /* beyond the maximum its differences are counted as left */
}

/* -1: not known. */
static int is_blob_at(const struct pack_stream *p, uint64_t at)
{
	size_t low = 0, high = p->places.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct place *place = vec_at(&p->places, middle);

		if (place->at == at)
			return place->is_blob;
		if (place->at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* A blob in memory goes by and is kept, which is where it is freed. */
static int tell(struct pack_stream *p, const struct header *h, char *data, size_t n,
		struct err *err)
{
	struct memory_stream stream = memory_stream_make(str_make(data, n));
	struct member m = {.container = "git pack", .size = n, .in = &stream.stream};
	int r = git_id_begin(&p->id, GIT_BLOB, n, err);

	if (r == 0) {
		git_id_add(&p->id, str_make(data, n));
		m.name = git_id_end(&p->id);
		r = source_walk(p->s, &m);
	}
	keep(p, (struct kept){h->at, data, n});
	return r;
}

struct large_stream {
	struct stream stream;
	struct pack_stream *p;
};

static ssize_t read_large(struct stream *stream, void *buf, size_t n, struct err *err)
{
	return unpack(((struct large_stream *)stream)->p, buf, n, err);
}

/* One that is not kept in memory goes by as it comes; its id is known only then. */
static int tell_large(struct pack_stream *p, const struct header *h, struct err *err)
{
	struct large_stream l = {{.read = read_large}, p};
	char name[40];
	int n = snprintf(name, sizeof name, "offset-%llu", (unsigned long long)h->at);
	int r = source_walk(p->s, &(struct member){str_make(name, (size_t)n), "git pack", h->size,
						   &l.stream, false});

	/* what was not read of it */
	while (r == 0 && !inflate_is_done(p->inflate)) {
		ssize_t got = unpack(p, p->scratch, sizeof p->scratch, err);

		r = got < 0 ? (int)got : 0;
	}
	return r;
}

static int read_whole(struct pack_stream *p, const struct header *h, struct err *err)
{
	bool is_blob = h->type == GIT_BLOB;
	char *data;
	int r = add_place(p, h->at, is_blob);

	if (!is_blob)
		return unpack_all(p, h, NULL, err);
	if (h->size > LIMIT_CONTENT_OBJECT_BYTES)
		return tell_large(p, h, err);
	data = malloc(h->size ? (size_t)h->size : 1);
	if (!data)
		return err_nomem(err);
	r = unpack_all(p, h, data, err);
	if (r == 0)
		return tell(p, h, data, (size_t)h->size, err);
	free(data);
	return r;
}

/* A difference: it is made when what it differs from is kept, or counted. */
static int make(struct pack_stream *p, const struct header *h, struct str bytes, struct err *err)
{
	struct git_delta d = git_delta_make(bytes);
	const struct kept *base = find_kept(p, h->base_at);
	char *data;

	if (!base || d.size > LIMIT_CONTENT_OBJECT_BYTES) {
		p->n_left++;
		return 0;
	}
	data = malloc(d.size ? (size_t)d.size : 1);
	if (!data)
		return err_nomem(err);
	if (git_delta_apply(&d, str_make(base->data, base->n), data))
		return tell(p, h, data, (size_t)d.size, err);
	free(data);
	p->n_left++;
	return 0;
}

static int read_delta(struct pack_stream *p, const struct header *h, struct err *err)
{
	CLEANUP(freep) char *delta = NULL;
	int is_blob = h->type == GIT_OFS_DELTA ? is_blob_at(p, h->base_at) : -1, r;

	if (is_blob >= 0)
		(void)add_place(p, h->at, is_blob);
	if (is_blob <= 0 || h->size > LIMIT_CONTENT_OBJECT_BYTES) {
		p->n_left += is_blob != 0;
		return unpack_all(p, h, NULL, err);
	}
	delta = malloc(h->size ? (size_t)h->size : 1);
	if (!delta)
		return err_nomem(err);
	r = unpack_all(p, h, delta, err);
	return r < 0 ? r : make(p, h, str_make(delta, (size_t)h->size), err);
}

static int walk(struct pack_stream *p, struct err *err)
{
	char bytes[HEADER_SIZE];
	struct cursor c = cursor_make(str_make(bytes, sizeof bytes));
	uint32_t n;
	int r = 0;

	if (!take(p, bytes, sizeof bytes))
		return err_set(err, ERR_FORMAT, "git pack: cut short");
	cursor_seek(&c, 8);
	n = cursor_u32be(&c);
	for (uint32_t i = 0; i < n && r == 0; i++) {
		struct header h;

		r = read_header(p, &h, err);
		inflate_begin(p->inflate, INFLATE_ZLIB);
		if (r == 0)
			r = h.type < GIT_OFS_DELTA ? read_whole(p, &h, err)
						   : read_delta(p, &h, err);
	}
	if (r == 0 && p->n_left)
		return err_set(err, ERR_LIMIT,
			       "git pack: %llu of %u objects differ from some that are not kept "
			       "(content_buffer_bytes)",
			       (unsigned long long)p->n_left, n);
	return r;
}

int git_stream_walk(struct source *s, struct err *err)
{
	struct pack_stream *p = calloc(1, sizeof *p);
	int r;

	if (!p)
		return err_nomem(err);
	p->s = s;
	p->places = (struct vec)VEC_INIT(struct place, LIMIT_CONTENT_OBJECTS);
	p->most_kept = content_memory_left(s->content) / 3;
	if (p->most_kept > KEPT_BYTES)
		p->most_kept = KEPT_BYTES;
	/* the table of places may be as large as what is kept */
	r = source_take_memory(s, 2 * p->most_kept, err);
	p->kept = calloc(KEPT_MAX, sizeof *p->kept);
	if (r == 0 && !p->kept)
		r = err_nomem(err);
	if (r == 0)
		r = inflate_new(&p->inflate, err);
	if (r == 0)
		r = walk(p, err);
	while (p->n_kept)
		drop_first(p);
	inflate_free(p->inflate);
	vec_done(&p->places);
	free(p->kept);
	free(p);
	return r;
}
