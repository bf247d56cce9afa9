/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/queue_state.h"

#include "base/limits.h"

#define SCHEMA "plimsoll.alert-state/1"

void queue_state_init(struct queue_state *s)
{
	*s = (struct queue_state){.sent = VEC_INIT(struct sent, LIMIT_ALERT_SENT)};
}

void queue_state_done(struct queue_state *s)
{
	vec_done(&s->sent);
}

static int read_sent(const struct json *map, struct queue_state *s, struct err *err)
{
	struct str key = json_get_str(map, "key");
	struct sent *to = vec_push(&s->sent);
	int64_t held;

	if (!to)
		return err_set(err, ERR_LIMIT, "more than alert_sent (%d)", LIMIT_ALERT_SENT);
	if (key.n != ALERT_KEY_N || str_find_char(key, '\0') < key.n ||
	    !json_get_int(map, "time", &to->time) || !json_get_int(map, "held", &held) || held < 0)
		return err_set(err, ERR_FORMAT, "not a state of the queue");
	memcpy(to->key, key.p, ALERT_KEY_N);
	to->held = (uint64_t)held;
	return 0;
}

int queue_state_read(struct str bytes, struct queue_state *s, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *sent;
	int64_t dropped;
	int r = json_parse(bytes, &doc, err);

	if (r < 0)
		return r;
	sent = json_get(doc, "sent");
	if (!str_is(json_get_str(doc, "schema"), SCHEMA) ||
	    !json_get_int(doc, "dropped", &dropped) || dropped < 0 ||
	    json_kind_of(sent) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "not a state of the queue");
	s->dropped = (uint64_t)dropped;
	for (size_t i = 0; i < json_len(sent) && r == 0; i++)
		r = read_sent(json_at(sent, i), s, err);
	return r;
}

int queue_state_write(const struct queue_state *s, struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "schema", SCHEMA);
	json_put_uint(&w, "dropped", s->dropped);
	json_key(&w, "sent");
	json_open_list(&w);
	for (size_t i = 0; i < s->sent.n; i++) {
		const struct sent *one = vec_at(&s->sent, i);

		json_open_map(&w);
		json_put_text(&w, "key", one->key);
		json_key(&w, "time");
		json_add_int(&w, one->time);
		json_put_uint(&w, "held", one->held);
		json_close_map(&w);
	}
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

struct sent *queue_state_find(const struct queue_state *s, const char *key)
{
	for (size_t i = 0; i < s->sent.n; i++) {
		struct sent *one = vec_at(&s->sent, i);

		if (strcmp(one->key, key) == 0)
			return one;
	}
	return NULL;
}

/* The place of the one that was sent longest ago. */
static struct sent *oldest(const struct queue_state *s)
{
	struct sent *found = vec_at(&s->sent, 0);

	for (size_t i = 1; i < s->sent.n; i++) {
		struct sent *one = vec_at(&s->sent, i);

		if (one->time < found->time)
			found = one;
	}
	return found;
}

int queue_state_note(struct queue_state *s, const char *key, int64_t now, struct err *err)
{
	struct sent *one = queue_state_find(s, key);

	if (!one && s->sent.n == LIMIT_ALERT_SENT)
		one = oldest(s);
	if (!one)
		one = vec_push(&s->sent);
	if (!one)
		return err_nomem(err);
	*one = (struct sent){.time = now};
	memcpy(one->key, key, ALERT_KEY_N);
	return 0;
}
