/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/cbor.h"
#include "base/limits.h"
#include "tests/unit/test.h"

static struct arena arena;

static int parse(const char *hex, const struct cbor **ret, struct err *err)
{
	static char bytes[65536];
	size_t n = strlen(hex) / 2;

	arena_done(&arena);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(char_hex(hex[2 * i]) << 4 | char_hex(hex[2 * i + 1]));
	return cbor_parse(str_make(bytes, n), &arena, ret, err);
}

/* RFC 8949, appendix A. */
TEST(items_of_the_specification)
{
	const struct {
		const char *hex;
		enum cbor_kind kind;
		uint64_t number;
	} rows[] = {
		{"00", CBOR_UINT, 0},
		{"17", CBOR_UINT, 23},
		{"1818", CBOR_UINT, 24},
		{"1903e8", CBOR_UINT, 1000},
		{"1a000f4240", CBOR_UINT, 1000000},
		{"1bffffffffffffffff", CBOR_UINT, UINT64_MAX},
		{"20", CBOR_NEGINT, 0},
		{"3863", CBOR_NEGINT, 99},
		{"f4", CBOR_BOOL, 0},
		{"f5", CBOR_BOOL, 1},
		{"f6", CBOR_NULL, 22},
		{"f7", CBOR_UNDEFINED, 23},
		{"f0", CBOR_SIMPLE, 16},
		{"f8ff", CBOR_SIMPLE, 255},
		{"c11a514b67b0", CBOR_TAG, 1},
		{"1800", CBOR_UINT, 0}, /* a head longer than it needs to be */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct cbor *v = NULL;

		assert_int_equal(parse(rows[i].hex, &v, NULL), 0);
		assert_int_equal(v->kind, rows[i].kind);
		assert_int_equal(v->number, rows[i].number);
		assert_int_equal(v->raw.n, strlen(rows[i].hex) / 2);
	}
}

TEST(floating_point)
{
	const struct {
		const char *hex;
		double value;
	} rows[] = {{"f90000", 0},	 {"f93c00", 1},	      {"f93e00", 1.5},
		    {"f97bff", 65504},	 {"fa47c35000", 1e5}, {"fb3ff199999999999a", 1.1},
		    {"f90001", 0x1p-24}, {"f9c400", -4},      {"fbc010666666666666", -4.1}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct cbor *v = NULL;

		assert_int_equal(parse(rows[i].hex, &v, NULL), 0);
		assert_int_equal(v->kind, CBOR_FLOAT);
		assert_true(v->real >= rows[i].value && v->real <= rows[i].value);
	}
}

TEST(maps_are_looked_up_by_value)
{
	const struct cbor *v = NULL;
	int64_t n;

	/* {1: -7, "a": h'01', -2: [true]} */
	assert_int_equal(parse("a30126616141012181f5", &v, NULL), 0);
	assert_true(cbor_int(cbor_get_int(v, 1), &n) && n == -7);
	assert_str(cbor_get_text(v, STR("a"))->bytes, "\x01");
	assert_int_equal(cbor_get_int(v, -2)->items[0].kind, CBOR_BOOL);
	assert_null(cbor_get_int(v, 3));
	assert_null(cbor_get_text(cbor_get_int(v, 1), STR("a")));
}

TEST(what_is_refused_says_where)
{
	const struct {
		const char *hex, *why;
		int code;
	} rows[] = {
		{"", "offset 0: cut short", ERR_FORMAT},
		{"0000", "offset 1: bytes behind the end", ERR_FORMAT},
		{"1a0000", "cut short", ERR_FORMAT},
		{"4401", "cut short", ERR_FORMAT},
		{"5bffffffffffffffff00", "cut short", ERR_FORMAT},
		{"9bffffffffffffffff00", "cut short", ERR_FORMAT},
		{"bbffffffffffffffff00", "cut short", ERR_FORMAT},
		{"bb800000000000000000", "cut short", ERR_FORMAT},
		{"5f", "offset 0: an indefinite length", ERR_FORMAT},
		{"9fff", "offset 0: an indefinite length", ERR_FORMAT},
		{"ff", "offset 0: an indefinite length", ERR_FORMAT},
		{"1c", "offset 0: a reserved length", ERR_FORMAT},
		{"f818", "offset 0: a simple value in two bytes", ERR_FORMAT},
		{"61ff", "offset 0: text that is not UTF-8", ERR_FORMAT},
		{"a201000102", "offset 0: a key that stands twice in a map", ERR_FORMAT},
		{"a20100180102", "a key that stands twice", ERR_FORMAT},
		{"a2616100616101", "a key that stands twice", ERR_FORMAT},
		{"c1", "cut short", ERR_FORMAT},
		{"818181818181818181818181818181818100", "more than 16 levels", ERR_LIMIT},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct cbor *v = NULL;
		struct err err = {0};
		int r = parse(rows[i].hex, &v, &err);

		if (r != -rows[i].code)
			fail_msg("%s: %d %s", rows[i].hex, r, err.msg);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(the_writer_takes_the_shortest_heads)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	static const char want[] = "\xd2\x86\x17\x18\x18\x19\x01\x00\x1a\x00\x01\x00\x00\x38\x24"
				   "\xa1\x61\x61\x41\x62\xf6";

	cbor_add_tag(&sb, 18);
	cbor_add_array(&sb, 6);
	cbor_add_int(&sb, 23);
	cbor_add_int(&sb, 24);
	cbor_add_int(&sb, 256);
	cbor_add_int(&sb, 65536);
	cbor_add_int(&sb, -37);
	cbor_add_map(&sb, 1);
	cbor_add_text(&sb, STR("a"));
	cbor_add_bytes(&sb, STR("b"));
	cbor_add_null(&sb);
	assert_true(str_eq(strbuf_str(&sb), str_make(want, sizeof want - 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(items_of_the_specification),	  RUN(floating_point),
		RUN(maps_are_looked_up_by_value),	  RUN(what_is_refused_says_where),
		RUN(the_writer_takes_the_shortest_heads),
	};

	return RUN_ALL(tests);
}
