/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "codec/tar_writer.h"
#include "tests/unit/test.h"

static int keep(void *context, struct str bytes, struct err *err)
{
	strbuf_add(context, bytes);
	return strbuf_check(context, err);
}

struct reading {
	struct str left;
};

static int give(void *context, struct str *ret, struct err *err)
{
	struct reading *r = context;

	(void)err;
	*ret = r->left;
	r->left = STR_NULL;
	return ret->n > 0;
}

static int see_attribute(void *context, struct str name, struct str value)
{
	struct str *seen = context;

	assert_true(str_is(name, "user.note"));
	*seen = value;
	return 0;
}

static void write_one(struct strbuf *out, const struct tar_entry *e, const struct tar_attribute *a,
		      struct str data)
{
	struct tar_writer *w = NULL;
	struct err err = {0};

	assert_int_equal(tar_writer_new(keep, out, &w, &err), 0);
	assert_int_equal(tar_writer_entry(w, e, a, a != NULL, &err), 0);
	assert_int_equal(tar_writer_data(w, data, &err), 0);
	assert_int_equal(tar_writer_end(w, &err), 0);
	tar_writer_free(w);
	assert_int_equal(out->n % 512, 0);
}

/* What libarchive reads of it. */
static void read_one(const struct strbuf *in, const struct tar_entry *want, struct str attribute)
{
	struct reading reading = {strbuf_str(in)};
	struct str seen = STR_NULL;
	struct tar *t = NULL;
	struct tar_entry e;

	assert_int_equal(tar_open(give, &reading, &t, NULL), 0);
	assert_int_equal(tar_next(t, &e, NULL), 1);
	assert_true(str_eq(e.path, want->path));
	assert_true(str_eq(e.link, want->link));
	assert_int_equal(e.type, want->type);
	assert_int_equal(e.size, want->size);
	assert_int_equal(e.mode, want->mode);
	assert_int_equal(e.uid, want->uid);
	assert_int_equal(e.gid, want->gid);
	assert_int_equal(e.mtime, want->mtime);
	assert_int_equal(e.mtime_ns, want->mtime_ns);
	assert_int_equal(e.dev_major, want->dev_major);
	assert_int_equal(tar_attributes(t, see_attribute, &seen), 0);
	assert_true(str_eq(seen, attribute));
	assert_int_equal(tar_next(t, &e, NULL), 0);
	tar_close(t);
}

#define LONG_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"

static const struct tar_entry rows[] = {
	{.path = STR("etc/a"), .type = TAR_FILE, .size = 3, .mode = 04755, .uid = 7, .gid = 8},
	{.path = STR(LONG_50 LONG_50 LONG_50 "x"), .type = TAR_FILE, .size = 3, .mode = 0600},
	{.path = STR("l"), .link = STR(LONG_50 LONG_50 LONG_50), .type = TAR_SYMLINK, .mode = 0777},
	{.path = STR("h"), .link = STR("etc/a"), .type = TAR_HARDLINK, .mode = 0644},
	{.path = STR("d/"), .type = TAR_DIR, .mode = 01777, .mtime = 1, .mtime_ns = 500000000},
	{.path = STR("old"), .type = TAR_FILE, .mtime = -2, .mode = 0644},
	{.path = STR("far"), .type = TAR_FIFO, .mtime = 99999999999, .mode = 0644},
	{.path = STR("who"), .type = TAR_DIR, .uid = 3000000, .gid = 4000000000, .mode = 0700},
	{.path = STR("dev"), .type = TAR_CHAR, .dev_major = 1, .dev_minor = 3, .mode = 0666},
	{.path = STR("\xff\xfe"), .type = TAR_FILE, .size = 3, .mode = 0644},
};

TEST(tar_writer_entries_read_back_as_they_were)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);

		write_one(&out, &rows[i], NULL, rows[i].size ? STR("abc") : STR_NULL);
		read_one(&out, &rows[i], STR_NULL);
	}
}

TEST(tar_writer_keeps_extended_attributes_with_any_byte)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);
	const struct tar_attribute a = {STR("user.note"), STR("\0=\n\xff")};

	write_one(&out, &rows[0], &a, STR("abc"));
	read_one(&out, &rows[0], a.value);
}

TEST(tar_writer_refuses_what_it_cannot_hold)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);
	const struct tar_attribute a = {STR("user.a=b"), STR("v")};
	struct tar_writer *w = NULL;
	struct err err = {0};

	assert_int_equal(tar_writer_new(keep, &out, &w, &err), 0);
	assert_int_equal(tar_writer_entry(w, &rows[0], &a, 1, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "an extended attribute whose name holds a '='");
	assert_int_equal(tar_writer_entry(w, &rows[0], NULL, 0, &err), 0);
	assert_int_equal(tar_writer_data(w, STR("abcd"), &err), -ERR_BUG);
	assert_int_equal(tar_writer_end(w, &err), -ERR_BUG);
	assert_string_equal(err.msg, "tar: an entry lacks 3 bytes");
	tar_writer_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(tar_writer_entries_read_back_as_they_were),
		RUN(tar_writer_keeps_extended_attributes_with_any_byte),
		RUN(tar_writer_refuses_what_it_cannot_hold),
	};
	return RUN_ALL(tests);
}
