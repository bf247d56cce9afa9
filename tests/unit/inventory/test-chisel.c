/* SPDX-License-Identifier: Apache-2.0 */
#include <zstd.h>

#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_chisel;

#define WALL "var/lib/chisel/manifest.wall"

static struct str pack(struct recording *rec, struct str plain)
{
	size_t room = ZSTD_compressBound(plain.n), n;
	void *p = arena_alloc(&rec->kept, room);

	assert_non_null(p);
	n = ZSTD_compress(p, room, plain.p, plain.n, 3);
	assert_false(ZSTD_isError(n));
	return str_make(p, n);
}

#define HEADER(count) "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":" count "}\n"
#define PACKAGE(name) "{\"kind\":\"package\",\"name\":\"" name "\",\"version\":\"1\"}\n"

static const struct {
	const char *what, *in, *want;
	const char *problem; /* NULL for none */
	const char *error;   /* NULL for none */
} rows[] = {
	{"no packages", HEADER("1"), "", NULL, NULL},
	{"package and path",
	 HEADER("3") PACKAGE(
		 "a") "{\"kind\":\"path\",\"path\":\"/x\",\"slices\":[\"a_one\",\"a_two\"]}",
	 "deb/a@1 files=x", NULL, NULL},
	{"no directories",
	 HEADER("3") PACKAGE("a") "{\"kind\":\"path\",\"path\":\"/x/\",\"slices\":[\"a_one\"]}\n",
	 "deb/a@1", NULL, NULL},
	{"unknown kinds", HEADER("2") "{\"kind\":\"mast\"}\n", "", NULL, NULL},
	{"another count", HEADER("7") PACKAGE("a"), "deb/a@1", "another number of lines", NULL},
	{"a broken line", HEADER("3") "{oops\n" PACKAGE("a"), "", NULL, "entry on line 2: "},
	{"a broken line behind sound ones", HEADER("3") PACKAGE("a") "{oops\n", "deb/a@1", NULL,
	 "entry on line 3: "},
	{"no version", HEADER("2") "{\"kind\":\"package\",\"name\":\"a\"}\n", "",
	 "line 2: a package without name or version", NULL},
	{"twice", HEADER("3") PACKAGE("a") PACKAGE("a"), "deb/a@1", "is there already", NULL},
	{"files of nobody",
	 HEADER("2") "{\"kind\":\"path\",\"path\":\"/x\",\"slices\":[\"a_b\"]}\n", "",
	 "files of package a, which has no entry", NULL},
	{"a slice of nothing",
	 HEADER("2") "{\"kind\":\"path\",\"path\":\"/x\",\"slices\":[\"ab\"]}\n", "",
	 "a slice name without package", NULL},
	{"no header", PACKAGE("a"), "", NULL, "expected a header"},
	{"no text", "", "", NULL, "expected a header line, got nothing"},
	{"no JSON", "invalid\n", "", NULL, "entry on line 1: "},
	{"a later schema", "{\"jsonwall\":\"1.0\",\"schema\":\"2.0\",\"count\":1}\n", "", NULL,
	 "jsonwall 1.0 with schema 2.0"},
};

TEST(reads_manifests)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
		struct recording rec;
		struct err err = {0};
		int r;

		recording_init(&rec);
		r = recording_parse(&rec, &pkgdb_chisel, WALL, pack(&rec, str_of(rows[i].in)),
				    &err);
		if ((r < 0) != (rows[i].error != NULL))
			fail_msg("%s: result %d, %s", rows[i].what, r, err.msg);
		if (rows[i].error)
			assert_has(err.msg, rows[i].error);
		table_render(&rec, &rec.packages, "", &got);
		assert_str(strbuf_str(&got), rows[i].want);
		assert_int_equal(rec.problems.n, rows[i].problem ? 1 : 0);
		if (rows[i].problem)
			assert_has(recording_problem(&rec, 0), rows[i].problem);
		recording_done(&rec);
	}
}

TEST(keeps_digest_and_architecture)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_chisel, WALL,
				pack(&rec, STR(HEADER("2") "{\"kind\":\"package\",\"name\":\"a\","
							   "\"version\":\"1\",\"sha256\":\"ab\","
							   "\"arch\":\"arm64\"}\n")),
				NULL),
		0);
	assert_str(recording_package(&rec, 0)->arch, "arm64");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "chiselled=true,sha256=ab");
	recording_done(&rec);
}

TEST(other_bytes_are_refused)
{
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_chisel, WALL, STR("{}"), &err), -ERR_FORMAT);
	assert_has(err.msg, "expected zstd data");
	assert_int_equal(recording_parse(&rec, &pkgdb_chisel, WALL, STR(""), &err), -ERR_FORMAT);
	assert_has(err.msg, "found nothing");
	recording_done(&rec);
}

TEST(lines_may_cross_the_reader_s_chunks)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct recording rec;

	recording_init(&rec);
	strbuf_adds(&plain, HEADER("2001"));
	for (int i = 0; i < 2000; i++)
		strbuf_addf(&plain, "{\"kind\":\"package\",\"name\":\"p%d\",\"version\":\"%d\"}\n",
			    i, i);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_chisel, WALL, pack(&rec, strbuf_str(&plain)), NULL),
		0);
	assert_int_equal(rec.problems.n, 0);
	assert_int_equal(rec.packages.n, 2000);
	assert_str(recording_package(&rec, 1999)->name, "p1999");
	recording_done(&rec);
}

TEST(many_lines_meet_a_limit)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT((size_t)2 * LIMIT_JSON_BYTES);
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	strbuf_adds(&plain, HEADER("1"));
	while (plain.n <= LIMIT_JSON_BYTES)
		strbuf_addf(&plain, "{\"a\":\"%65536d\"}\n", 0);
	assert_int_equal(
		recording_parse(&rec, &pkgdb_chisel, WALL, pack(&rec, strbuf_str(&plain)), &err),
		-ERR_LIMIT);
	assert_has(err.msg, "json_bytes");
	recording_done(&rec);
}

TEST(a_long_line_meets_a_limit)
{
	size_t n = LIMIT_FIELD_BYTES + (size_t)65536;
	char *plain = malloc(n);
	struct recording rec;
	struct err err = {0};
	uint32_t seed = 1;

	assert_non_null(plain);
	recording_init(&rec);
	for (size_t i = 0; i < n; i++) { /* that does not pack well */
		seed = seed * 1664525 + 1013904223;
		plain[i] = (char)('a' + (seed >> 24) % 26);
	}
	assert_int_equal(
		recording_parse(&rec, &pkgdb_chisel, WALL, pack(&rec, str_make(plain, n)), &err),
		-ERR_LIMIT);
	assert_has(err.msg, "field_bytes");
	free(plain);
	recording_done(&rec);
}

TEST(what_unpacks_to_many_times_its_size_is_refused)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	strbuf_adds(&plain, HEADER("1"));
	while (plain.n < (size_t)1 << 20)
		strbuf_adds(&plain, "{\"kind\":\"mast\"}\n");
	assert_int_equal(
		recording_parse(&rec, &pkgdb_chisel, WALL, pack(&rec, strbuf_str(&plain)), &err),
		-ERR_LIMIT);
	assert_has(err.msg, "packed_ratio");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(reads_manifests),
		RUN(keeps_digest_and_architecture),
		RUN(other_bytes_are_refused),
		RUN(lines_may_cross_the_reader_s_chunks),
		RUN(many_lines_meet_a_limit),
		RUN(a_long_line_meets_a_limit),
		RUN(what_unpacks_to_many_times_its_size_is_refused),
	};

	return RUN_ALL(tests);
}
