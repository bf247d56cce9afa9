/* SPDX-License-Identifier: Apache-2.0 */
/* What a queue remembers: read strictly, bounded, the oldest forgotten first. */
#include "tests/unit/test.h"

#include "alert/queue_state.h"
#include "base/limits.h"

static void key_of(unsigned i, char key[ALERT_KEY_N + 1])
{
	(void)snprintf(key, ALERT_KEY_N + 1, "%064u", i);
}

TEST(it_forgets_the_oldest_and_reads_what_it_wrote)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1 << 20);
	CLEANUP(queue_state_done) struct queue_state s;
	CLEANUP(queue_state_done) struct queue_state again;
	char key[ALERT_KEY_N + 1];

	queue_state_init(&s);
	queue_state_init(&again);
	s.dropped = 7;
	for (unsigned i = 0; i <= LIMIT_ALERT_SENT; i++) {
		key_of(i, key);
		assert_int_equal(queue_state_note(&s, key, 100 + i, NULL), 0);
	}
	key_of(0, key);
	assert_null(queue_state_find(&s, key));
	key_of(LIMIT_ALERT_SENT, key);
	queue_state_find(&s, key)->held = 5;
	assert_int_equal(queue_state_write(&s, &out, NULL), 0);
	assert_int_equal(queue_state_read(strbuf_str(&out), &again, NULL), 0);
	assert_int_equal(again.dropped, 7);
	assert_int_equal(again.sent.n, LIMIT_ALERT_SENT);
	assert_int_equal(queue_state_find(&again, key)->held, 5);
	assert_int_equal(queue_state_find(&again, key)->time, 100 + LIMIT_ALERT_SENT);
}

#define HEAD "{\"schema\":\"plimsoll.alert-state/1\""

TEST(what_is_no_state_is_refused)
{
	static const char *const broken[] = {
		"",
		"{",
		"{}",
		"[]",
		HEAD ",\"dropped\":-1,\"sent\":[]}",
		HEAD ",\"dropped\":0}",
		HEAD ",\"dropped\":0,\"sent\":[{}]}",
		HEAD ",\"dropped\":0,\"sent\":[{\"key\":\"a\",\"time\":1,\"held\":0}]}",
	};

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(queue_state_done) struct queue_state s;

		queue_state_init(&s);
		assert_true(queue_state_read(str_of(broken[i]), &s, NULL) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(it_forgets_the_oldest_and_reads_what_it_wrote),
		RUN(what_is_no_state_is_refused),
	};

	return RUN_ALL(tests);
}
