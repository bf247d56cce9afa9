/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of sinks: where alerts go. Each is a file in sinks/ and a line in
 * alert_sink_list.def.
 *
 *     r = sink_parse(STR("webhook:https://hooks.example.com/x"), secret_file, &arena, &sink, err);
 *     r = sink.type->send(&sink, &alert, &context, err);
 *
 * send answers 0 when the other side took the alert; -ERR_DENIED when it refuses it for good, so
 * that trying again is no use; any other error is tried again later. Messages never show what may
 * be a secret: the query of an address, a header, the content of a file.
 *
 * To add one: sinks/<id>.c with a `const struct sink_type sink_type_<id>`, a line in
 * alert_sink_list.def, a row in docs/formats/alert.md, cases in tests/cli/test_alert.py.
 */
#pragma once

#include "alert/alert.h"
#include "base/arena.h"

struct http;
struct sink;

/* What sending needs from its caller; one for a run of deliveries. */
struct sink_context {
	int64_t now;	      /* unix seconds: the time of sending */
	const char *sendmail; /* NULL: /usr/sbin/sendmail */
	int stderr_fd;	      /* where the sink stderr writes */
	unsigned seconds;     /* a sink may take for one alert; 0: alert_send_seconds */
	/* Of the sinks. */
	struct http *http;    /* made when first needed */
	uint64_t retry_after; /* seconds that the other side asked for; 0: did not */
};
void sink_context_done(struct sink_context *c);

struct sink_type {
	const char *id;
	const char *title;
	const char *form; /* how it is written: "webhook:URL" */
	/*
	 * Whether it is an address; the form that does not depend on the working directory. NULL:
	 * the sink has no address.
	 */
	int (*check)(struct str address, struct arena *arena, struct str *ret, struct err *err);
	bool has_address; /* it must have one */
	bool has_secret;  /* it signs with a secret, if there is one */
	int (*send)(const struct sink *sink, const struct alert *alert, struct sink_context *c,
		    struct err *err);
};

struct sink {
	const struct sink_type *type;
	struct str spec;	/* "file:/var/log/alerts": what sink_parse takes */
	struct str address;	/* behind "file:" */
	struct str secret_file; /* empty: none; an absolute path */
	struct str shown;	/* the spec without what may be a secret */
};

extern const struct sink_type *const sink_types[]; /* sorted by id, NULL-ended */

/*
 * secret_file: for those that sign; may be empty. Slices live in the arena.
 * Errors: ERR_USAGE with the forms there are.
 */
int sink_parse(struct str spec, struct str secret_file, struct arena *arena, struct sink *ret,
	       struct err *err);

/* The same path from wherever one looks. */
int sink_absolute(struct str path, struct arena *arena, struct str *ret, struct err *err);
