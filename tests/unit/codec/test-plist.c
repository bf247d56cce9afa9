/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/plist.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

static int join(void *ctx, struct str key, struct str value, struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "%.*s=%.*s;", STR_FMT(key), STR_FMT(value));
	return 0;
}

static int parse(struct str bytes, struct strbuf *out, struct err *err)
{
	CLEANUP(freep) char *copy = malloc(bytes.n + 1); /* so that overruns show */

	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	return plist_each(str_make(copy, bytes.n), join, out, err);
}

/* {A: "xy", B: 1, C: "\u00e9\U0001F600"} */
static const char binary[] = "bplist00"
			     "\xd3\x01\x02\x03\x04\x05\x06" /* 8 */
			     "\x51"
			     "A" /* 15 */
			     "\x51"
			     "B" /* 17 */
			     "\x51"
			     "C" /* 19 */
			     "\x52"
			     "xy"			    /* 21 */
			     "\x10\x01"			    /* 24 */
			     "\x63\x00\xe9\xd8\x3d\xde\x00" /* 26 */
			     "\x08\x0f\x11\x13\x15\x18\x1a" /* 33: the table */
			     "\0\0\0\0\0\0\x01\x01"
			     "\0\0\0\0\0\0\0\x07"
			     "\0\0\0\0\0\0\0\0"
			     "\0\0\0\0\0\0\0\x21";

TEST(strings_of_the_outermost_dictionary_are_given)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);

	assert_int_equal(
		parse(STR("<plist><dict><key>A</key><string> x&lt;</string>"
			  "<key>D</key><dict><key>I</key><string>no</string></dict>"
			  "<key>L</key><array><string>no</string></array><key>T</key><true/>"
			  "<string>no</string><key>Z</key><string/></dict></plist>"),
		      &out, NULL),
		0);
	assert_str(strbuf_str(&out), "A=x<;Z=;");
}

TEST(the_binary_form_gives_the_same)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);

	assert_int_equal(parse(str_make(binary, sizeof binary - 1), &out, NULL), 0);
	assert_str(strbuf_str(&out), "A=xy;C=\xc3\xa9\xf0\x9f\x98\x80;");
}

TEST(what_is_wrong_is_said)
{
	static const struct {
		struct str text;
		enum err_code code;
		const char *message;
	} rows[] = {
		{{"", 0}, ERR_FORMAT, "line 1, column 1: "},
		{{"<a/>", 4}, ERR_FORMAT, "outermost element is not plist"},
		{{"<plist/>", 8}, ERR_FORMAT, "no dictionary in the property list"},
		{{"{ a = b; }", 10}, ERR_FORMAT, "line 1, column 1: "},
		{{"bplist00", 8}, ERR_FORMAT, "binary property list of 8 bytes"},
		{{"bplist15 ", 9}, ERR_UNSUPPORTED, "of another version"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);
		struct err err = {0};

		assert_int_equal(parse(rows[i].text, &out, &err), -(int)rows[i].code);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(every_bent_byte_is_survived)
{
	for (size_t i = 8; i < sizeof binary - 1; i++)
		for (int bit = 0; bit < 8; bit++) {
			CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);
			char bent[sizeof binary];
			int r;

			memcpy(bent, binary, sizeof bent);
			bent[i] = (char)(bent[i] ^ 1 << bit);
			r = parse(str_make(bent, sizeof bent - 1), &out, NULL);
			assert_true(r == 0 || r == -ERR_FORMAT || r == -ERR_LIMIT);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(strings_of_the_outermost_dictionary_are_given),
		RUN(the_binary_form_gives_the_same),
		RUN(what_is_wrong_is_said),
		RUN(every_bent_byte_is_survived),
	};
	return RUN_ALL(tests);
}
