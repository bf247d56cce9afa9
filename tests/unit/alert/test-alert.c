/* SPDX-License-Identifier: Apache-2.0 */
/* The document of an alert, its texts, and when two are the same. */
#include "tests/unit/test.h"

#include "alert/alert.h"
#include "base/limits.h"

#define ID "0123456789abcdef0123456789abcdef"

static const struct alert usual = {
	.id = {ID, ALERT_ID_N},
	.time = 1795377170,
	.severity = SEVERITY_HIGH,
	.kind = {"denied-image", 12},
	.title = {"denied image", 12},
	.subject = {"app:1.4", 7},
	.digest = {"sha256:ab", 9},
	.reason = {"no-grave", 8},
	.why = {"it is", 5},
	.repeats = 3,
};

static struct str line_of(const struct alert *a, struct strbuf *out)
{
	alert_add_line(a, out);
	assert_int_equal(strbuf_check(out, NULL), 0);
	return strbuf_str(out);
}

TEST(what_is_written_is_read_again)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(10000);
	CLEANUP(strbuf_done) struct strbuf again = STRBUF_INIT(10000);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct alert a;

	assert_int_equal(alert_write(&usual, JSON_COMPACT, &out, NULL), 0);
	assert_int_equal(json_parse(strbuf_str(&out), &doc, NULL), 0);
	assert_int_equal(alert_read(doc, &a, NULL), 0);
	assert_int_equal(a.time, usual.time);
	assert_int_equal(a.severity, usual.severity);
	assert_int_equal(a.repeats, 3);
	assert_str(a.why, "it is");
	assert_int_equal(a.remedy.n, 0);
	assert_int_equal(alert_write(&a, JSON_COMPACT, &again, NULL), 0);
	assert_true(str_eq(strbuf_str(&out), strbuf_str(&again)));
}

#define HEAD                                                                                       \
	"{\"schema\":\"plimsoll.alert/1\",\"time\":\"2026-11-22T19:00:00Z\",\"severity\":\"low\""
#define REST ",\"id\":\"" ID "\",\"kind\":\"test\",\"title\":\"t\""

static const struct {
	const char *text, *message;
} documents[] = {
	{HEAD REST "}", NULL},
	{HEAD REST ",\"repeats\":2}", NULL},
	{"[]", "an alert without id"},
	{"{}", "an alert without id"},
	{HEAD "}", "an alert without id"},
	{HEAD ",\"id\":\"" ID "\",\"kind\":\"test\"}", "an alert without title"},
	{HEAD REST ",\"repeats\":-1}", "repeats of an alert is no number"},
	{HEAD REST ",\"dropped\":\"1\"}", "dropped of an alert is no number"},
	{HEAD REST ",\"why\":1}", "why of an alert is no text"},
	{HEAD REST ",\"whom\":\"x\"}", "no \"whom\" that this version knows"},
	{HEAD ",\"id\":\"XY\",\"kind\":\"test\",\"title\":\"t\"}",
	 "id or kind of an alert is none"},
	{HEAD ",\"id\":\"" ID "\",\"kind\":\"a b\",\"title\":\"t\"}", "id or kind"},
	{"{\"schema\":\"plimsoll.alert/2\"" REST "}", "no \"schema\" that this version knows"},
	{"{\"schema\":\"plimsoll.alert/1\",\"severity\":\"low\"" REST "}", "without schema, time"},
	{"{\"schema\":\"plimsoll.alert/1\",\"time\":\"today\"" REST "}",
	 "time of an alert is none"},
	{"{\"severity\":\"dire\"" REST "}", "severity"},
};

TEST(a_document_that_is_no_alert_says_why)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		CLEANUP(json_freep) struct json *doc = NULL;
		struct err err = {0};
		struct alert a;
		int r;

		assert_int_equal(json_parse(str_of(documents[i].text), &doc, NULL), 0);
		r = alert_read(doc, &a, &err);
		if (!documents[i].message) {
			assert_int_equal(r, 0);
			continue;
		}
		assert_true(r < 0);
		assert_has(err.msg, documents[i].message);
	}
}

static const struct {
	const char *text, *harmless;
	size_t max;
} texts[] = {
	{"app:1.4", "app:1.4", 20},
	{"a\r\nb", "a\\x0d\\x0ab", 20},
	{"\x1b[31m", "\\x1b[31m", 20},
	{"\xc2\x9b", "\\xc2\\x9b", 20},			  /* a control character of ISO 8859 */
	{"a\xe2\x80\xae", "a\\xe2\\x80\\xae", 20},	  /* right to left from here */
	{"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", 20}, /* a tag that nobody sees */
	{"caf\xc3\xa9", "caf\xc3\xa9", 20},
	{"\xff\xc3", "\\xff\\xc3", 20},
	{"12345678", "12345...", 5},
	{"1234\xc3\xa9", "1234...", 5}, /* not half a character */
};

TEST(a_text_for_people_holds_nothing_that_acts)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(100);

		alert_add_text(&out, str_of(texts[i].text), texts[i].max);
		assert_str(strbuf_str(&out), texts[i].harmless);
	}
}

TEST(a_line_says_what_why_and_how_often)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(10000);
	CLEANUP(strbuf_done) struct strbuf long_line = STRBUF_INIT(10000);
	struct alert a = usual;
	static char many[100000];

	assert_str(line_of(&usual, &out), "high: denied image: app:1.4 (sha256:ab): it is "
					  "[3 more of the same since the last one]");
	memset(many, '\n', sizeof many);
	a.subject = a.why = a.remedy = a.title = a.digest = str_make(many, sizeof many);
	assert_true(line_of(&a, &long_line).n < 4096);
	assert_int_equal(str_find_char(strbuf_str(&long_line), '\n'), long_line.n);
}

TEST(a_text_of_any_length_and_bytes_can_be_read_again)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_ALERT_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct alert a = usual;
	static char many[100000];

	for (size_t i = 0; i < sizeof many; i++)
		many[i] = (char)(i * 7);
	a.subject = a.why = a.remedy = a.title = a.digest = a.host = str_make(many, sizeof many);
	assert_int_equal(alert_write(&a, JSON_COMPACT, &out, NULL), 0);
	assert_int_equal(json_parse(strbuf_str(&out), &doc, NULL), 0);
	assert_int_equal(alert_read(doc, &a, NULL), 0);
}

TEST(two_alerts_are_the_same_when_they_say_the_same_of_the_same)
{
	char one[ALERT_KEY_N + 1], other[ALERT_KEY_N + 1];
	struct alert a = usual;

	assert_int_equal(alert_key(&usual, STR("s"), one, NULL), 0);
	a.time++;
	a.why = STR("in other words");
	a.id = STR("another");
	assert_int_equal(alert_key(&a, STR("s"), other, NULL), 0);
	assert_string_equal(one, other);
	assert_int_equal(alert_key(&a, STR("t"), other, NULL), 0);
	assert_string_not_equal(one, other);
	a.digest = STR("sha256:a"); /* what moves from one part to the next is another */
	a.reason = STR("bno-grave");
	assert_int_equal(alert_key(&a, STR("s"), other, NULL), 0);
	assert_string_not_equal(one, other);
}

TEST(each_alert_has_a_name_of_its_own)
{
	char one[ALERT_ID_N + 1], other[ALERT_ID_N + 1];
	struct alert a = {0}, b = {0};

	assert_int_equal(alert_name(&a, one, NULL), 0);
	assert_int_equal(alert_name(&b, other, NULL), 0);
	assert_int_equal(a.id.n, ALERT_ID_N);
	assert_false(str_eq(a.id, b.id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_written_is_read_again),
		RUN(a_document_that_is_no_alert_says_why),
		RUN(a_text_for_people_holds_nothing_that_acts),
		RUN(a_line_says_what_why_and_how_often),
		RUN(a_text_of_any_length_and_bytes_can_be_read_again),
		RUN(two_alerts_are_the_same_when_they_say_the_same_of_the_same),
		RUN(each_alert_has_a_name_of_its_own),
	};

	return RUN_ALL(tests);
}
