/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python bytecode of 2.7 and 3.0 to 3.14: the texts and bytes among its constants, a line each.
 *
 *     OFFSET SIZE  DESCRIPTION (little-endian)
 *          0    2  magic, another for each release: 62211, 3000 to 3699
 *          2    2  "\r\n"
 *          4       time and, since 3.3, size; since 3.7 flags before them: 4, 8 or 12 bytes
 *                  a code object as marshal writes it
 *
 * Marshal: a byte for the kind, with its highest bit set when later ones may refer to it by number
 * ('r'), then what the kind says. A code object has numbers, its code, its constants, and then
 * names and tables in an order that depends on the release.
 *
 * Format: Python's Python/marshal.c and Lib/importlib/_bootstrap_external.py; they have no other
 * description.
 */
#include "base/cursor.h"
#include "base/limits.h"
#include "base/vec.h"
#include "content/format.h"

enum {
	MAGIC_2_FIRST = 62000,
	MAGIC_2_LAST = 62300,
	MAGIC_3_FIRST = 3000,
	MAGIC_3_LAST = 3999,
	MAGIC_SIZE = 3190,	 /* 3.3: a size behind the time */
	MAGIC_FLAGS = 3390,	 /* 3.7: flags before them */
	MAGIC_POSITIONAL = 3410, /* 3.8: one number more */
	MAGIC_LOCALS = 3450,	 /* 3.11: one table of all variables */
	REFERABLE = 0x80,
	DIGIT_BYTES = 2, /* of a long number */
	REFS_MAX = 1 << 20,
};

/* What something else may refer to. */
struct ref {
	uint32_t at, n;	    /* of its text, or where what is in it begins */
	unsigned char kind; /* of what has others in it; 0: a text, or of no interest */
	bool is_told;
};

struct pyc {
	struct cursor c;
	struct text_part text;
	unsigned magic;
	struct vec refs;     /* struct ref: 'r' */
	struct vec interned; /* the same: 'R' of Python 2 */
	bool is_again;	     /* what is read was read before, and its references counted */
	struct err *err;
};

static unsigned magic_of(struct str head)
{
	struct cursor c = cursor_make(head);
	unsigned magic = cursor_u16le(&c);

	return str_has_prefix(str_skip(head, 2), STR("\r\n")) ? magic : 0;
}

static size_t header_size(unsigned magic)
{
	if (magic >= MAGIC_2_FIRST || magic < MAGIC_SIZE)
		return 8;
	return magic < MAGIC_FLAGS ? 12 : 16;
}

static bool is(const struct source *s, struct str head)
{
	unsigned magic = magic_of(head);
	size_t at = header_size(magic);

	(void)s;
	if ((magic < MAGIC_3_FIRST || magic > MAGIC_3_LAST) &&
	    (magic < MAGIC_2_FIRST || magic > MAGIC_2_LAST))
		return false;
	return at < head.n && ((unsigned char)head.p[at] & ~REFERABLE) == 'c';
}

static int read_object(struct pyc *p, bool tells, unsigned depth);

static int tell(struct pyc *p, struct ref *ref)
{
	int r;

	if (ref->n == 0 || ref->is_told)
		return 0;
	ref->is_told = true;
	r = text_part_add(&p->text, str_sub(p->c.bytes, ref->at, ref->n));
	return r < 0 ? r : text_part_addc(&p->text, '\n');
}

/* The place of the next thing that may be referred to. */
static int add_ref(struct pyc *p, struct vec *refs, struct ref ref)
{
	struct ref *added = p->is_again ? NULL : vec_push(refs);

	if (p->is_again)
		return 0;
	if (!added)
		return err_set(p->err, ERR_LIMIT, "Python bytecode: more than %d references",
			       REFS_MAX);
	*added = ref;
	return 0;
}

static int read_text(struct pyc *p, size_t n, bool tells, bool is_referable, bool is_interned)
{
	struct ref ref = {.at = (uint32_t)p->c.at, .n = (uint32_t)n};
	int r = 0;

	(void)cursor_take(&p->c, n);
	if (p->c.failed)
		return 0;
	if (tells)
		r = tell(p, &ref);
	if (r == 0 && is_referable)
		r = add_ref(p, &p->refs, ref);
	if (r == 0 && is_interned)
		r = add_ref(p, &p->interned, ref);
	return r;
}

static int read_kind(struct pyc *p, unsigned char kind, bool tells, unsigned depth);

/* What was no constant where it stood is one where it is referred to. */
static int tell_again(struct pyc *p, struct ref *ref, unsigned depth)
{
	bool was_again = p->is_again;
	size_t at = p->c.at;
	int r;

	if (ref->kind == 0 || ref->kind == 'c')
		return tell(p, ref);
	if (ref->is_told)
		return 0;
	ref->is_told = true;
	p->is_again = true;
	p->c.at = ref->at;
	r = read_kind(p, ref->kind, true, depth + 1);
	p->is_again = was_again;
	if (!p->c.failed)
		p->c.at = at;
	return r;
}

static int read_ref(struct pyc *p, const struct vec *refs, bool tells, unsigned depth)
{
	size_t at = p->c.at;
	struct ref *ref = vec_at(refs, cursor_u32le(&p->c));

	if (!ref && !p->c.failed)
		return err_set(p->err, ERR_FORMAT,
			       "Python bytecode: offset %zu: refers to what is not there", at);
	return ref && tells ? tell_again(p, ref, depth) : 0;
}

static int read_objects(struct pyc *p, uint32_t n, bool tells, unsigned depth)
{
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0 && !p->c.failed; i++)
		r = read_object(p, tells, depth);
	return r;
}

/* Keys and values, ended by nothing at all. */
static int read_dict(struct pyc *p, bool tells, unsigned depth)
{
	int r = 0;

	while (r == 0 && cursor_left(&p->c) && p->c.bytes.p[p->c.at] != '0')
		r = read_objects(p, 2, tells, depth);
	(void)cursor_u8(&p->c);
	return r;
}

static int read_code(struct pyc *p, unsigned depth)
{
	bool is_2 = p->magic >= MAGIC_2_FIRST;
	bool has_locals = !is_2 && p->magic >= MAGIC_LOCALS;
	size_t n_numbers = is_2 ? 4 : p->magic < MAGIC_POSITIONAL || has_locals ? 5 : 6;
	int r;

	(void)cursor_take(&p->c, n_numbers * 4);
	r = read_object(p, false, depth); /* the code */
	if (r == 0)
		r = read_object(p, true, depth); /* constants */
	/* names; then variables, free and cell variables, or all of them with their kinds;
	 * file name, name, since 3.11 the qualified name */
	if (r == 0)
		r = read_objects(p, 6, false, depth);
	(void)cursor_u32le(&p->c); /* first line */
	if (r == 0)
		r = read_objects(p, has_locals ? 2 : 1, false, depth); /* lines, exceptions */
	return r;
}

static void skip_number(struct pyc *p)
{
	int32_t n = (int32_t)cursor_u32le(&p->c);
	uint32_t digits = n < 0 ? 0 - (uint32_t)n : (uint32_t)n;

	(void)cursor_take(&p->c, (size_t)digits * DIGIT_BYTES);
}

/* Those that have others in them, or none. */
static int read_kind(struct pyc *p, unsigned char kind, bool tells, unsigned depth)
{
	switch (kind) {
	case '0':
	case 'N':
	case 'F':
	case 'T':
	case 'S':
	case '.':
		return 0;
	case 'i':
		(void)cursor_take(&p->c, 4);
		return 0;
	case 'I':
	case 'g':
		(void)cursor_take(&p->c, 8);
		return 0;
	case 'y':
		(void)cursor_take(&p->c, 16);
		return 0;
	case 'l':
		skip_number(p);
		return 0;
	case 'x':
		(void)cursor_take(&p->c, cursor_u8(&p->c));
		(void)cursor_take(&p->c, cursor_u8(&p->c));
		return 0;
	case 'f':
		(void)cursor_take(&p->c, cursor_u8(&p->c));
		return 0;
	case ')':
		return read_objects(p, cursor_u8(&p->c), tells, depth);
	case '(':
	case '[':
	case '<':
	case '>':
		return read_objects(p, cursor_u32le(&p->c), tells, depth);
	case ':':
		return read_objects(p, 3, tells, depth);
	case '{':
		return read_dict(p, tells, depth);
	case 'c':
		return read_code(p, depth);
	default:
		return err_set(p->err, ERR_FORMAT,
			       "Python bytecode: offset %zu: object of unknown kind %u",
			       p->c.at - 1, kind);
	}
}

/* tells: its texts are constants, and told. */
static int read_object(struct pyc *p, bool tells, unsigned depth)
{
	unsigned kind = cursor_u8(&p->c);
	bool is_referable = kind & REFERABLE;
	int r = 0;

	if (depth >= LIMIT_CONTENT_NESTING)
		return err_set(p->err, ERR_LIMIT,
			       "Python bytecode: more than %d levels (content_nesting)",
			       LIMIT_CONTENT_NESTING);
	kind &= ~(unsigned)REFERABLE;
	switch (p->c.failed ? '0' : kind) {
	case 's':
	case 'u':
	case 'a':
	case 'A':
		return read_text(p, cursor_u32le(&p->c), tells, is_referable, false);
	case 't':
		return read_text(p, cursor_u32le(&p->c), tells, is_referable,
				 p->magic >= MAGIC_2_FIRST);
	case 'z':
	case 'Z':
		return read_text(p, cursor_u8(&p->c), tells, is_referable, false);
	case 'r':
		return read_ref(p, &p->refs, tells, depth);
	case 'R':
		return read_ref(p, &p->interned, tells, depth);
	default:
		if (is_referable)
			r = add_ref(p, &p->refs,
				    (struct ref){.at = (uint32_t)p->c.at,
						 .kind = (unsigned char)kind,
						 .is_told = tells});
		return r < 0 ? r : read_kind(p, (unsigned char)kind, tells, depth + 1);
	}
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct pyc p = {
		.c = cursor_make(whole),
		.magic = magic_of(whole),
		.refs = VEC_INIT(struct ref, REFS_MAX),
		.interned = VEC_INIT(struct ref, REFS_MAX),
		.err = err,
	};
	int r = text_part_open(&p.text, s, STR("constants"), "Python bytecode"), closed;

	cursor_seek(&p.c, header_size(p.magic));
	if (r == 0)
		r = read_object(&p, false, 0);
	if (r == 0 && p.c.failed)
		r = err_set(err, ERR_FORMAT, "Python bytecode: offset %zu: cut short", p.c.at);
	vec_done(&p.refs);
	vec_done(&p.interned);
	closed = text_part_close(&p.text, r == 0);
	return r < 0 ? r : closed;
}

const struct content_format content_format_pyc = {
	.id = "Python bytecode",
	.memory = 2, /* and what refers to what */
	.is = is,
	.read = read,
};
