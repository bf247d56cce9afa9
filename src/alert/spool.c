/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/spool.h"

#define SCHEMA	    "plimsoll.alert-spool/1"
#define PAUSE_FIRST 10
#define PAUSE_MOST  3600
#define ERROR_BYTES 300

static const char *const states[] = {
	[SPOOL_WAITING] = "waiting", [SPOOL_DELIVERED] = "delivered", [SPOOL_REFUSED] = "refused"};

const char *spool_state_name(enum spool_state s)
{
	return states[s];
}

/* ---- writing ---- */

static void put_sink(const struct spool_sink *s, struct json_writer *w)
{
	json_open_map(w);
	json_put_str(w, "to", s->to);
	json_put_opt(w, "secret", s->secret_file);
	json_put_text(w, "state", states[s->state]);
	json_put_uint(w, "tries", s->tries);
	json_key(w, "next");
	json_add_int(w, s->next);
	json_put_opt(w, "error", alert_cut(s->error, ERROR_BYTES));
	json_close_map(w);
}

int spool_write(const struct spool *s, struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_text(&w, "schema", SCHEMA);
	json_key(&w, "alert");
	alert_put(&s->alert, &w);
	json_key(&w, "sinks");
	json_open_list(&w);
	for (size_t i = 0; i < s->n_sinks; i++)
		put_sink(&s->sinks[i], &w);
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

/* ---- reading ---- */

static bool read_state(struct str name, enum spool_state *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_is(name, states[i])) {
			*ret = (enum spool_state)i;
			return true;
		}
	return false;
}

static int read_sink(const struct json *map, struct spool_sink *ret, struct err *err)
{
	struct spool_sink s = {.to = json_get_str(map, "to"),
			       .secret_file = json_get_str(map, "secret"),
			       .error = json_get_str(map, "error")};
	int64_t tries;

	if (s.to.n == 0 || s.to.n > LIMIT_ALERT_TEXT_BYTES)
		return err_set(err, ERR_FORMAT, "a sink without an address");
	if (str_find_char(s.to, '\0') < s.to.n ||
	    str_find_char(s.secret_file, '\0') < s.secret_file.n)
		return err_set(err, ERR_FORMAT, "a sink with a NUL in it");
	if (!read_state(json_get_str(map, "state"), &s.state))
		return err_set(err, ERR_FORMAT, "a sink without a state");
	if (!json_get_int(map, "tries", &tries) || tries < 0 ||
	    !json_get_int(map, "next", &s.next) || s.next < 0)
		return err_set(err, ERR_FORMAT, "a sink without its tries");
	s.tries = (uint64_t)tries;
	*ret = s;
	return 0;
}

int spool_read(const struct json *doc, struct spool *ret, struct err *err)
{
	const struct json *sinks = json_get(doc, "sinks");
	struct spool s = {.n_sinks = json_len(sinks)};
	int r;

	if (!str_is(json_get_str(doc, "schema"), SCHEMA))
		return err_set(err, ERR_FORMAT, "no alert of this queue");
	if (json_kind_of(sinks) != JSON_KIND_LIST || s.n_sinks == 0)
		return err_set(err, ERR_FORMAT, "an alert for nobody");
	if (s.n_sinks > LIMIT_ALERT_SINKS)
		return err_set(err, ERR_LIMIT, "more than alert_sinks (%d)", LIMIT_ALERT_SINKS);
	r = alert_read(json_get(doc, "alert"), &s.alert, err);
	for (size_t i = 0; i < s.n_sinks && r == 0; i++)
		r = read_sink(json_at(sinks, i), &s.sinks[i], err);
	if (r == 0)
		*ret = s;
	return r;
}

/* ---- what is left ---- */

bool spool_is_done(const struct spool *s)
{
	for (size_t i = 0; i < s->n_sinks; i++)
		if (s->sinks[i].state == SPOOL_WAITING)
			return false;
	return true;
}

bool spool_is_refused(const struct spool *s)
{
	for (size_t i = 0; i < s->n_sinks; i++)
		if (s->sinks[i].state == SPOOL_REFUSED)
			return true;
	return false;
}

int64_t spool_pause(uint64_t tries)
{
	int64_t pause = PAUSE_FIRST;

	for (uint64_t i = 1; i < tries && pause < PAUSE_MOST; i++)
		pause *= 2;
	return pause < PAUSE_MOST ? pause : PAUSE_MOST;
}
