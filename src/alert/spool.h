/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One alert in the queue: a file with the alert and what became of it at each sink.
 *
 *     {"schema": "plimsoll.alert-spool/1", "alert": {...}, "sinks": [{"to": "webhook:https://...",
 *      "secret": "/etc/plimsoll/hook.key", "state": "waiting", "tries": 2, "next": 1763838040,
 *      "error": "hooks.example.com answered 503"}]}
 *
 * The queue's folder is this user's alone, but a file may be cut by a full disk or a power cut:
 * it is read strictly, and what is not whole is an error, never half an alert.
 *
 * Ownership: what is read borrows from the document and lives in the arena; release both.
 * Errors: ERR_FORMAT, ERR_LIMIT (alert_sinks).
 */
#pragma once

#include "alert/sink.h"
#include "base/limits.h"

enum spool_state { SPOOL_WAITING, SPOOL_DELIVERED, SPOOL_REFUSED };
const char *spool_state_name(enum spool_state s); /* "waiting", ... */

struct spool_sink {
	struct str to, secret_file; /* what sink_parse takes */
	enum spool_state state;
	uint64_t tries;
	int64_t next;	  /* unix seconds before which it is not tried; 0: at once */
	struct str error; /* of the last try; may be empty */
};

struct spool {
	struct alert alert;
	struct spool_sink sinks[LIMIT_ALERT_SINKS];
	size_t n_sinks;
};

int spool_write(const struct spool *s, struct strbuf *out, struct err *err);
int spool_read(const struct json *doc, struct spool *ret, struct err *err);

/* Whether nothing is left to send; and whether somebody refused it. */
bool spool_is_done(const struct spool *s);
bool spool_is_refused(const struct spool *s);

/* Seconds to wait behind so many tries: 10 s, doubled each time, up to an hour. */
int64_t spool_pause(uint64_t tries);
