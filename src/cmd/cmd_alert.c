/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "cmd/alert_options.h"
#include "render/text.h"

#define COLUMNS 120

static struct {
	struct alert_options alerts;
	bool refused, json;
} opt = {.alerts = ALERT_DEFAULTS};

/* ---- status ---- */

struct listing {
	struct strbuf text, json;
	struct json_writer w;
};

static void add_time(struct strbuf *out, int64_t time)
{
	char text[CLOCK_TEXT_MAX] = "?";

	(void)clock_format(time, text); /* stays "?": a time that nobody writes */
	strbuf_adds(out, text);
}

/* What a webhook's path holds may be a token. */
static struct str shown(const struct spool_sink *s, struct arena *arena)
{
	struct sink sink;

	return sink_parse(s->to, s->secret_file, arena, &sink, NULL) < 0 ? STR("a broken sink")
									 : sink.shown;
}

static void put_sink(struct listing *l, const struct spool_sink *s, struct arena *arena)
{
	struct str name = shown(s, arena);

	strbuf_adds(&l->text, "  ");
	(void)text_add(&l->text, name, COLUMNS, true); /* its width does not matter */
	strbuf_addf(&l->text, ": %s", spool_state_name(s->state));
	if (s->tries)
		strbuf_addf(&l->text, ", %llu %s", (unsigned long long)s->tries,
			    s->tries == 1 ? "try" : "tries");
	if (s->state == SPOOL_WAITING && s->next) {
		strbuf_adds(&l->text, ", next at ");
		add_time(&l->text, s->next);
	}
	if (s->error.n) {
		strbuf_adds(&l->text, ": ");
		(void)text_add(&l->text, s->error, 4 * COLUMNS, true); /* the same */
	}
	strbuf_addc(&l->text, '\n');
	json_open_map(&l->w);
	json_put_str(&l->w, "to", name);
	json_put_text(&l->w, "state", spool_state_name(s->state));
	json_put_uint(&l->w, "tries", s->tries);
	json_put_opt(&l->w, "error", s->error);
	json_close_map(&l->w);
}

static int on_spool(void *context, const struct spool *s, struct err *err)
{
	CLEANUP(arena_done) struct arena arena;
	struct listing *l = context;

	arena_init(&arena, LIMIT_ALERT_BYTES);
	add_time(&l->text, s->alert.time);
	strbuf_addc(&l->text, ' ');
	alert_add_line(&s->alert, &l->text);
	strbuf_addc(&l->text, '\n');
	json_open_map(&l->w);
	json_key(&l->w, "alert");
	alert_put(&s->alert, &l->w);
	json_key(&l->w, "sinks");
	json_open_list(&l->w);
	for (size_t i = 0; i < s->n_sinks; i++)
		put_sink(l, &s->sinks[i], &arena);
	json_close_list(&l->w);
	json_close_map(&l->w);
	return arena_check(&arena, err);
}

static void end_listing(struct listing *l, struct str path, const struct queue_status *q)
{
	const struct {
		const char *name, *text;
		uint64_t n;
	} counts[] = {
		{"waiting", "waiting", q->waiting},
		{"refused", "refused by a sink", q->refused},
		{"broken", "broken and set aside", q->broken},
		{"held", "held back as the same", q->held},
		{"dropped", "lost, the queue was full", q->dropped},
	};

	json_close_list(&l->w);
	strbuf_addf(&l->text, "%.*s:", STR_FMT(path));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		json_put_uint(&l->w, counts[i].name, counts[i].n);
		if (i == 0 || counts[i].n)
			strbuf_addf(&l->text, "%s %llu %s", i ? "," : "",
				    (unsigned long long)counts[i].n, counts[i].text);
	}
	strbuf_addc(&l->text, '\n');
	json_put_str(&l->w, "queue", path);
	json_close_map(&l->w);
	strbuf_addc(&l->json, '\n');
}

static int status(struct queue *q, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct listing l = {.text = STRBUF_INIT(LIMIT_OUTPUT_BYTES),
			    .json = STRBUF_INIT(LIMIT_OUTPUT_BYTES)};
	struct queue_status counts;
	int r;

	json_writer_init(&l.w, &l.json, JSON_INDENT);
	json_open_map(&l.w);
	json_put_text(&l.w, "schema", "plimsoll.alert-queue/1");
	json_key(&l.w, "alerts");
	json_open_list(&l.w);
	r = queue_look(q, on_spool, &l, &counts, err);
	if (r == 0)
		end_listing(&l, queue_path(q), &counts);
	strbuf_add(&text, strbuf_str(opt.json ? &l.json : &l.text));
	if (r == 0)
		r = strbuf_check(opt.json ? &l.json : &l.text, err);
	if (r == 0)
		r = strbuf_check(&text, err);
	strbuf_done(&l.text);
	strbuf_done(&l.json);
	return r < 0 ? command_error(err) : command_print(strbuf_str(&text));
}

/* ---- flush ---- */

static int flush(struct queue *q, struct err *err)
{
	const struct delivery d = {.now = (int64_t)time(NULL),
				   .all = true,
				   .retry_refused = opt.refused,
				   .sendmail = opt.alerts.sendmail,
				   .stderr_fd = STDERR_FILENO};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(512);
	struct delivery_result r;

	queue_on_trouble(q, alerter_tell, NULL);
	if (queue_deliver(q, &d, &r, err) < 0)
		return command_error(err);
	if (r.is_busy) {
		(void)err_set(err, ERR_CANCELED, "alert flush: another process is sending");
		return command_error(err);
	}
	strbuf_addf(&out, "%llu delivered, %llu refused, %llu failed; %llu waiting\n",
		    (unsigned long long)r.delivered, (unsigned long long)r.refused,
		    (unsigned long long)r.failed, (unsigned long long)r.waiting);
	if (command_print(strbuf_str(&out)) != EXIT_DONE)
		return EXIT_ERROR;
	return r.waiting || r.refused || r.broken ? EXIT_ERROR : EXIT_DONE;
}

/* ---- test ---- */

static int test(struct err *err)
{
	CLEANUP(alerter_freep) struct alerter *a = NULL;
	const struct alert alert = {
		.kind = STR("test"),
		.severity = SEVERITY_LOW,
		.title = STR("test of alerts"),
		.why = STR("somebody called plimsoll alert test"),
		.remedy = STR("nothing is to be done"),
	};
	struct delivery_result r;

	opt.alerts.window = 0; /* each is sent */
	if (opt.alerts.sinks.n == 0) {
		(void)err_set(err, ERR_USAGE, "alert test: needs --alert SINK");
		return command_error(err);
	}
	if (alerter_open(&opt.alerts, "alert", &a, err) < 0)
		return command_error(err);
	if (alerter_raise(a, &alert) < 0)
		return EXIT_ERROR;
	alerter_send(a, &r);
	return r.is_busy || r.refused || r.failed ? EXIT_ERROR : EXIT_DONE;
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(queue_freep) struct queue *q = NULL;
	struct str word = argc > 0 ? str_of(argv[0]) : STR("status");
	struct err err = {0};

	alerter_ignore_signals();
	if (argc > 1 ||
	    (!str_is(word, "status") && !str_is(word, "flush") && !str_is(word, "test"))) {
		(void)err_set(&err, ERR_USAGE, "alert: status, flush or test");
		return command_error(&err);
	}
	if (str_is(word, "test"))
		return test(&err);
	if (queue_open(opt.alerts.queue, &q, &err) < 0)
		return command_error(&err);
	return str_is(word, "flush") ? flush(q, &err) : status(q, &err);
}

static const struct option_spec options[] = {
	ALERT_OPTIONS(opt.alerts),
	OPTION_FLAG("refused", 0, &opt.refused, "flush: try also what a sink refused before"),
	OPTION_FLAG("json", 0, &opt.json, "status: as JSON"),
	OPTION_END,
};

const struct command command_alert = {
	.name = "alert",
	.arguments = "[status|flush|test]",
	.summary = "see and send the alerts that wait to be sent",
	.details =
		"check and scan raise an alert when a policy denies an image and --alert SINK says "
		"whom to tell. Each goes into a queue on the disk first, and leaves it when every "
		"sink has taken it; what fails is tried again by later commands with --alert, each "
		"time after a longer pause (10 seconds to an hour), and by flush.\n"
		"SINK is one of these; --alert may stand several times.\n"
		" stderr                      a line on standard error\n"
		" file:PATH                   a JSON document a line, at the end of a file\n"
		" syslog                      RFC 5424 to /dev/log, syslog:/SOCKET to another one\n"
		" syslog:HOST:PORT            the same over TCP; syslog:udp:HOST:PORT\n"
		" webhook:https://HOST/PATH   a POST of the JSON document\n"
		" mailto:ADDRESS              a letter, by sendmail of this machine\n"
		"With --alert-secret FILE a webhook is signed: X-Plimsoll-Signature is sha256= and "
		"the HMAC-SHA256, in hexadecimal digits, of X-Plimsoll-Timestamp, a dot and the "
		"body. An answer of 4xx (but for 408, 425, 429) refuses the alert for good: it is "
		"kept aside, and flush --refused tries it again.\n"
		"The same alert about the same image to the same sinks is not sent again within "
		"--alert-window; the next one says how often it happened.\n"
		"status, also without a word, lists what waits and why, what was refused, set "
		"aside "
		"or lost. flush sends everything now; its exit status is 2 when something stays "
		"behind. test sends an alert that means nothing to --alert SINK.\n"
		"docs/formats/alert.md describes the document and each sink.\n"
		" plimsoll check --policy baseline --alert syslog registry.example.com/app:1.4\n"
		" plimsoll alert test --alert webhook:https://hooks.example.com/x",
	.options = options,
	.run = run,
};
