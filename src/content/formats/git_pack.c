/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blobs of a git pack, each by its id.
 *
 *     OFFSET SIZE  DESCRIPTION (big-endian)
 *          0    4  "PACK"
 *          4    4  version: 2 or 3
 *          8    4  objects
 *         12       objects
 *              20  SHA-1 of all before
 *
 *     object           bytes of 7 bits, the highest bit: more follow. The first has the type in its
 *                      bits 4 to 6 and the lowest 4 bits of the size, the next ones the rest
 *       types          1 commit, 2 tree, 3 blob, 4 tag; 6: the difference to an object whose offset
 *                      is so much less (a number of 7 bits a byte, high bits first, each byte that
 *                      more follow adds one); 7: to the object of that id (20 bytes)
 *       data           zlib
 *     difference       size of the other object, size of this one (7 bits a byte, low bits first);
 *                      then copies (bit 7 set; bits 0 to 3: which bytes of the offset follow, 4 to
 *                      6: of the length, 0 is 65536) and so many new bytes (bit 7 clear)
 *
 * Objects are measured in a first walk; in a second each blob is made, and from it those that are
 * stored as differences to it, depth first. What has no more differences to be applied to is
 * dropped.
 *
 * A pack that does not fit into memory is read front to back (content/git_stream.c).
 *
 * Format: gitformat-pack(5). Packs of repositories with SHA-256 are read as far as they do not name
 * objects by id.
 */
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "codec/inflate.h"
#include "content/format.h"
#include "content/git.h"

enum {
	HEADER_SIZE = 12,
	OBJECT_MIN = 9,	  /* a byte of header, and an empty zlib stream */
	DEPTH_MAX = 4096, /* differences on each other, git writes no more than 4095 */
	SCRATCH_BYTES = 32768,
};

#define NONE UINT32_MAX

struct object {
	uint32_t at;	  /* offset of its header, by which they are sorted */
	uint32_t data_at; /* of its zlib stream; the id of what it differs from is right before */
	uint32_t size;	  /* unpacked */
	uint32_t child;	  /* a difference to it; NONE */
	uint32_t sibling; /* the next to the same */
	uint8_t type;
	bool is_made, is_adopted;
};

/* A blob that differences are applied to. */
struct frame {
	char *data;
	size_t n;
	uint32_t next; /* the object to be made of it next; NONE */
};

struct pack {
	struct source *s;
	struct str bytes;
	struct inflate *inflate;
	struct git_id id;
	struct object *objects;
	uint32_t n;
	uint32_t *by_id; /* objects that name what they differ from by id, sorted by it */
	uint32_t n_by_id;
	struct frame *frames; /* DEPTH_MAX */
	uint32_t n_frames;
	uint8_t type;		   /* of what is made at the moment */
	size_t memory, memory_max; /* bytes of frames */
	uint32_t n_large, n_deep, n_bad;
	char scratch[SCRATCH_BYTES];
};

static bool is(const struct source *s, struct str head)
{
	struct cursor c = cursor_make(str_skip(head, 4));
	uint32_t version = cursor_u32be(&c);

	(void)s;
	return str_has_prefix(head, STR("PACK")) && (version == 2 || version == 3) && !c.failed &&
	       head.n >= HEADER_SIZE;
}

static int bad(const struct pack *p, size_t at, const char *what, struct err *err)
{
	(void)p;
	return err_set(err, ERR_FORMAT, "git pack: object at offset %zu: %s", at, what);
}

/* The distance to what it differs from. */
static uint64_t read_distance(struct cursor *c)
{
	unsigned b = cursor_u8(c);
	uint64_t v = b & 0x7f;

	while (b & 0x80 && !c->failed && v < UINT32_MAX) {
		b = cursor_u8(c);
		v = (v + 1) << 7 | (b & 0x7f);
	}
	return v;
}

static int read_header(struct pack *p, struct cursor *c, struct object *o, uint64_t *ret_base,
		       struct err *err)
{
	unsigned b = cursor_u8(c), shift = 4;
	uint64_t size = b & 15;

	o->type = b >> 4 & 7;
	while (b & 0x80 && !c->failed && shift < 40) {
		b = cursor_u8(c);
		size |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
	}
	*ret_base = 0;
	if (o->type == GIT_OFS_DELTA)
		*ret_base = read_distance(c);
	if (o->type == GIT_REF_DELTA)
		(void)cursor_take(c, GIT_ID_BYTES);
	if (c->failed)
		return bad(p, o->at, "cut short", err);
	if (o->type == 0 || o->type == 5)
		return bad(p, o->at, "of unknown type", err);
	if (size > UINT32_MAX || *ret_base > o->at)
		return bad(p, o->at, "impossible numbers", err);
	if (o->type == GIT_OFS_DELTA)
		*ret_base = o->at - *ret_base;
	o->size = (uint32_t)size;
	o->data_at = (uint32_t)c->at;
	return 0;
}

/* Unpacks all of an object to find its end, or its id. */
static int unpack(struct pack *p, const struct object *o, struct git_id *hash, size_t *ret_end,
		  struct err *err)
{
	struct str in = str_skip(p->bytes, o->data_at);
	uint64_t n = 0;

	inflate_begin(p->inflate, INFLATE_ZLIB);
	while (!inflate_is_done(p->inflate)) {
		size_t made, before = in.n;
		int r = inflate_step(p->inflate, &in, p->scratch, sizeof p->scratch, &made, err);

		if (r < 0)
			return err_wrap(err, r, "git pack: object at offset %u", o->at);
		n += made;
		if (n > o->size || (made == 0 && before == in.n))
			return bad(p, o->at, "not as long as its header says", err);
		if (hash)
			git_id_add(hash, str_make(p->scratch, made));
	}
	if (n != o->size)
		return bad(p, o->at, "not as long as its header says", err);
	if (ret_end)
		*ret_end = p->bytes.n - in.n - inflate_ahead(p->inflate);
	return 0;
}

/* The same at once into memory. */
static int unpack_to(struct pack *p, const struct object *o, char *to, struct err *err)
{
	struct str in = str_skip(p->bytes, o->data_at);
	size_t n = 0;
	char none;

	inflate_begin(p->inflate, INFLATE_ZLIB);
	while (!inflate_is_done(p->inflate)) {
		size_t made, before = in.n;
		bool is_full = n == o->size;
		int r = inflate_step(p->inflate, &in, is_full ? &none : to + n,
				     is_full ? 1 : o->size - n, &made, err);

		if (r < 0)
			return err_wrap(err, r, "git pack: object at offset %u", o->at);
		if ((is_full && made) || (made == 0 && before == in.n))
			return bad(p, o->at, "not as long as its header says", err);
		n += made;
	}
	return n == o->size ? 0 : bad(p, o->at, "not as long as its header says", err);
}

static int find_at(const void *key, const void *element)
{
	uint32_t at = *(const uint32_t *)key, it = ((const struct object *)element)->at;

	return at < it ? -1 : at > it;
}

static void add_child(struct pack *p, uint32_t i, uint64_t base_at)
{
	uint32_t at = (uint32_t)base_at;
	struct object *base = bsearch(&at, p->objects, i, sizeof *base, find_at);

	if (!base)
		return; /* it is counted in the end */
	p->objects[i].sibling = base->child;
	base->child = i;
}

/* Finds where each object is; what is behind a broken one cannot be found. */
static int measure(struct pack *p, uint32_t n, struct err *err)
{
	struct cursor c = cursor_make(p->bytes);
	int r = 0;

	cursor_seek(&c, HEADER_SIZE);
	while (p->n < n && r == 0) {
		struct object *o = &p->objects[p->n];
		uint64_t base = 0;
		size_t end = 0;

		*o = (struct object){.at = (uint32_t)c.at, .child = NONE, .sibling = NONE};
		r = read_header(p, &c, o, &base, err);
		if (r == 0)
			r = unpack(p, o, NULL, &end, err);
		if (r == 0)
			r = source_spend(p->s, o->size);
		if (r < 0)
			break;
		cursor_seek(&c, end);
		if (o->type == GIT_OFS_DELTA)
			add_child(p, p->n, base);
		p->n_by_id += o->type == GIT_REF_DELTA;
		p->n++;
	}
	return r;
}

static struct str base_id(const struct pack *p, uint32_t i)
{
	return str_sub(p->bytes, p->objects[i].data_at - GIT_ID_BYTES, GIT_ID_BYTES);
}

static int compare_ids(const void *a, const void *b, void *context)
{
	const struct pack *p = context;

	return str_cmp(base_id(p, *(const uint32_t *)a), base_id(p, *(const uint32_t *)b));
}

static int index_ids(struct pack *p, struct err *err)
{
	uint32_t n = 0;
	int r;

	if (p->n_by_id == 0)
		return 0;
	r = source_take_memory(p->s, p->n_by_id * sizeof *p->by_id, err);
	if (r < 0)
		return r;
	p->by_id = malloc(p->n_by_id * sizeof *p->by_id);
	if (!p->by_id)
		return err_nomem(err);
	for (uint32_t i = 0; i < p->n; i++)
		if (p->objects[i].type == GIT_REF_DELTA)
			p->by_id[n++] = i;
	qsort_r(p->by_id, n, sizeof *p->by_id, compare_ids, p);
	return 0;
}

/* Those that name this id become what is made of it, as those that name its place. */
static void adopt(struct pack *p, struct object *o, struct str id)
{
	uint32_t low = 0, high = p->n_by_id;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (str_cmp(base_id(p, p->by_id[middle]), id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < p->n_by_id && str_eq(base_id(p, p->by_id[low]), id); low++) {
		struct object *child = &p->objects[p->by_id[low]];

		if (child->is_adopted)
			continue; /* the same object is there twice */
		child->is_adopted = true;
		child->sibling = o->child;
		o->child = p->by_id[low];
	}
}

/* An object is there: a blob goes by, and what is stored as a difference to it is known. */
static int tell(struct pack *p, struct object *o, struct str blob, struct err *err)
{
	struct memory_stream stream = memory_stream_make(blob);
	struct member m = {.container = "git pack", .size = blob.n, .in = &stream.stream};
	int r = git_id_begin(&p->id, p->type, blob.n, err);

	if (r < 0)
		return r;
	git_id_add(&p->id, blob);
	m.name = git_id_end(&p->id);
	o->is_made = true;
	adopt(p, o, str_make(p->id.bytes, sizeof p->id.bytes));
	return p->type == GIT_BLOB ? source_walk(p->s, &m) : 0;
}

/* One that is too large for memory, and with it what is stored as a difference to it. */
struct blob_stream {
	struct stream stream;
	struct pack *p;
	struct str in;
	uint32_t at;
};

static ssize_t read_blob(struct stream *stream, void *buf, size_t n, struct err *err)
{
	struct blob_stream *b = (struct blob_stream *)stream;
	size_t made = 0;

	while (made == 0 && !inflate_is_done(b->p->inflate)) {
		size_t before = b->in.n;
		int r = inflate_step(b->p->inflate, &b->in, buf, n, &made, err);

		if (r < 0 || (made == 0 && before == b->in.n))
			return bad(b->p, b->at, "cannot be unpacked", err);
	}
	return (ssize_t)made;
}

static int tell_large(struct pack *p, struct object *o, struct err *err)
{
	struct blob_stream b = {{.read = read_blob}, p, str_skip(p->bytes, o->data_at), o->at};
	struct member m = {.container = "git pack", .size = o->size, .in = &b.stream};
	int r = git_id_begin(&p->id, p->type, o->size, err);

	if (r == 0)
		r = unpack(p, o, &p->id, NULL, err);
	if (r < 0) {
		git_id_done(&p->id);
		return r;
	}
	m.name = git_id_end(&p->id);
	o->is_made = true;
	adopt(p, o, str_make(p->id.bytes, sizeof p->id.bytes));
	for (uint32_t i = o->child; i != NONE; i = p->objects[i].sibling)
		p->n_large++;
	if (p->type != GIT_BLOB)
		return 0;
	inflate_begin(p->inflate, INFLATE_ZLIB);
	return source_walk(p->s, &m);
}

/* Room for an object among the frames; false: too large, too deep, which is counted. */
static struct frame *push(struct pack *p, uint64_t size, struct err *err)
{
	struct frame *f;

	if (p->n_frames == DEPTH_MAX) {
		p->n_deep++;
		return NULL;
	}
	if (size > LIMIT_CONTENT_OBJECT_BYTES || size > p->memory_max - p->memory) {
		p->n_large++;
		return NULL;
	}
	f = &p->frames[p->n_frames];
	*f = (struct frame){.data = malloc(size ? (size_t)size : 1), .n = (size_t)size};
	if (!f->data) {
		(void)err_nomem(err);
		return NULL;
	}
	p->n_frames++;
	p->memory += f->n;
	return f;
}

static void pop(struct pack *p)
{
	struct frame *f = &p->frames[--p->n_frames];

	p->memory -= f->n;
	free(f->data);
}

/* The frame below the last is not needed any more. */
static void drop_below(struct pack *p)
{
	struct frame last = p->frames[p->n_frames - 1];

	p->n_frames--;
	pop(p);
	p->frames[p->n_frames++] = last;
}

/* Makes the blob of a difference; 0: it cannot be, which is counted; 1: it is the last frame. */
static int derive(struct pack *p, struct object *o, const struct frame *base, struct err *err)
{
	CLEANUP(freep) char *delta = NULL;
	struct git_delta d;
	struct frame *f;

	if (o->size > LIMIT_CONTENT_OBJECT_BYTES) {
		p->n_large++;
		return 0;
	}
	delta = malloc(o->size ? o->size : 1);
	if (!delta)
		return err_nomem(err);
	if (unpack_to(p, o, delta, NULL) < 0) {
		p->n_bad++;
		return 0;
	}
	d = git_delta_make(str_make(delta, o->size));
	f = push(p, d.size, err);
	if (!f)
		return err->code == ERR_NOMEM ? -ERR_NOMEM : 0;
	if (git_delta_apply(&d, str_make(base->data, base->n), f->data))
		return 1;
	pop(p);
	p->n_bad++;
	return 0;
}

/* All that is made of the frame at hand, and of that. */
static int make_children(struct pack *p, struct err *err)
{
	int r = 0;

	while (p->n_frames && r >= 0) {
		struct frame *f = &p->frames[p->n_frames - 1];
		struct object *o = f->next == NONE ? NULL : &p->objects[f->next];

		if (!o) {
			pop(p);
			continue;
		}
		f->next = o->sibling;
		r = o->is_made ? 0 : derive(p, o, f, err);
		if (r <= 0)
			continue;
		if (f->next ==
		    NONE) /* it was the last that needed it: long chains take two blobs */
			drop_below(p);
		f = &p->frames[p->n_frames - 1];
		r = tell(p, o, str_make(f->data, f->n), err);
		f->next = o->child;
	}
	return r;
}

/* A blob that is stored as it is, with all that is made of it. */
static int make(struct pack *p, struct object *o, struct err *err)
{
	struct frame *f;
	int r;

	if (o->size > LIMIT_CONTENT_OBJECT_BYTES || o->size > p->memory_max)
		return tell_large(p, o, err);
	f = push(p, o->size, err);
	if (!f)
		return -ERR_NOMEM;
	if (unpack_to(p, o, f->data, NULL) < 0) {
		pop(p);
		p->n_bad++;
		return 0;
	}
	r = tell(p, o, str_make(f->data, f->n), err);
	f->next = o->child;
	if (r == 0)
		r = make_children(p, err);
	while (p->n_frames)
		pop(p);
	return r;
}

/* What they name is not here: then the pack is a thin one. */
static uint32_t count_left(const struct pack *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		n += p->objects[i].type == GIT_REF_DELTA && !p->objects[i].is_made;
	return n;
}

static int tell_left(struct pack *p)
{
	const struct {
		uint32_t n;
		const char *why;
	} rows[] = {
		{p->n_large, "need more memory than content_object_bytes or content_memory_bytes"},
		{p->n_deep, "are differences of differences of too many others"},
		{p->n_bad, "do not fit together"},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows) && r == 0; i++) {
		struct err what = {0};

		if (rows[i].n == 0)
			continue;
		(void)err_set(&what, ERR_LIMIT, "git pack: %u objects %s", rows[i].n, rows[i].why);
		r = source_problem(p->s, &what);
	}
	return r;
}

static int make_all(struct pack *p, struct err *err)
{
	int r = 0;

	for (uint32_t i = 0; i < p->n && r >= 0; i++) {
		struct object *o = &p->objects[i];

		p->type = o->type;
		/* others than blobs matter where something names them by id */
		if (o->type == GIT_BLOB || (o->type < GIT_OFS_DELTA && p->n_by_id))
			r = make(p, o, err);
	}
	return r < 0 ? r : tell_left(p);
}

static int prepare(struct pack *p, uint32_t n, struct err *err)
{
	size_t frames = DEPTH_MAX * sizeof *p->frames, objects = n * sizeof *p->objects;
	int r;

	if (n > LIMIT_CONTENT_OBJECTS)
		return err_set(err, ERR_LIMIT, "git pack: %u objects (content_objects: %d)", n,
			       LIMIT_CONTENT_OBJECTS);
	if (n > p->bytes.n / OBJECT_MIN)
		return err_set(err, ERR_FORMAT, "git pack: too short for its %u objects", n);
	r = source_take_memory(p->s, frames + objects, err);
	if (r < 0)
		return r;
	p->objects = malloc(objects ? objects : 1);
	p->frames = malloc(frames);
	if (!p->objects || !p->frames)
		return err_nomem(err);
	return inflate_new(&p->inflate, err);
}

static int walk(struct pack *p, struct err *err)
{
	struct cursor c = cursor_make(str_skip(p->bytes, HEADER_SIZE - 4));
	uint32_t n = cursor_u32be(&c);
	struct err broken = {0};
	int r = prepare(p, n, err), b = 0;

	if (r < 0)
		return r;
	b = measure(p, n, &broken);
	r = index_ids(p, err);
	/* the other half is for containers in the blobs */
	p->memory_max = content_memory_left(p->s->content) / 2;
	if (r == 0)
		r = source_take_memory(p->s, p->memory_max, err);
	if (r == 0)
		r = make_all(p, err);
	if (r == 0 && b < 0) {
		*err = broken;
		return b;
	}
	if (r == 0 && p->n_by_id && count_left(p))
		return err_set(err, ERR_FORMAT,
			       "git pack: %u objects are differences to others that are not in it",
			       count_left(p));
	return r;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct pack *p = calloc(1, sizeof *p);
	int r;

	if (!p)
		return err_nomem(err);
	p->s = s;
	p->bytes = whole;
	r = whole.n ? walk(p, err) : git_stream_walk(s, err);
	inflate_free(p->inflate);
	free(p->objects);
	free(p->by_id);
	free(p->frames);
	free(p);
	return r;
}

const struct content_format content_format_git_pack = {
	.id = "git pack",
	.memory = 1,
	.reads_both = true,
	.is = is,
	.read = read,
};
