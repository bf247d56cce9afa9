/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a command tells somebody at once, as rows of its option table.
 *
 *     static struct { ...; struct alert_options alerts; } opt = {.alerts = ALERT_DEFAULTS};
 *     static const struct option_spec options[] = {..., ALERT_OPTIONS(opt.alerts), ...,
 * OPTION_END};
 *
 *     r = alerter_open(&opt.alerts, "verify", &alerter, err);     before the work: mistakes first
 *     alerter_raise(alerter, &(struct alert){.kind = STR("untrusted-image"), ...});
 *     alerter_send(alerter, NULL);              behind the work, and outside of its sandbox
 *     alerter_free(alerter);
 *
 * raise fills in id, time, host and command, and puts the alert into the queue (alert/queue.h),
 * which is on the disk when it returns. What goes wrong with alerts is told on stderr and changes
 * no verdict: an alert that neither the queue nor a sink takes is the one thing that is told as
 * lost. Without --alert the alerter is NULL, and all of these do nothing.
 * A project's own file cannot set them: it would say whom to tell, and what to run.
 */
#pragma once

#include "alert/queue.h"
#include "cmd/command.h"

struct alert_options {
	struct option_list sinks;
	const char *queue, *secret, *sendmail; /* NULL: the usual ones; none */
	uint64_t window;		       /* seconds */
};

#define ALERT_DEFAULTS                                                                             \
	{                                                                                          \
		.window = 3600                                                                     \
	}

#define ALERT_OPTIONS(opt)                                                                         \
	OPTION_LIST("alert", 0, &(opt).sinks, "SINK",                                              \
		    "tell it at once: stderr, file:, syslog, webhook:, mailto:; see plimsoll "     \
		    "alert --help"),                                                               \
		ALERT_HOW_OPTIONS(opt)

#define ALERT_HOW_OPTIONS(opt)                                                                     \
	OPTION_STR("alert-secret", 0, &(opt).secret, "FILE",                                       \
		   "the secret that webhooks are signed with"),                                    \
		OPTION_UINT("alert-window", 0, &(opt).window, "SECONDS",                           \
			    "how long the same alert is held back and counted (3600)"),            \
		ALERT_QUEUE_OPTIONS(opt)

#define ALERT_QUEUE_OPTIONS(opt)                                                                   \
	OPTION_STR("alert-queue", 0, &(opt).queue, "DIR",                                          \
		   "where alerts wait until they are sent (~/.local/state/plimsoll/alerts)"),      \
		OPTION_STR("alert-sendmail", 0, &(opt).sendmail, "PROGRAM",                        \
			   "what mailto: hands letters to (/usr/sbin/sendmail)")

struct alerter;

/* *ret is NULL where no sink is named. Errors: ERR_USAGE; those of queue_open. */
int alerter_open(const struct alert_options *opt, const char *command, struct alerter **ret,
		 struct err *err);
void alerter_free(struct alerter *a);
void alerter_freep(struct alerter **a);

/* -1: it is neither in the queue nor sent, and that was told; 0 else. */
int alerter_raise(struct alerter *a, const struct alert *alert);

/* Sends what is due, of this run and of those before. result may be NULL. */
void alerter_send(struct alerter *a, struct delivery_result *result);

/* "plimsoll: ..." on stderr; for queue_on_trouble. */
void alerter_tell(void *context, const char *line);

/* SIGXFSZ and SIGPIPE would end the process where a file may not grow, or nobody reads: a write
 * tells. */
void alerter_ignore_signals(void);
