/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/queue.h"

#include <errno.h>
#include <sys/random.h>

#include "alert/queue_folder.h"
#include "alert/queue_state.h"
#include "base/clock.h"

#define SPOOL_BYTES (2 * (size_t)LIMIT_ALERT_BYTES)
#define STATE_BYTES ((size_t)160 * LIMIT_ALERT_SENT + 256)
#define FILES_MAX   (2 * LIMIT_ALERT_QUEUE_COUNT)
#define SPECS_BYTES ((size_t)LIMIT_ALERT_SINKS * (LIMIT_ALERT_TEXT_BYTES + 1))
#define LINE_BYTES  1024

struct queue {
	struct folder folder;
	void (*tell)(void *context, const char *line);
	void *context;
};

int queue_open(const char *dir, struct queue **ret, struct err *err)
{
	struct queue *q = calloc(1, sizeof *q);
	int r = q ? folder_open(dir, &q->folder, err) : err_nomem(err);

	if (r < 0) {
		free(q);
		return r;
	}
	*ret = q;
	return 0;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	folder_done(&q->folder);
	free(q);
}

void queue_freep(struct queue **q)
{
	queue_free(*q);
	*q = NULL;
}

struct str queue_path(const struct queue *q)
{
	return str_of(q->folder.path);
}

void queue_on_trouble(struct queue *q, void (*tell)(void *context, const char *line), void *context)
{
	q->tell = tell;
	q->context = context;
}

static void trouble(const struct queue *q, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void trouble(const struct queue *q, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	if (!q->tell)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args); /* what does not fit is cut */
	va_end(args);
	q->tell(q->context, line);
}

/* ---- the state ---- */

/* One that is broken is set aside: an alert is rather sent twice than not at all. */
static int read_state(const struct queue *q, struct queue_state *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(STATE_BYTES);
	struct err why = {0};
	int r = folder_read(&q->folder, FOLDER_STATE, &bytes, &why);

	if (r == 0)
		r = queue_state_read(strbuf_str(&bytes), s, &why);
	if (r == 0 || r == -ERR_NOT_FOUND)
		return 0;
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	trouble(q,
		"%s/" FOLDER_STATE " is set aside (%s): what was sent lately is not known, nor "
		"how many alerts were lost",
		q->folder.path, why.msg);
	queue_state_done(s);
	queue_state_init(s);
	return folder_rename(&q->folder, FOLDER_STATE, FOLDER_STATE ".broken", err);
}

static int write_state(const struct queue *q, const struct queue_state *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(STATE_BYTES);
	int r = queue_state_write(s, &bytes, err);

	return r < 0 ? r : folder_write(&q->folder, FOLDER_STATE, strbuf_str(&bytes), err);
}

/* ---- adding ---- */

static int key_of(const struct alert *alert, const struct sink *sinks, size_t n,
		  char ret[ALERT_KEY_N + 1], struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf specs = STRBUF_INIT(SPECS_BYTES);
	int r;

	for (size_t i = 0; i < n; i++) {
		strbuf_add(&specs, sinks[i].spec);
		strbuf_addc(&specs, '\n');
	}
	r = strbuf_check(&specs, err);
	return r < 0 ? r : alert_key(alert, strbuf_str(&specs), ret, err);
}

static int check_room(const struct queue *q, size_t bytes, struct err *err)
{
	struct vec files = VEC_INIT(struct folder_file, FILES_MAX);
	uint64_t all = bytes;
	int r = folder_list(&q->folder, &files, err);

	for (size_t i = 0; i < files.n; i++)
		all += ((const struct folder_file *)vec_at(&files, i))->bytes;
	if (r == 0 && files.n >= LIMIT_ALERT_QUEUE_COUNT)
		r = err_set(err, ERR_LIMIT,
			    "the queue %s is full: alert_queue_count (%d); plimsoll alert status "
			    "says why",
			    q->folder.path, LIMIT_ALERT_QUEUE_COUNT);
	else if (r == 0 && all > LIMIT_ALERT_QUEUE_BYTES)
		r = err_set(err, ERR_LIMIT,
			    "the queue %s is full: alert_queue_bytes (%d); plimsoll alert status "
			    "says why",
			    q->folder.path, LIMIT_ALERT_QUEUE_BYTES);
	vec_done(&files);
	return r;
}

static int write_new(const struct queue *q, const struct spool *s, int64_t now, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SPOOL_BYTES);
	char name[SPOOL_NAME];
	uint64_t random;
	int r = spool_write(s, &bytes, err);

	if (r == 0)
		r = check_room(q, bytes.n, err);
	if (r == 0 && getrandom(&random, sizeof random, 0) != sizeof random)
		r = err_errno(err, errno, "random bytes");
	if (r < 0)
		return r;
	(void)snprintf(name, sizeof name, "%016llx-%016llx.json", (unsigned long long)now,
		       (unsigned long long)random); /* fits */
	return folder_write(&q->folder, name, strbuf_str(&bytes), err);
}

static int write_alert(const struct queue *q, const struct alert *alert, const struct sink *sinks,
		       size_t n, int64_t now, struct err *err)
{
	struct spool s = {.alert = *alert, .n_sinks = n};

	if (n == 0 || n > LIMIT_ALERT_SINKS)
		return err_set(err, ERR_LIMIT, "alert_sinks (%d): an alert for %zu sinks",
			       LIMIT_ALERT_SINKS, n);
	for (size_t i = 0; i < n; i++)
		s.sinks[i] = (struct spool_sink){.to = sinks[i].spec,
						 .secret_file = sinks[i].secret_file};
	return write_new(q, &s, now, err);
}

/* A clock that was set back must hold nothing back for ever. */
static bool is_recent(const struct sent *last, const struct queue_entry *how)
{
	return last && how->window > 0 && how->now >= last->time &&
	       how->now - last->time < how->window;
}

static int add(const struct queue *q, const struct alert *given, const struct sink *sinks, size_t n,
	       const struct queue_entry *how, struct queue_state *state, struct err *err)
{
	struct alert alert = *given;
	char key[ALERT_KEY_N + 1];
	struct sent *last;
	struct err why = {0};
	int r = key_of(&alert, sinks, n, key, err);

	if (r < 0)
		return r;
	last = queue_state_find(state, key);
	if (is_recent(last, how)) {
		last->held++;
		r = write_state(q, state, err);
		return r < 0 ? r : 1;
	}
	alert.repeats += last ? last->held : 0;
	alert.dropped += state->dropped;
	r = write_alert(q, &alert, sinks, n, how->now, err);
	if (r < 0)
		return r;
	state->dropped = 0;
	if (queue_state_note(state, key, how->now, &why) < 0 || write_state(q, state, &why) < 0)
		trouble(q, "%s: the same alert may be sent twice",
			why.msg); /* it is in the queue */
	return 0;
}

int queue_add(struct queue *q, const struct alert *alert, const struct sink *sinks, size_t n,
	      const struct queue_entry *how, struct err *err)
{
	CLEANUP(fd_closep)
	int lock = folder_lock(&q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);
	CLEANUP(queue_state_done) struct queue_state state;
	int r = lock < 0 ? lock : 0;

	queue_state_init(&state);
	if (r == 0)
		r = read_state(q, &state, err);
	return r < 0 ? r : add(q, alert, sinks, n, how, &state, err);
}

int queue_lose(struct queue *q, struct err *err)
{
	CLEANUP(fd_closep)
	int lock = folder_lock(&q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);
	CLEANUP(queue_state_done) struct queue_state state;
	int r = lock < 0 ? lock : 0;

	queue_state_init(&state);
	if (r == 0)
		r = read_state(q, &state, err);
	state.dropped++;
	return r < 0 ? r : write_state(q, &state, err);
}

/* ---- sending ---- */

/* What a run knows of a sink: one that does not answer is left alone after some tries. */
struct strikes {
	char key[ALERT_KEY_N + 1]; /* of its spec */
	unsigned n;
};

struct run {
	const struct queue *q;
	const struct delivery *d;
	struct delivery_result *result;
	struct sink_context context;
	struct vec strikes; /* struct strikes */
};

static void run_begin(struct run *run, const struct queue *q, const struct delivery *d,
		      struct delivery_result *result)
{
	*run = (struct run){.q = q, .d = d, .result = result};
	run->context = (struct sink_context){
		.now = d->now, .sendmail = d->sendmail, .stderr_fd = d->stderr_fd};
	run->strikes = (struct vec)VEC_INIT(struct strikes, FILES_MAX);
}

static void run_end(struct run *run)
{
	sink_context_done(&run->context);
	vec_done(&run->strikes);
}

/* NULL: none are counted; without memory a sink is tried as often as it likes. */
static struct strikes *strikes_of(struct run *run, struct str spec)
{
	const struct alert nobody = {0};
	char key[ALERT_KEY_N + 1];
	struct strikes *new;

	if (alert_key(&nobody, spec, key, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < run->strikes.n; i++) {
		struct strikes *s = vec_at(&run->strikes, i);

		if (strcmp(s->key, key) == 0)
			return s;
	}
	new = vec_push(&run->strikes);
	if (new)
		memcpy(new->key, key, sizeof key);
	return new;
}

static bool is_due(const struct run *run, const struct spool_sink *s)
{
	return s->state == SPOOL_WAITING && (run->d->all || s->next <= run->d->now);
}

static void take_up_again(struct spool *s)
{
	for (size_t i = 0; i < s->n_sinks; i++)
		if (s->sinks[i].state == SPOOL_REFUSED) {
			s->sinks[i].state = SPOOL_WAITING;
			s->sinks[i].next = 0;
		}
}

/* The later of our pause and what the other side asked for, a day at most. */
static int64_t pause_of(const struct run *run, uint64_t tries)
{
	int64_t pause = spool_pause(tries);
	uint64_t asked = run->context.retry_after < 86400 ? run->context.retry_after : 86400;

	return (int64_t)asked > pause ? (int64_t)asked : pause;
}

static void note(struct run *run, const struct sink *sink, int r, const struct err *why,
		 struct spool_sink *s, struct arena *arena)
{
	s->tries++;
	s->error = r < 0 ? arena_str(arena, str_of(why->msg)) : STR_NULL;
	if (r == 0) {
		s->state = SPOOL_DELIVERED;
		run->result->delivered++;
	} else if (r == -ERR_DENIED || r == -ERR_USAGE) {
		s->state = SPOOL_REFUSED;
		run->result->refused++;
		trouble(run->q, "%.*s refuses an alert for good: %s", STR_FMT(sink->shown),
			why->msg);
	} else {
		s->state = SPOOL_WAITING;
		s->next = run->d->now + pause_of(run, s->tries);
		run->result->failed++;
		trouble(run->q, "%.*s did not take an alert, which stays in the queue: %s",
			STR_FMT(sink->shown), why->msg);
	}
}

/* 1: something about it has changed. */
static int send_to(struct run *run, const struct alert *alert, struct spool_sink *s,
		   struct arena *arena, struct err *err)
{
	struct strikes *strikes = strikes_of(run, s->to);
	struct sink sink = {.shown = STR("a sink")};
	struct err why = {0};
	int r;

	if (strikes && strikes->n >= LIMIT_ALERT_STRIKES)
		return 0;
	r = sink_parse(s->to, s->secret_file, arena, &sink, &why);
	run->context.retry_after = 0;
	if (r == 0)
		r = sink.type->send(&sink, alert, &run->context, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	note(run, &sink, r, &why, s, arena);
	if (strikes && s->state == SPOOL_WAITING)
		strikes->n++;
	return arena->failed ? err_nomem(err) : 1;
}

static int give_ending(const struct queue *q, const char *name, const char *ending, struct err *err)
{
	char to[SPOOL_NAME];

	(void)snprintf(to, sizeof to, "%.*s%s", SPOOL_NAME_N, name, ending); /* fits */
	return folder_rename(&q->folder, name, to, err);
}

static int write_back(struct run *run, const char *name, const struct spool *s, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SPOOL_BYTES);
	CLEANUP(fd_closep)
	int lock = folder_lock(&run->q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);
	int r = lock < 0 ? lock : 0;

	if (r == 0 && spool_is_done(s) && !spool_is_refused(s))
		return folder_remove(&run->q->folder, name, err);
	if (r == 0)
		r = spool_write(s, &bytes, err);
	if (r == 0)
		r = folder_write(&run->q->folder, name, strbuf_str(&bytes), err);
	if (r == 0 && spool_is_done(s))
		r = give_ending(run->q, name, ".refused", err);
	return r;
}

/* Each mark is on the disk before the next is sent: a crash sends at most one again. */
static int send_one(struct run *run, const char *name, struct spool *s, struct arena *arena,
		    struct err *err)
{
	struct err why = {0};
	int r = 0;

	for (size_t i = 0; i < s->n_sinks && r >= 0; i++) {
		if (!is_due(run, &s->sinks[i]))
			continue;
		r = send_to(run, &s->alert, &s->sinks[i], arena, err);
		if (r > 0 && write_back(run, name, s, &why) < 0)
			trouble(run->q, "%s: what was sent cannot be marked, and may be sent again",
				why.msg);
		if (r > 0 && spool_is_done(s))
			break; /* the file has gone, or has another name */
	}
	return r < 0 ? r : 0;
}

/* The lock keeps a writer from leaving a half-made file under a name of ours; so it is broken. */
static int set_aside(struct run *run, const char *name, const struct err *why, struct err *err)
{
	run->result->broken++;
	trouble(run->q, "%s is set aside as %.*s.broken: %s", name, SPOOL_NAME_N, name, why->msg);
	return give_ending(run->q, name, ".broken", err);
}

/* One that was refused gets the name of one that waits: it has one name at any time. */
static int unrefuse(struct run *run, struct folder_file *file, struct err *err)
{
	CLEANUP(fd_closep)
	int lock = folder_lock(&run->q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);
	int r = lock < 0 ? lock : give_ending(run->q, file->name, ".json", err);

	(void)snprintf(file->name + SPOOL_NAME_N, sizeof file->name - SPOOL_NAME_N, ".json");
	return r;
}

static int deliver_file(struct run *run, const struct folder_file *file, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SPOOL_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(arena_done) struct arena arena;
	struct err why = {0};
	struct spool s;
	int r = folder_read(&run->q->folder, file->name, &bytes, &why);

	arena_init(&arena, SPOOL_BYTES);
	if (r == -ERR_NOT_FOUND)
		return 0; /* somebody removed it */
	if (r == 0)
		r = json_parse(strbuf_str(&bytes), &doc, &why);
	if (r == 0)
		r = spool_read(doc, &s, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		return set_aside(run, file->name, &why, err);
	if (file->kind == SPOOL_FILE_REFUSED)
		take_up_again(&s);
	r = send_one(run, file->name, &s, &arena, err);
	run->result->waiting += !spool_is_done(&s);
	return r;
}

static int list_files(const struct queue *q, struct vec *files, struct err *err)
{
	CLEANUP(fd_closep)
	int lock = folder_lock(&q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);

	return lock < 0 ? lock : folder_list(&q->folder, files, err);
}

int queue_deliver(struct queue *q, const struct delivery *d, struct delivery_result *ret,
		  struct err *err)
{
	struct vec files = VEC_INIT(struct folder_file, FILES_MAX);
	CLEANUP(fd_closep)
	int sender =
		folder_lock(&q->folder, FOLDER_SENDER, d->no_wait ? 0 : LIMIT_ALERT_WAIT_MS, err);
	struct run run;
	int r;

	*ret = (struct delivery_result){.is_busy = sender == -ERR_CANCELED};
	if (sender < 0)
		return ret->is_busy ? 0 : sender;
	r = list_files(q, &files, err);
	run_begin(&run, q, d, ret);
	for (size_t i = 0; i < files.n && r == 0; i++) {
		struct folder_file *f = vec_at(&files, i);
		bool is_refused = f->kind == SPOOL_FILE_REFUSED && d->retry_refused;

		if (is_refused)
			r = unrefuse(&run, f, err);
		if (r == 0 && (is_refused || f->kind == SPOOL_FILE_ALERT))
			r = deliver_file(&run, f, err);
	}
	run_end(&run);
	vec_done(&files);
	return r;
}

void queue_send_now(struct queue *q, const struct alert *alert, const struct sink *sinks, size_t n,
		    const struct delivery *d, struct delivery_result *ret)
{
	struct run run;

	*ret = (struct delivery_result){0};
	run_begin(&run, q, d, ret);
	for (size_t i = 0; i < n; i++) {
		struct err why = {0};
		int r = sinks[i].type->send(&sinks[i], alert, &run.context, &why);

		ret->delivered += r == 0;
		ret->failed += r < 0;
		if (r < 0)
			trouble(q, "%.*s did not take an alert that is in no queue: %s",
				STR_FMT(sinks[i].shown), why.msg);
	}
	run_end(&run);
}

/* ---- looking ---- */

/* What cannot be read is counted here, and set aside where it is sent. */
static int look_at(const struct queue *q, const struct folder_file *file,
		   int (*on_spool)(void *, const struct spool *, struct err *), void *context,
		   struct queue_status *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SPOOL_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct spool s;
	int r = 0;

	ret->bytes += file->bytes;
	ret->waiting += file->kind == SPOOL_FILE_ALERT;
	ret->refused += file->kind == SPOOL_FILE_REFUSED;
	ret->broken += file->kind == SPOOL_FILE_BROKEN;
	if (file->kind == SPOOL_FILE_BROKEN)
		return 0;
	if (folder_read(&q->folder, file->name, &bytes, NULL) < 0 ||
	    json_parse(strbuf_str(&bytes), &doc, NULL) < 0 || spool_read(doc, &s, NULL) < 0) {
		ret->waiting -= file->kind == SPOOL_FILE_ALERT;
		ret->refused -= file->kind == SPOOL_FILE_REFUSED;
		ret->broken++;
		return 0;
	}
	r = on_spool ? on_spool(context, &s, err) : 0;
	return r;
}

int queue_look(struct queue *q, int (*on_spool)(void *, const struct spool *, struct err *),
	       void *context, struct queue_status *ret, struct err *err)
{
	struct vec files = VEC_INIT(struct folder_file, FILES_MAX);
	CLEANUP(fd_closep)
	int lock = folder_lock(&q->folder, FOLDER_LOCK, LIMIT_ALERT_WAIT_MS, err);
	CLEANUP(queue_state_done) struct queue_state state;
	int r = lock < 0 ? lock : 0;

	queue_state_init(&state);
	*ret = (struct queue_status){0};
	if (r == 0)
		r = read_state(q, &state, err);
	if (r == 0)
		r = folder_list(&q->folder, &files, err);
	for (size_t i = 0; i < files.n && r == 0; i++)
		r = look_at(q, vec_at(&files, i), on_spool, context, ret, err);
	for (size_t i = 0; i < state.sent.n; i++)
		ret->held += ((const struct sent *)vec_at(&state.sent, i))->held;
	ret->dropped = state.dropped;
	vec_done(&files);
	return r;
}
