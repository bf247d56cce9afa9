/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java classes: the texts of the constant pool, a line each, and `name = "value"` for each field
 * that is a constant text.
 *
 *     OFFSET SIZE  DESCRIPTION (big-endian)
 *          0    4  magic cafebabe
 *          4    4  minor and major version; 45 and up
 *          8    2  constants, counted from 1
 *         10       constants: tag and what the tag says; 1 is a text of 2 bytes length, modified
 * UTF-8 6   access, this class, its super class 2   interfaces, 2 bytes each 2   fields: access,
 * name, descriptor, number of attributes of 2 bytes each; an attribute: name (2), length (4), for
 * ConstantValue a constant (2)
 *
 * Format: The Java Virtual Machine Specification, chapter 4.
 */
#include "base/cursor.h"
#include "base/vec.h"
#include "content/format.h"

enum {
	MAGIC = (int)0xcafebabe,
	MAJOR_MIN = 45,
	MAJOR_MAX = 200,
	TAG_UTF8 = 1,
	TAG_LONG = 5,
	TAG_DOUBLE = 6,
	TAG_STRING = 8,
	CONSTANTS_MAX = 65535,
};

/* Bytes behind a tag; 0: there is no such tag. */
static const unsigned char constant_sizes[] = {
	[3] = 4,  [4] = 4,  [5] = 8,  [6] = 8,	[7] = 2,  [8] = 2,  [9] = 4,  [10] = 4,
	[11] = 4, [12] = 4, [15] = 3, [16] = 2, [17] = 4, [18] = 4, [19] = 2, [20] = 2,
};

struct constant {
	struct str text;
	unsigned text_at; /* of a String: where its text is */
};

static bool is(const struct source *s, struct str head)
{
	struct cursor c = cursor_make(head);
	uint32_t magic = cursor_u32be(&c);
	unsigned major;

	(void)s;
	if (magic != (uint32_t)MAGIC)
		return false;
	(void)cursor_u16be(&c);
	major = cursor_u16be(&c);
	/* programs for several processors have the same magic, and their number where major is */
	return !c.failed && major >= MAJOR_MIN && major < MAJOR_MAX;
}

static int cut_short(const struct cursor *c, struct err *err)
{
	return err_set(err, ERR_FORMAT, "Java class: offset %zu: cut short", c->at);
}

static int tell_line(struct text_part *t, struct str text)
{
	int r = text_part_add(t, text);

	return r < 0 ? r : text_part_addc(t, '\n');
}

/* One constant; returns how many places it takes. */
static int read_constant(struct cursor *c, struct constant *k, struct err *err)
{
	size_t at = c->at;
	unsigned tag = cursor_u8(c);
	struct cursor body;

	if (tag == TAG_UTF8) {
		k->text = cursor_take(c, cursor_u16be(c));
		return c->failed ? cut_short(c, err) : 1;
	}
	if (tag >= sizeof constant_sizes || constant_sizes[tag] == 0)
		return err_set(err, ERR_FORMAT, "Java class: offset %zu: constant of kind %u", at,
			       tag);
	body = cursor_make(cursor_take(c, constant_sizes[tag]));
	if (tag == TAG_STRING)
		k->text_at = cursor_u16be(&body);
	if (c->failed)
		return cut_short(c, err);
	return tag == TAG_LONG || tag == TAG_DOUBLE ? 2 : 1;
}

static int read_constants(struct cursor *c, struct text_part *t, struct vec *constants,
			  struct err *err)
{
	unsigned n = cursor_u16be(c);
	int r = 0;

	for (unsigned i = 0; i < n; i++) /* the first has the number 1 */
		if (!vec_push(constants))
			return err_nomem(err);
	for (unsigned i = 1; i < n && r >= 0; i += (unsigned)r) {
		struct constant *k = vec_at(constants, i);

		r = read_constant(c, k, err);
		if (r > 0 && k->text.n && tell_line(t, k->text) < 0)
			return -ERR_LIMIT;
	}
	return r < 0 ? r : 0;
}

static struct str text_of(const struct vec *constants, unsigned i)
{
	const struct constant *k = vec_at(constants, i);

	return k ? k->text : STR_NULL;
}

/* `NAME = "value"`, where the attribute is the field's value and a text. */
static int tell_value(struct text_part *t, const struct vec *constants, struct str name,
		      struct str attribute, struct str body)
{
	struct cursor c = cursor_make(body);
	const struct constant *k = vec_at(constants, cursor_u16be(&c));
	struct str value = k ? text_of(constants, k->text_at) : STR_NULL;
	int r;

	if (!str_is(attribute, "ConstantValue") || value.n == 0)
		return 0;
	r = text_part_add(t, name);
	r = r < 0 ? r : text_part_add(t, STR(" = \""));
	r = r < 0 ? r : text_part_add(t, value);
	return r < 0 ? r : text_part_add(t, STR("\"\n"));
}

static int read_fields(struct cursor *c, struct text_part *t, const struct vec *constants,
		       struct err *err)
{
	unsigned n;

	(void)cursor_take(c, 6); /* access, classes */
	(void)cursor_take(c, (size_t)2 * cursor_u16be(c));
	n = cursor_u16be(c);
	for (unsigned i = 0; i < n && !c->failed; i++) {
		unsigned n_attributes;
		struct str name;

		(void)cursor_u16be(c);
		name = text_of(constants, cursor_u16be(c));
		(void)cursor_u16be(c);
		n_attributes = cursor_u16be(c);
		for (unsigned k = 0; k < n_attributes && !c->failed; k++) {
			struct str attribute = text_of(constants, cursor_u16be(c));
			struct str body = cursor_take(c, cursor_u32be(c));

			if (tell_value(t, constants, name, attribute, body) < 0)
				return -ERR_LIMIT;
		}
	}
	return c->failed ? cut_short(c, err) : 0;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct vec constants = VEC_INIT(struct constant, CONSTANTS_MAX + 1);
	struct cursor c = cursor_make(whole);
	struct text_part t;
	int r = text_part_open(&t, s, STR("constants"), "Java class"), closed;

	(void)cursor_u64be(&c); /* magic and version */
	if (r == 0)
		r = read_constants(&c, &t, &constants, err);
	if (r == 0)
		r = read_fields(&c, &t, &constants, err);
	vec_done(&constants);
	closed = text_part_close(&t, r == 0);
	return r < 0 ? r : closed;
}

const struct content_format content_format_java_class = {
	.id = "Java class",
	.memory = 1,
	.is = is,
	.read = read,
};
