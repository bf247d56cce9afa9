/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/alert_options.h"

#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"

struct alerter {
	struct arena arena;
	struct sink sinks[LIMIT_ALERT_SINKS];
	size_t n_sinks;
	struct queue *queue;
	const struct alert_options *opt;
	struct str command, host;
};

void alerter_tell(void *context, const char *line)
{
	struct err err;

	(void)context;
	(void)err_set(&err, ERR_IO, "alert: %s", line);
	(void)command_error(&err); /* only prints */
}

void alerter_ignore_signals(void)
{
	(void)signal(SIGXFSZ, SIG_IGN); /* cannot fail, nor can the other */
	(void)signal(SIGPIPE, SIG_IGN);
}

static int parse_sinks(struct alerter *a, struct err *err)
{
	const struct option_list *list = &a->opt->sinks;
	int r = 0;

	if (list->n > LIMIT_ALERT_SINKS)
		return err_set(err, ERR_USAGE, "--alert stands more than alert_sinks (%d) times",
			       LIMIT_ALERT_SINKS);
	for (size_t i = 0; i < list->n && r == 0; i++)
		r = sink_parse(str_of(list->p[i]), str_of(a->opt->secret), &a->arena, &a->sinks[i],
			       err);
	a->n_sinks = list->n;
	return r < 0 ? err_wrap(err, r, "--alert") : 0;
}

static int set_names(struct alerter *a, const char *command, struct err *err)
{
	struct utsname name;

	if (uname(&name) == 0)
		a->host = arena_str(&a->arena, str_of(name.nodename));
	a->command = arena_str(&a->arena, str_of(command));
	return arena_check(&a->arena, err);
}

int alerter_open(const struct alert_options *opt, const char *command, struct alerter **ret,
		 struct err *err)
{
	struct alerter *a;
	int r;

	*ret = NULL;
	if (opt->sinks.n == 0)
		return 0;
	a = calloc(1, sizeof *a);
	if (!a)
		return err_nomem(err);
	arena_init(&a->arena, LIMIT_ALERT_BYTES);
	a->opt = opt;
	alerter_ignore_signals();
	r = parse_sinks(a, err);
	if (r == 0)
		r = set_names(a, command, err);
	if (r == 0)
		r = queue_open(opt->queue, &a->queue, err);
	if (r < 0) {
		alerter_free(a);
		return r;
	}
	queue_on_trouble(a->queue, alerter_tell, NULL);
	*ret = a;
	return 0;
}

void alerter_free(struct alerter *a)
{
	if (!a)
		return;
	queue_free(a->queue);
	arena_done(&a->arena);
	free(a);
}

void alerter_freep(struct alerter **a)
{
	alerter_free(*a);
	*a = NULL;
}

static struct delivery delivery_of(const struct alerter *a, int64_t now)
{
	return (struct delivery){
		.now = now, .sendmail = a->opt->sendmail, .stderr_fd = STDERR_FILENO};
}

/* A full disk, a full queue: whoever can be told is told now. */
static int raise_without_queue(struct alerter *a, const struct alert *alert, const struct err *why)
{
	struct delivery d = delivery_of(a, alert->time);
	struct delivery_result result;
	struct err err = {0};

	alerter_tell(NULL, why->msg);
	queue_send_now(a->queue, alert, a->sinks, a->n_sinks, &d, &result);
	if (result.failed == 0)
		return 0;
	alerter_tell(NULL, "an alert is lost where it was not taken: it is in no queue");
	if (queue_lose(a->queue, &err) < 0)
		alerter_tell(NULL, err.msg);
	return -1;
}

int alerter_raise(struct alerter *a, const struct alert *given)
{
	struct queue_entry how;
	char id[ALERT_ID_N + 1];
	struct alert alert;
	struct err err = {0};
	int r;

	if (!a)
		return 0;
	alert = *given;
	alert.time = (int64_t)time(NULL);
	alert.host = a->host;
	alert.command = a->command;
	how = (struct queue_entry){.now = alert.time, .window = (int64_t)a->opt->window};
	r = alert_name(&alert, id, &err);
	if (r == 0)
		r = queue_add(a->queue, &alert, a->sinks, a->n_sinks, &how, &err);
	return r < 0 ? raise_without_queue(a, &alert, &err) : 0;
}

void alerter_send(struct alerter *a, struct delivery_result *result)
{
	struct delivery_result ignored;
	struct delivery d;
	struct err err = {0};

	if (!result)
		result = &ignored;
	*result = (struct delivery_result){0};
	if (!a)
		return;
	d = delivery_of(a, (int64_t)time(NULL));
	if (queue_deliver(a->queue, &d, result, &err) < 0)
		alerter_tell(NULL, err.msg);
	if (result->is_busy)
		alerter_tell(NULL, "another process is sending; what waits stays in the queue");
}
