/* SPDX-License-Identifier: Apache-2.0 */
/* An alert in the queue: what is written, what is refused, how long a pause is. */
#include "tests/unit/test.h"

#include "alert/spool.h"

#define ALERT                                                                                      \
	"{\"schema\":\"plimsoll.alert/1\",\"time\":\"2026-11-22T19:00:00Z\",\"severity\":\"low\"," \
	"\"id\":\"0123456789abcdef0123456789abcdef\",\"kind\":\"test\",\"title\":\"t\"}"
#define SPOOL(sinks)                                                                               \
	"{\"schema\":\"plimsoll.alert-spool/1\",\"alert\":" ALERT ",\"sinks\":[" sinks "]}"
#define SINK(state) "{\"to\":\"stderr\",\"state\":\"" state "\",\"tries\":1,\"next\":5}"

static int read_text(const char *text, struct json **doc, struct spool *ret, struct err *err)
{
	assert_int_equal(json_parse(str_of(text), doc, NULL), 0);
	return spool_read(*doc, ret, err);
}

TEST(what_is_written_is_read_again)
{
	CLEANUP(json_freep) struct json *doc = NULL, *again = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(10000);
	struct spool s;

	assert_int_equal(read_text(SPOOL(SINK("waiting") "," SINK("refused")), &doc, &s, NULL), 0);
	s.sinks[0].error = STR("no\nanswer");
	s.sinks[0].secret_file = STR("/k");
	assert_int_equal(spool_write(&s, &out, NULL), 0);
	assert_int_equal(json_parse(strbuf_str(&out), &again, NULL), 0);
	assert_int_equal(spool_read(again, &s, NULL), 0);
	assert_int_equal(s.n_sinks, 2);
	assert_int_equal(s.sinks[0].state, SPOOL_WAITING);
	assert_int_equal(s.sinks[1].state, SPOOL_REFUSED);
	assert_int_equal(s.sinks[0].tries, 1);
	assert_int_equal(s.sinks[0].next, 5);
	assert_str(s.sinks[0].error, "no\nanswer");
	assert_str(s.sinks[0].secret_file, "/k");
	assert_str(s.sinks[0].to, "stderr");
	assert_str(s.alert.title, "t");
}

#define TWO(s)	   s "," s
#define FOUR(s)	   TWO(TWO(s))
#define SIXTEEN(s) FOUR(FOUR(s))

static const struct {
	const char *text, *message;
} broken[] = {
	{"{}", "no alert of this queue"},
	{"[]", "no alert of this queue"},
	{SPOOL(""), "an alert for nobody"},
	{SPOOL("1"), "a sink without an address"},
	{SPOOL("{\"state\":\"waiting\",\"tries\":0,\"next\":0}"), "a sink without an address"},
	{SPOOL(SINK("sent")), "a sink without a state"},
	{SPOOL("{\"to\":\"stderr\",\"state\":\"waiting\",\"tries\":-1,\"next\":0}"),
	 "a sink without its tries"},
	{SPOOL("{\"to\":\"stderr\",\"state\":\"waiting\",\"tries\":1}"),
	 "a sink without its tries"},
	{SPOOL(SIXTEEN(SINK("waiting")) "," SINK("waiting")), "more than alert_sinks (16)"},
	{"{\"schema\":\"plimsoll.alert-spool/1\",\"sinks\":[" SINK("waiting") "]}",
	 "an alert without"},
};

TEST(what_is_not_whole_is_refused_with_the_reason)
{
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(json_freep) struct json *doc = NULL;
		struct err err = {0};
		struct spool s;

		assert_true(read_text(broken[i].text, &doc, &s, &err) < 0);
		assert_has(err.msg, broken[i].message);
	}
}

static const struct {
	const char *sinks;
	bool is_done, is_refused;
} ends[] = {
	{SPOOL(SINK("waiting")), false, false},
	{SPOOL(SINK("delivered") "," SINK("waiting")), false, false},
	{SPOOL(SINK("refused") "," SINK("waiting")), false, true},
	{SPOOL(SINK("delivered") "," SINK("delivered")), true, false},
	{SPOOL(SINK("delivered") "," SINK("refused")), true, true},
};

TEST(an_alert_is_done_when_nobody_waits_for_it)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		CLEANUP(json_freep) struct json *doc = NULL;
		struct spool s;

		assert_int_equal(read_text(ends[i].sinks, &doc, &s, NULL), 0);
		assert_int_equal(spool_is_done(&s), ends[i].is_done);
		assert_int_equal(spool_is_refused(&s), ends[i].is_refused);
	}
}

TEST(a_pause_doubles_up_to_an_hour)
{
	assert_int_equal(spool_pause(0), 10);
	assert_int_equal(spool_pause(1), 10);
	assert_int_equal(spool_pause(2), 20);
	assert_int_equal(spool_pause(9), 2560);
	assert_int_equal(spool_pause(10), 3600);
	assert_int_equal(spool_pause(UINT64_MAX), 3600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_is_written_is_read_again),
		RUN(what_is_not_whole_is_refused_with_the_reason),
		RUN(an_alert_is_done_when_nobody_waits_for_it),
		RUN(a_pause_doubles_up_to_an_hour),
	};

	return RUN_ALL(tests);
}
