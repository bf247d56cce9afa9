/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of the queue of alerts: the alert and its sinks, a NUL, then the queue's state. What is
 * read is written and read again the same; every sink is parsed, and lines and letters made of the
 * alert hold no control character but their own line ends.
 */
#include <assert.h>

#include "alert/queue_state.h"
#include "alert/spool.h"
#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_harmless(struct str s, bool has_lines)
{
	for (size_t i = 0; i < s.n; i++)
		assert((unsigned char)s.p[i] >= ' ' || (has_lines && s.p[i] == '\n'));
}

static void look_at(const struct spool *s)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_ALERT_BYTES);
	CLEANUP(strbuf_done) struct strbuf letter = STRBUF_INIT(4 * (size_t)LIMIT_ALERT_BYTES);
	CLEANUP(arena_done) struct arena arena;

	arena_init(&arena, LIMIT_ALERT_BYTES);
	alert_add_line(&s->alert, &line);
	alert_add_letter(&s->alert, &letter);
	assert(strbuf_check(&line, NULL) == 0 && strbuf_check(&letter, NULL) == 0);
	assert_harmless(strbuf_str(&line), false);
	assert_harmless(strbuf_str(&letter), true);
	assert(s->n_sinks > 0 && s->n_sinks <= LIMIT_ALERT_SINKS);
	for (size_t i = 0; i < s->n_sinks; i++) {
		struct sink sink;

		if (sink_parse(s->sinks[i].to, s->sinks[i].secret_file, &arena, &sink, NULL) == 0)
			assert(sink.type && sink.spec.n && sink.shown.n);
	}
}

static void read_spool(struct str bytes)
{
	CLEANUP(json_freep) struct json *doc = NULL, *again = NULL;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(2 * (size_t)LIMIT_ALERT_BYTES);
	struct spool s, t;
	struct err err = {0};

	if (json_parse(bytes, &doc, NULL) < 0)
		return;
	if (spool_read(doc, &s, &err) < 0) {
		assert(err.msg[0]);
		return;
	}
	look_at(&s);
	assert(spool_write(&s, &out, NULL) == 0);
	assert(json_parse(strbuf_str(&out), &again, NULL) == 0);
	assert(spool_read(again, &t, NULL) == 0);
	assert(t.n_sinks == s.n_sinks && t.alert.time == s.alert.time);
	assert(spool_is_done(&s) == spool_is_done(&t));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(queue_state_done) struct queue_state state;
	struct str spool = str_make(data, size), rest = STR_NULL;

	(void)str_cut(str_make(data, size), '\0', &spool, &rest); /* may have none */
	read_spool(spool);
	queue_state_init(&state);
	if (rest.n)
		(void)queue_state_read(rest, &state, NULL);
	return 0;
}
